//! The network of a run: a private one, or else the machine's own.

use super::calls::{index, packet_socket};
use super::diag::{self, Answer};
use super::namespace::{self, Private};
use super::ring::{ALL_DEVICES, LOOPBACK, Ring};
use super::tun;
use crate::refused::Refused;
use crate::wire::how::How;
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A network in which programs can be observed. It serves one run after the other.
#[derive(Debug)]
pub struct Network {
    /// None for the machine's own.
    private: Option<Private>,
    ring: Mutex<Ring>,
    diag: Mutex<OwnedFd>,
    /// The device of a slow wire.
    tun: Option<OwnedFd>,
    remark: Option<String>,
}

impl Network {
    /// Makes a private network, or looks at the machine's own where that was asked for or nothing else can be had.
    ///
    /// # Errors
    ///
    /// [`Refused`], whose text is one sentence that says why not and what to do.
    pub fn open(how: How) -> Result<Network, Refused> {
        if how.share_net {
            return Network::shared().map_err(|error| {
                Refused::because(format!(
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
                let device = made.tun.as_ref().map_or(LOOPBACK, |_| ALL_DEVICES);
                let ring = Ring::open(made.packets, device).map_err(|error| {
                    Refused::because(format!("no buffer for packets can be had ({error})"))
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
            Refused::because(format!(
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

    /// How long each packet is on its way: no time, but on a slow wire.
    pub fn delay(&self) -> Duration {
        self.tun.as_ref().map_or(Duration::ZERO, |_| tun::DELAY)
    }

    /// What it cannot give of what was asked for: one sentence.
    pub fn remark(&self) -> Option<&str> {
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

    /// The packets that come, for one run at a time.
    pub(super) fn ring(&self) -> MutexGuard<'_, Ring> {
        // Whoever panicked left a ring that is still a ring.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The device of a slow wire.
    pub(super) fn tun(&self) -> Option<&OwnedFd> {
        self.tun.as_ref()
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
