//! The addresses of calls and of packets, so that the two can be compared.
//!
//! An AF_INET6 socket of both families calls 127.0.0.1 `::ffff:127.0.0.1`; its peer may not, and the packets do not.
//! So an IPv4 address stands as such here, wherever it comes from.

use record::event::{Address, Content, Packet};
use std::net::SocketAddr;

/// The two ends of what a packet belongs to, the sender's first. An error of ICMP belongs to what it is about.
pub fn ends_of(packet: &Packet) -> (SocketAddr, SocketAddr) {
    let (from, to) = match &packet.what {
        Content::Icmp {
            about: Some((from, to)),
            ..
        } => (*to, *from),
        _ => (packet.from, packet.to),
    };
    (canonical(from), canonical(to))
}

/// An address of IP.
pub(crate) fn inet(address: &Address) -> Option<SocketAddr> {
    match address {
        Address::Inet(address) => Some(canonical(*address)),
        _ => None,
    }
}

/// Any address.
pub(crate) fn as_ipv4(address: Address) -> Address {
    match inet(&address) {
        Some(inet) => Address::Inet(inet),
        None => address,
    }
}

pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
