//! The addresses of calls and of packets, so that the two can be compared; and how long packets took between them.
//!
//! An AF_INET6 socket of both families calls 127.0.0.1 `::ffff:127.0.0.1`; its peer may not, and the packets do not.
//! So an IPv4 address stands as such here, wherever it comes from.

use record::event::{Address, Content, Event, Packet};
use std::net::SocketAddr;

/// The two ends of something: of a packet the sender's first, of a socket its own.
pub(crate) type Ends = (SocketAddr, SocketAddr);

/// The two ends of what a packet belongs to, the sender's first. An error of ICMP belongs to what it is about.
pub(crate) fn ends_of(packet: &Packet) -> Ends {
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

/// Whether packets took their time.
pub(crate) fn is_slow(events: &[Event]) -> bool {
    let takes_time =
        |event: &Event| matches!(event, Event::Packet(packet) if packet.arrived.is_some());
    events.iter().any(takes_time)
}
