//! A private network, made by a throw-away child.
//!
//! ```text
//! this process                   child
//! fork ------------------------> unshare: the network alone, for who may; else with a user namespace
//!                                in that: this user and group are themselves (uid_map, gid_map)
//!                                loopback device up
//!                                a socket for packets, and one that tells about sockets
//!                                a TUN device, where the wire is to be slow
//! receives descriptors <-------- of the namespaces and of the sockets, or what failed (SCM_RIGHTS)
//!                                ends
//! fork ------------------------> enters the namespaces, as the programs will, and ends
//! ```
//!
//! The namespaces live as long as a process is in them or a descriptor stands for them. All descriptors are close-on-exec
//! and in this process only, so that its end, whatever it is, is theirs; but for the socket for packets,
//! which one more process keeps open a moment longer ([`super::ring`]).

use super::{about_device, check, diag, open, packet_socket, slow, socket};
use nix::errno::Errno;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
use std::ffi::CStr;
use std::io::{self, IoSliceMut};
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

/// The namespaces of a private network.
#[derive(Debug)]
pub(super) struct Private {
    /// None where the network alone could be had.
    user: Option<OwnedFd>,
    network: OwnedFd,
}

/// A private network and the sockets that were made in it.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) private: Private,
    pub(super) packets: OwnedFd,
    pub(super) diag: OwnedFd,
    /// The device of a slow wire.
    pub(super) tun: Option<OwnedFd>,
}

/// Why there is no private network: half a sentence.
#[derive(Debug)]
pub(super) struct Why {
    pub(super) words: String,
    /// True where it is only the slow wire that cannot be had.
    pub(super) of_tun: bool,
}

impl Private {
    /// Lets another throw-away child enter, as the programs will.
    fn tried(self) -> Result<Private, Why> {
        // SAFETY: until it exits the child calls only async-signal-safe functions: it makes system calls.
        let errno = match unsafe { libc::fork() } {
            -1 => io::Error::last_os_error().raw_os_error(),
            0 => {
                let entered = self.enter();
                let errno = entered.err().and_then(|error| error.raw_os_error());
                // SAFETY: _exit ends the process without running anything of the parent's that fork has copied.
                unsafe { libc::_exit(errno.unwrap_or(0)) }
            }
            child => Some(wait_for(child)),
        };
        match errno {
            Some(0) => Ok(self),
            errno => Err(why(Step::Enter, errno.unwrap_or(libc::EIO))),
        }
    }

    /// `setns`, twice. It runs between fork and exec and makes system calls only.
    ///
    /// In the user namespace the process has all capabilities; exec takes them from all but root.
    pub(super) fn enter(&self) -> io::Result<()> {
        if let Some(user) = &self.user {
            // SAFETY: setns takes two numbers and touches no memory.
            check(unsafe { libc::setns(user.as_raw_fd(), libc::CLONE_NEWUSER) })?;
        }
        // SAFETY: as above.
        check(unsafe { libc::setns(self.network.as_raw_fd(), libc::CLONE_NEWNET) })?;
        Ok(())
    }
}

/// What the child was doing when it failed.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
enum Step {
    Done,
    Unshare,
    Map,
    Loopback,
    Packets,
    Diag,
    Tun,
    Descriptors,
    Enter,
}

const STEPS: [Step; 8] = [
    Step::Done,
    Step::Unshare,
    Step::Map,
    Step::Loopback,
    Step::Packets,
    Step::Diag,
    Step::Tun,
    Step::Descriptors,
];

/// What the child says: the step, and the errno.
const ANSWER: usize = 5;
/// The most descriptors it passes on.
const DESCRIPTORS: usize = 5;

/// Makes a private network, with a slow wire if that is asked for, or says why not.
pub(super) fn make(slow: bool) -> Result<Made, Why> {
    let failed = |error: io::Error| {
        other(format!(
            "no child could be made for a private network ({error})"
        ))
    };
    let (ours, theirs) = pair().map_err(failed)?;
    // SAFETY: geteuid takes nothing and touches no memory.
    let user = unsafe { libc::geteuid() };
    // SAFETY: getegid takes nothing and touches no memory.
    let group = unsafe { libc::getegid() };
    // Written now, for the child must not allocate.
    let maps = Maps {
        slow,
        user: format!("{user} {user} 1"),
        group: format!("{group} {group} 1"),
    };
    // SAFETY: until it exits the child calls only async-signal-safe functions: it makes system calls.
    let child = match unsafe { libc::fork() } {
        -1 => return Err(failed(io::Error::last_os_error())),
        0 => {
            // So that the end of this process is the end of the line.
            drop(ours);
            child(&theirs, &maps)
        }
        child => child,
    };
    drop(theirs);
    let answer = receive(&ours);
    wait_for(child);
    let (step, errno, descriptors) = answer.map_err(failed)?;
    if !matches!(step, Step::Done) {
        return Err(why(step, errno));
    }
    let mut descriptors = descriptors.into_iter();
    let mut next = || descriptors.next();
    match (next(), next(), next()) {
        (Some(network), Some(packets), Some(diag)) => Ok(Made {
            tun: if slow { next() } else { None },
            private: Private {
                user: next(),
                network,
            }
            .tried()?,
            packets,
            diag,
        }),
        _ => Err(other(
            "the descriptors of a private network were not passed on".into(),
        )),
    }
}

/// What the child is to make, and which user and group it is in its user namespace: the same as outside.
struct Maps {
    slow: bool,
    user: String,
    group: String,
}

/// The child's whole life.
fn child(line: &OwnedFd, maps: &Maps) -> ! {
    let (step, errno, descriptors) = match set_up(maps) {
        Ok(descriptors) => (Step::Done, 0, Some(descriptors)),
        Err((step, error)) => (step, error.raw_os_error().unwrap_or(0), None),
    };
    let sent = send(line, step, errno, descriptors.as_ref());
    // SAFETY: _exit ends the process without running anything of the parent's that fork has copied.
    unsafe { libc::_exit(i32::from(sent.is_err())) }
}

/// What the child passes on.
struct Passed {
    network: OwnedFd,
    packets: OwnedFd,
    diag: OwnedFd,
    tun: Option<OwnedFd>,
    user: Option<OwnedFd>,
}

fn set_up(maps: &Maps) -> Result<Passed, (Step, io::Error)> {
    let in_step = |step| move |error| (step, error);
    // SAFETY: unshare takes a number and touches no memory.
    let alone = check(unsafe { libc::unshare(libc::CLONE_NEWNET) });
    let user = match alone {
        Ok(_) => None,
        Err(error) if error.raw_os_error() == Some(libc::EPERM) => {
            // SAFETY: as above.
            check(unsafe { libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET) })
                .map_err(in_step(Step::Unshare))?;
            // A user without privilege may not change what groups mean; before Linux 3.19 there is no such file.
            let _ = write(c"/proc/self/setgroups", b"deny");
            write(c"/proc/self/uid_map", maps.user.as_bytes()).map_err(in_step(Step::Map))?;
            write(c"/proc/self/gid_map", maps.group.as_bytes()).map_err(in_step(Step::Map))?;
            let user = open(c"/proc/self/ns/user", libc::O_RDONLY);
            Some(user.map_err(in_step(Step::Descriptors))?)
        }
        Err(error) => return Err((Step::Unshare, error)),
    };
    loopback_up().map_err(in_step(Step::Loopback))?;
    let tun = match maps.slow {
        true => Some(slow::lay().map_err(in_step(Step::Tun))?),
        false => None,
    };
    Ok(Passed {
        packets: packet_socket().map_err(in_step(Step::Packets))?,
        diag: diag::open().map_err(in_step(Step::Diag))?,
        tun,
        network: open(c"/proc/self/ns/net", libc::O_RDONLY).map_err(in_step(Step::Descriptors))?,
        user,
    })
}

/// `ioctl(SIOCSIFFLAGS)`: a new namespace's loopback device is down.
fn loopback_up() -> io::Result<()> {
    let socket = socket(libc::AF_INET, libc::SOCK_DGRAM, 0)?;
    let mut request = about_device(b"lo\0");
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as i16;
    // SAFETY: SIOCSIFFLAGS reads one ifreq, which lives on this frame.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &request) })?;
    Ok(())
}

/// Why there is no private network, and what could be done about it.
fn why(step: Step, errno: i32) -> Why {
    Why {
        words: words(step, errno),
        of_tun: matches!(step, Step::Tun),
    }
}

fn other(words: String) -> Why {
    Why {
        words,
        of_tun: false,
    }
}

fn words(step: Step, errno: i32) -> String {
    let error = io::Error::from_raw_os_error(errno);
    let what = match step {
        Step::Unshare => match errno {
            libc::ENOSPC | libc::EUSERS => {
                return format!(
                    "no further user or network namespace may be made here ({error}): \
                     as root type `sysctl user.max_user_namespaces=10000 user.max_net_namespaces=10000`"
                );
            }
            libc::EPERM => {
                return format!(
                    "user namespaces are forbidden here ({error}), as in many containers and on some systems: \
                     start the container with `--cap-add=SYS_ADMIN`, or run it outside"
                );
            }
            _ => "a user and a network namespace cannot be made",
        },
        Step::Map => "this user cannot be made known in a user namespace",
        Step::Loopback => "the loopback device of a private network cannot be switched on",
        Step::Diag => "the kernel does not tell about sockets (NETLINK_SOCK_DIAG)",
        Step::Packets => "a packet socket is refused in a private network",
        Step::Tun if errno == libc::ENOENT => {
            return "a slow wire needs /dev/net/tun, which is not there (as root type `modprobe tun`, \
                    or start the container with `--device /dev/net/tun`)"
                .into();
        }
        Step::Tun => return format!("a slow wire needs a TUN device, which is refused ({error})"),
        Step::Enter => "a program may not enter a private network",
        Step::Done | Step::Descriptors => "the descriptors of a private network cannot be had",
    };
    if matches!(errno, libc::EPERM | libc::EACCES) {
        return format!(
            "{what} ({error}), as on systems where AppArmor guards user namespaces: \
             as root type `sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
        );
    }
    format!("{what} ({error})")
}

fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends: [RawFd; 2] = [-1; 2];
    let kind = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC;
    // SAFETY: socketpair writes two descriptors to the array, which has room for two.
    check(unsafe { libc::socketpair(libc::AF_UNIX, kind, 0, ends.as_mut_ptr()) })?;
    // SAFETY: the kernel has just made both descriptors for us, so nobody else owns them.
    let [here, there] = ends.map(|end| unsafe { OwnedFd::from_raw_fd(end) });
    Ok((here, there))
}

/// Room for a control message with descriptors, aligned as the kernel's structure asks.
#[repr(C, align(8))]
struct Control([u8; 64]);

/// `sendmsg` with SCM_RIGHTS.
fn send(line: &OwnedFd, step: Step, errno: i32, passed: Option<&Passed>) -> io::Result<()> {
    let mut answer = [0; ANSWER];
    answer[0] = step as u8;
    answer[1..].copy_from_slice(&errno.to_ne_bytes());
    let mut descriptors: [RawFd; DESCRIPTORS] = [-1; DESCRIPTORS];
    let mut count = 0;
    if let Some(passed) = passed {
        let all = [
            Some(&passed.network),
            Some(&passed.packets),
            Some(&passed.diag),
            passed.tun.as_ref(),
            passed.user.as_ref(),
        ];
        for descriptor in all.into_iter().flatten() {
            descriptors[count] = descriptor.as_raw_fd();
            count += 1;
        }
    }
    let mut vector = libc::iovec {
        iov_base: answer.as_mut_ptr().cast(),
        iov_len: answer.len(),
    };
    let mut control = Control([0; 64]);
    // SAFETY: msghdr is a C structure of numbers and addresses, for which all bits zero is a value.
    let mut message: libc::msghdr = unsafe { mem::zeroed() };
    message.msg_iov = &mut vector;
    message.msg_iovlen = 1;
    if count > 0 {
        let bytes = (count * size_of::<RawFd>()) as u32;
        message.msg_control = control.0.as_mut_ptr().cast();
        // SAFETY: CMSG_SPACE only computes.
        message.msg_controllen = unsafe { libc::CMSG_SPACE(bytes) } as _;
        // SAFETY: msg_control points to `control`, whose 64 bytes hold a header and five descriptors.
        let header = unsafe { libc::CMSG_FIRSTHDR(&message) };
        // SAFETY: so the first header lies in it, aligned as `Control` is.
        let header = unsafe { &mut *header };
        header.cmsg_level = libc::SOL_SOCKET;
        header.cmsg_type = libc::SCM_RIGHTS;
        // SAFETY: CMSG_LEN only computes.
        header.cmsg_len = unsafe { libc::CMSG_LEN(bytes) } as _;
        // SAFETY: the data of the header begins within `control`.
        let data = unsafe { libc::CMSG_DATA(header) };
        // SAFETY: `bytes` bytes fit behind the header, as above, and the array has as many.
        unsafe { std::ptr::copy_nonoverlapping(descriptors.as_ptr().cast(), data, bytes as usize) };
    }
    // SAFETY: the message points to `vector`, `answer` and `control`, which live through the call.
    let sent = unsafe { libc::sendmsg(line.as_raw_fd(), &message, libc::MSG_NOSIGNAL) };
    check(sent as i32).map(drop)
}

/// `recvmsg`: what the child has to say.
fn receive(line: &OwnedFd) -> io::Result<(Step, i32, Vec<OwnedFd>)> {
    let mut answer = [0_u8; ANSWER];
    let mut vector = [IoSliceMut::new(&mut answer)];
    let mut control = nix::cmsg_space!([RawFd; DESCRIPTORS]);
    let flags = MsgFlags::MSG_CMSG_CLOEXEC;
    let mut descriptors = Vec::new();
    let received = loop {
        let message = match recvmsg::<()>(line.as_raw_fd(), &mut vector, Some(&mut control), flags)
        {
            Err(Errno::EINTR) => continue,
            message => message?,
        };
        for control in message.cmsgs()? {
            if let ControlMessageOwned::ScmRights(passed) = control {
                // SAFETY: the kernel has just made these descriptors for us, so nobody else owns them.
                descriptors.extend(
                    passed
                        .into_iter()
                        .map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }),
                );
            }
        }
        break message.bytes;
    };
    if received != ANSWER {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let [step, errno @ ..] = answer;
    let step = STEPS.into_iter().find(|known| *known as u8 == step);
    let step = step.ok_or(io::ErrorKind::InvalidData)?;
    Ok((step, i32::from_ne_bytes(errno), descriptors))
}

/// Writes a file of /proc, which takes a text in one piece.
fn write(path: &CStr, text: &[u8]) -> io::Result<()> {
    let file = open(path, libc::O_WRONLY)?;
    // SAFETY: write reads as many bytes as the text has.
    let written = unsafe { libc::write(file.as_raw_fd(), text.as_ptr().cast(), text.len()) };
    check(written as i32).map(drop)
}

/// `waitpid`: the child is gone then, and nothing of it is left. Gives its exit status.
fn wait_for(child: i32) -> i32 {
    let mut status = 0;
    // SAFETY: waitpid writes one int, which lives on this frame.
    while unsafe { libc::waitpid(child, &mut status, 0) } == -1
        && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
    {}
    // One that was killed has done nothing of what it was to do.
    if libc::WIFEXITED(status) {
        libc::WEXITSTATUS(status)
    } else {
        libc::EIO
    }
}
