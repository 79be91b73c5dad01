//! Packets made by hand, for what the kernel does not do when it is asked to.

use std::net::{Ipv4Addr, SocketAddr};

use observe::wire::parse::{self, Numbers};
use record::event::{Content, Packet, Segment};

/// The client and the server of a made conversation.
pub(crate) const CLIENT: u16 = 40_000;
pub(crate) const SERVER: u16 = 9000;

pub(crate) fn end(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// The bytes of an IPv4 packet.
pub(crate) fn ip(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x45, 0];
    bytes.extend((20 + payload.len() as u16).to_be_bytes());
    bytes.extend([0, 0, 0x40, 0, 64, protocol, 0, 0]);
    bytes.extend(Ipv4Addr::LOCALHOST.octets());
    bytes.extend(Ipv4Addr::LOCALHOST.octets());
    bytes.extend(payload);
    bytes
}

/// The bytes of a TCP segment.
pub(crate) fn tcp(from: u16, to: u16, flags: u8, sequence: u32, ack: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(from.to_be_bytes());
    bytes.extend(to.to_be_bytes());
    bytes.extend(sequence.to_be_bytes());
    bytes.extend(ack.to_be_bytes());
    bytes.extend([0x50, flags, 1, 2, 0, 0, 0, 0]);
    bytes.extend(data);
    bytes
}

/// A conversation, packet by packet, a microsecond apart.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    pub(crate) packets: Vec<Packet>,
}

/// Where each end's numbers begin: near the end of the range, so that they wrap around.
const FIRST: u32 = u32::MAX - 2;

impl Conversation {
    /// A segment, with its numbers counted from the SYNs.
    pub(crate) fn say(
        mut self,
        from: u16,
        to: u16,
        flags: u8,
        sequence: u32,
        ack: u32,
        data: &[u8],
    ) -> Self {
        let numbers = (FIRST.wrapping_add(sequence), FIRST.wrapping_add(ack));
        let bytes = ip(6, &tcp(from, to, flags, numbers.0, numbers.1, data));
        let at = 1000 * (self.packets.len() as u64 + 1);
        let packet = parse::packet(at, &bytes, bytes.len() as u32).expect("it is one");
        self.packets.push(packet);
        self
    }

    /// The handshake.
    pub(crate) fn connected() -> Self {
        Conversation::default()
            .say(CLIENT, SERVER, Segment::SYN, 0, 0, b"")
            .say(SERVER, CLIENT, Segment::SYN | Segment::ACK, 0, 1, b"")
            .say(CLIENT, SERVER, Segment::ACK, 1, 1, b"")
    }

    /// The packets with their relative numbers.
    pub(crate) fn counted(mut self) -> Vec<Packet> {
        let mut numbers = Numbers::default();
        for packet in &mut self.packets {
            numbers.count(packet);
        }
        self.packets
    }
}

pub(crate) fn segment(packet: &Packet) -> &Segment {
    match &packet.what {
        Content::Tcp(segment) => segment,
        other => panic!("no segment of TCP: {other:?}"),
    }
}
