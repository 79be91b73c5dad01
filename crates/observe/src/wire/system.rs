//! The wire on Linux.

mod capture;
mod diag;
mod namespace;
mod ring;
mod route;
mod slow;

use super::How;
use crate::tracer::Refused;
use namespace::Private;
use record::event::Time;
use ring::Ring;
use std::ffi::CStr;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) use capture::Capturing;
pub(crate) use diag::{Answer, state as tcp_state};

/// A network, and what looks at it.
#[derive(Debug)]
pub(crate) struct Network {
    /// None for the machine's own.
    private: Option<Private>,
    ring: Mutex<Ring>,
    diag: Mutex<OwnedFd>,
    /// The device of a slow wire.
    tun: Option<OwnedFd>,
    remark: Option<String>,
}

impl Network {
    pub(super) fn open(how: How) -> Result<Network, Refused> {
        if how.share_net {
            return Network::shared().map_err(|error| {
                refused(format!(
                    "the packets of the machine's own network need CAP_NET_RAW ({error}): \
                     run it as root, or leave out --share-net"
                ))
            });
        }
        let (made, not_slow) = match namespace::make(how.slow) {
            Err(why) if how.slow && why.of_tun => (
                namespace::make(false),
                Some(why.words + ": this run is at full speed"),
            ),
            made => (made, None),
        };
        let no_namespace = match made {
            Ok(made) => {
                let device = made.tun.as_ref().map_or(LOOPBACK_INDEX, |_| ALL_DEVICES);
                let ring = Ring::open(made.packets, device).map_err(|error| {
                    refused(format!("no buffer for packets can be had ({error})"))
                })?;
                return Ok(Network {
                    private: Some(made.private),
                    ring: Mutex::new(ring),
                    diag: Mutex::new(made.diag),
                    tun: made.tun,
                    remark: not_slow,
                });
            }
            Err(why) => why.words,
        };
        let mut network = Network::shared().map_err(|error| {
            refused(format!(
                "{no_namespace}; those of the machine's own network need CAP_NET_RAW ({error}): run it as root"
            ))
        })?;
        network.remark = Some(format!(
            "{no_namespace}; shown are the packets of the machine's own network{}",
            if how.slow {
                ", which is not made slow"
            } else {
                ""
            }
        ));
        Ok(network)
    }

    /// The machine's own network, as this process sees it.
    fn shared() -> io::Result<Network> {
        let socket = packet_socket()?;
        Ok(Network {
            private: None,
            ring: Mutex::new(Ring::open(socket, index(c"lo")?)?),
            diag: Mutex::new(diag::open()?),
            tun: None,
            remark: None,
        })
    }

    pub(super) fn delay(&self) -> Duration {
        self.tun.as_ref().map_or(Duration::ZERO, |_| slow::DELAY)
    }

    pub(super) fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }

    /// True for the machine's own network, where others' packets are too.
    pub(crate) fn is_shared(&self) -> bool {
        self.private.is_none()
    }

    /// What the kernel holds of the TCP socket with these addresses.
    pub(crate) fn ask(&self, local: SocketAddr, peer: SocketAddr) -> Option<Answer> {
        diag::ask(&self.diag(), local, peer)
    }

    /// One question at a time, for the answers come over one socket.
    fn diag(&self) -> MutexGuard<'_, OwnedFd> {
        self.diag.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `setns`: the calling process enters the network. It makes system calls and nothing else: it runs between fork and exec.
    pub(crate) fn enter(&self) -> io::Result<()> {
        self.private.as_ref().map_or(Ok(()), Private::enter)
    }
}

/// The loopback device of a new network namespace is its first.
const LOOPBACK_INDEX: i32 = 1;
/// What stands for all devices of a network.
const ALL_DEVICES: i32 = 0;

/// `socket(AF_PACKET, SOCK_DGRAM, 0)`: packets without the device's own header, none yet.
fn packet_socket() -> io::Result<OwnedFd> {
    socket(libc::AF_PACKET, libc::SOCK_DGRAM, 0)
}

/// `socket`, with close-on-exec.
fn socket(domain: i32, kind: i32, protocol: i32) -> io::Result<OwnedFd> {
    // SAFETY: socket takes three numbers and touches no memory.
    let fd = unsafe { libc::socket(domain, kind | libc::SOCK_CLOEXEC, protocol) };
    if fd == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made this descriptor for us, so nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// `if_nametoindex`: the number of a device.
fn index(device: &CStr) -> io::Result<i32> {
    // SAFETY: the function reads a string with its NUL.
    match unsafe { libc::if_nametoindex(device.as_ptr()) } {
        0 => Err(io::Error::last_os_error()),
        index => Ok(index as i32),
    }
}

/// `setsockopt`.
fn set<T>(socket: &OwnedFd, level: i32, option: i32, value: &T) -> io::Result<()> {
    let length = size_of::<T>() as libc::socklen_t;
    // SAFETY: the kernel reads `length` bytes of the value, which is as long as that and lives through the call.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            option,
            std::ptr::from_ref(value).cast(),
            length,
        )
    };
    check(result).map(drop)
}

/// `open`, with close-on-exec.
fn open(path: &CStr, flags: i32) -> io::Result<OwnedFd> {
    // SAFETY: open reads the path with its NUL.
    let fd = check(unsafe { libc::open(path.as_ptr(), flags | libc::O_CLOEXEC) })?;
    // SAFETY: the kernel has just made this descriptor for us, so nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// A request about the device with this name, its NUL included.
fn about_device(name: &[u8]) -> libc::ifreq {
    // SAFETY: ifreq is a C structure of numbers and addresses, for which all bits zero is a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(name) {
        *to = *from as libc::c_char;
    }
    request
}

/// -1 is an error that errno names.
fn check(result: i32) -> io::Result<i32> {
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

fn refused(reason: String) -> Refused {
    Refused::because(reason)
}

/// The time on CLOCK_REALTIME.
fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time::try_from(since.as_nanos()).unwrap_or(Time::MAX)
}
