//! What passes between the programs: packets, and what becomes of the sockets at both ends.
//!
//! The programs run in a network of their own, made for this one run: a network namespace (network_namespaces(7)),
//! for an ordinary user inside a user namespace in which that user is the same user. It has a loopback device and nothing
//! else, so that each packet in it is one of theirs. A socket of AF_PACKET (packet(7)), made in the same namespace, sees them.
//! The observer itself stays outside; it holds descriptors of the namespaces, and when it ends, or is killed, they are gone.
//!
//! Its settings are the kernel's defaults, not those that somebody may have given the machine's own network.
//!
//! Everything is first tried by a throw-away child, which also is the one that makes it: some systems let the namespace
//! be made and then refuse the rest, and this process must not be left in half a namespace.
//!
//! Where no namespace can be had, or with [`How::share_net`], the packets are those of the machine's loopback device,
//! for whoever has CAP_NET_RAW; only those of the observed sockets are kept.
//!
//! What becomes of a socket is inferred from its packets ([`states`]). After each call that may have changed one, and
//! on a slow wire ([`How::slow`]) with each packet, the kernel is asked too, and what it bears out is marked ([`slow`]).

pub mod ours;
pub mod parse;
pub mod slow;
pub mod states;

// The one place that says where packets can be seen. Elsewhere everything compiles and `open` says no.
#[cfg_attr(
    not(all(
        target_os = "linux",
        target_env = "gnu",
        any(target_arch = "x86_64", target_arch = "aarch64")
    )),
    path = "wire/elsewhere.rs"
)]
mod system;

use crate::tracer::Refused;
use std::time::Duration;

#[cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
pub(crate) use system::{Answer, Capturing, tcp_state};

/// Which network the programs run in.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// The machine's own, which needs CAP_NET_RAW, instead of a private one.
    pub share_net: bool,
    /// A wire on which each packet takes a tenth of a second, so that short-lived states can be watched.
    /// What is sent to 127.0.0.0/8 goes over it; ::1 keeps its full speed.
    pub slow: bool,
}

/// A network in which programs can be observed. It serves one run after the other.
#[derive(Debug)]
pub struct Network {
    pub(crate) system: system::Network,
}

impl Network {
    /// Makes a private network, or looks at the machine's own where that was asked for or nothing else can be had.
    ///
    /// # Errors
    ///
    /// [`Refused`], whose text is one sentence that says why not and what to do.
    pub fn open(how: How) -> Result<Network, Refused> {
        system::Network::open(how).map(|system| Network { system })
    }

    /// How long each packet is on its way: no time, but on a slow wire.
    pub fn delay(&self) -> Duration {
        self.system.delay()
    }

    /// What it cannot give of what was asked for: one sentence.
    pub fn remark(&self) -> Option<&str> {
        self.system.remark()
    }
}
