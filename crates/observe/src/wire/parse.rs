//! The bytes of a packet, understood. Any bytes give a packet or nothing, never a panic.

use record::event::{Content, Data, Packet, Segment, Time};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The numbers of protocols that are understood (the protocol field of IPv4, the next header of IPv6).
const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMPV6: u8 = 58;

/// A packet as it came from the wire: from the first byte of its IP header on, perhaps cut; `length` is how long it was.
///
/// `None` for what is not IP, or too short to say where it comes from.
/// The relative numbers of TCP are left open: only those who have seen the SYN know them ([`Numbers`]).
pub fn packet(at: Time, bytes: &[u8], length: u32) -> Option<Packet> {
    let bytes = &bytes[..bytes.len().min(Packet::SNAP)];
    let header = header(bytes)?;
    // What follows the IP header; a packet can be shorter than its frame, and longer than what was kept of it.
    let rest = bytes.get(header.length..).unwrap_or_default();
    let total = header.total.unwrap_or(length);
    let after_header = total.saturating_sub(header.length as u32);
    let rest = &rest[..rest.len().min(after_header as usize)];
    let (from_port, to_port, what) = match header.protocol {
        // A later piece of a packet that was cut in transit has no header of its own.
        protocol if header.is_later_piece => (0, 0, Content::Other(protocol)),
        TCP => tcp(rest, after_header),
        UDP => udp(rest, after_header),
        ICMP | ICMPV6 => (0, 0, icmp(rest, header.protocol)),
        protocol => (0, 0, Content::Other(protocol)),
    };
    Some(Packet {
        at,
        arrived: None,
        from: SocketAddr::new(header.from, from_port),
        to: SocketAddr::new(header.to, to_port),
        what,
        bytes: bytes.into(),
        length,
    })
}

/// What is read of an IP header.
struct Header {
    from: IpAddr,
    to: IpAddr,
    protocol: u8,
    /// Its own length, options and extension headers included.
    length: usize,
    /// That of the whole packet, as the header has it.
    total: Option<u32>,
    is_later_piece: bool,
}

fn header(bytes: &[u8]) -> Option<Header> {
    match bytes.first()? >> 4 {
        4 => ipv4(bytes),
        6 => ipv6(bytes),
        _ => None,
    }
}

/// RFC 791, section 3.1.
fn ipv4(bytes: &[u8]) -> Option<Header> {
    let fixed: &[u8; 20] = bytes.first_chunk()?;
    let length = usize::from(fixed[0] & 0xf) * 4;
    if length < fixed.len() {
        return None;
    }
    let address = |at: usize| {
        IpAddr::V4(Ipv4Addr::new(
            fixed[at],
            fixed[at + 1],
            fixed[at + 2],
            fixed[at + 3],
        ))
    };
    // 0 where the kernel passes on more than 65,535 bytes as one packet.
    let total = u32::from(u16::from_be_bytes([fixed[2], fixed[3]]));
    Some(Header {
        from: address(12),
        to: address(16),
        protocol: fixed[9],
        length,
        total: Some(total).filter(|&total| total > 0),
        is_later_piece: u16::from_be_bytes([fixed[6], fixed[7]]) & 0x1fff != 0,
    })
}

/// RFC 8200, sections 3 and 4.
fn ipv6(bytes: &[u8]) -> Option<Header> {
    const HOP_BY_HOP: u8 = 0;
    const ROUTING: u8 = 43;
    const FRAGMENT: u8 = 44;
    const DESTINATION: u8 = 60;

    let fixed: &[u8; 40] = bytes.first_chunk()?;
    let address = |at: usize| {
        let mut octets = [0; 16];
        octets.copy_from_slice(&fixed[at..at + 16]);
        IpAddr::V6(Ipv6Addr::from(octets))
    };
    let payload = u32::from(u16::from_be_bytes([fixed[4], fixed[5]]));
    let mut header = Header {
        from: address(8),
        to: address(24),
        protocol: fixed[6],
        length: fixed.len(),
        total: Some(payload)
            .filter(|&payload| payload > 0)
            .map(|payload| payload + fixed.len() as u32),
        is_later_piece: false,
    };
    // Each is at least 8 bytes long, so this ends with the bytes.
    while let HOP_BY_HOP | ROUTING | FRAGMENT | DESTINATION = header.protocol {
        let Some(extension) = bytes
            .get(header.length..)
            .and_then(<[u8]>::first_chunk::<8>)
        else {
            break;
        };
        if header.protocol == FRAGMENT {
            header.is_later_piece |= u16::from_be_bytes([extension[2], extension[3]]) >> 3 != 0;
            header.length += 8;
        } else {
            header.length += (usize::from(extension[1]) + 1) * 8;
        }
        header.protocol = extension[0];
    }
    Some(header)
}

/// RFC 9293, section 3.1. `length` is that of header and data, of which `bytes` may be only the beginning.
fn tcp(bytes: &[u8], length: u32) -> (u16, u16, Content) {
    let Some(fixed) = bytes.first_chunk::<20>() else {
        return (0, 0, Content::Other(TCP));
    };
    let header = usize::from(fixed[12] >> 4) * 4;
    let number =
        |at: usize| u32::from_be_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
    let segment = Segment {
        flags: fixed[13],
        sequence: number(4),
        acknowledgement: number(8),
        relative_sequence: None,
        relative_acknowledgement: None,
        window: u16::from_be_bytes([fixed[14], fixed[15]]),
        data: data(bytes, header.max(fixed.len()), length),
    };
    let (from, to) = ports(fixed);
    (from, to, Content::Tcp(segment))
}

/// RFC 768.
fn udp(bytes: &[u8], length: u32) -> (u16, u16, Content) {
    let Some(fixed) = bytes.first_chunk::<8>() else {
        return (0, 0, Content::Other(UDP));
    };
    let (from, to) = ports(fixed);
    let data = data(bytes, fixed.len(), length);
    (from, to, Content::Udp { data })
}

/// RFC 792 and RFC 4443: an error carries the beginning of the packet that it is about.
fn icmp(bytes: &[u8], protocol: u8) -> Content {
    let &[kind, code, ..] = bytes else {
        return Content::Other(protocol);
    };
    let is_error = match protocol {
        ICMP => matches!(kind, 3 | 4 | 5 | 11 | 12),
        _ => kind < 128,
    };
    let about = is_error.then(|| about(bytes.get(8..)?)).flatten();
    Content::Icmp { kind, code, about }
}

/// Where a packet came from and where it was to go, from its beginning.
fn about(bytes: &[u8]) -> Option<(SocketAddr, SocketAddr)> {
    let header = header(bytes)?;
    let ports = match bytes.get(header.length..)?.first_chunk::<4>() {
        Some(first) if matches!(header.protocol, TCP | UDP) && !header.is_later_piece => {
            ports(first)
        }
        _ => (0, 0),
    };
    Some((
        SocketAddr::new(header.from, ports.0),
        SocketAddr::new(header.to, ports.1),
    ))
}

/// Source and destination port: the first four bytes in TCP and UDP alike.
fn ports(bytes: &[u8]) -> (u16, u16) {
    let port = |at: usize| match bytes.get(at..at + 2) {
        Some(&[high, low]) => u16::from_be_bytes([high, low]),
        _ => 0,
    };
    (port(0), port(2))
}

/// What comes after a header of this length.
fn data(bytes: &[u8], header: usize, length: u32) -> Data {
    Data {
        first: bytes.get(header..).unwrap_or_default().to_vec(),
        total: length.saturating_sub(header as u32),
    }
}

/// Counts the sequence numbers of each connection from its SYNs on.
#[derive(Debug, Default)]
pub struct Numbers {
    /// The sequence number of the last SYN in each direction.
    first: HashMap<(SocketAddr, SocketAddr), u32>,
}

impl Numbers {
    /// Fills in the relative numbers of a segment. The packets must come in the order in which they were on the wire.
    pub fn count(&mut self, packet: &mut Packet) {
        let Content::Tcp(segment) = &mut packet.what else {
            return;
        };
        let here = (packet.from, packet.to);
        let there = (packet.to, packet.from);
        if segment.has(Segment::SYN) {
            let before = self.first.insert(here, segment.sequence);
            // The two addresses have had a connection before, and begin another.
            if !segment.has(Segment::ACK)
                && before.is_some_and(|before| before != segment.sequence)
                && here != there
            {
                self.first.remove(&there);
            }
        }
        let since = |number: u32, way| {
            let first = self.first.get(&way)?;
            Some(number.wrapping_sub(*first))
        };
        segment.relative_sequence = since(segment.sequence, here);
        segment.relative_acknowledgement = if segment.has(Segment::ACK) {
            since(segment.acknowledgement, there)
        } else {
            None
        };
    }
}
