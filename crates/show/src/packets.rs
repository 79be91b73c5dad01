//! Packets, states and queues as text.
//!
//! ```text
//! SYN seq 0
//! SYN,ACK seq 0 ack 1
//! 5 bytes "hello" seq 1 ack 1
//! UDP 5 bytes "hello"
//! ICMP port unreachable, about 127.0.0.1:40122 -> 127.0.0.1:9000
//! ```
//!
//! PSH is left out, and of a segment with data ACK too: every one has it. Sequence numbers are counted from the SYN;
//! where that was not seen they are as they stand in the header.

use crate::order::Part;
use record::event::{Content, Data, Held, Packet, Segment, State, TcpState};
use record::text::{control_bits, escape};
use std::fmt::Write;

/// How many of a packet's bytes a label shows.
const FIRST: usize = 12;

/// A packet in a few words.
pub fn packet(packet: &Packet) -> String {
    match &packet.what {
        Content::Tcp(segment) => self::segment(segment, &segment.data),
        Content::Udp { data } => format!("UDP {}", self::data(data)),
        Content::Icmp { kind, code, about } => {
            let version = if packet.from.is_ipv4() { "" } else { "v6" };
            let about = about.map_or(String::new(), |(from, to)| {
                format!(", about {from} -> {to}")
            });
            format!(
                "ICMP{version} {}{about}",
                icmp(packet.from.is_ipv4(), *kind, *code)
            )
        }
        Content::Other(number) => format!("protocol {number}, {} bytes", packet.length),
    }
}

/// Several segments in a row as if they were one: the bytes that they carry together, each counted once.
pub fn segments(packets: &[&Packet]) -> String {
    let segments = packets.iter().filter_map(|packet| match &packet.what {
        Content::Tcp(segment) => Some(segment),
        _ => None,
    });
    let segments: Vec<&Segment> = segments.collect();
    let Some(first) = segments.first() else {
        return packets
            .first()
            .map_or(String::new(), |packet| self::packet(packet));
    };
    let end = |segment: &Segment| {
        segment
            .sequence
            .wrapping_sub(first.sequence)
            .saturating_add(segment.data.total)
    };
    let last = segments.iter().copied().max_by_key(|one| end(one));
    let mut data = Data {
        first: Vec::new(),
        total: last.map_or(0, end),
    };
    // As far as they follow each other, and nothing of them was cut off.
    for one in &segments {
        let start = one.sequence.wrapping_sub(first.sequence) as usize;
        if start == data.first.len() && start < FIRST * 2 {
            data.first.extend_from_slice(&one.data.first);
        }
    }
    let flags = segments.iter().fold(0, |flags, one| flags | one.flags);
    let whole = Segment {
        flags,
        ..(*first).clone()
    };
    segment(&whole, &data)
}

fn segment(segment: &Segment, data: &Data) -> String {
    let mut text = String::new();
    let mut flags = segment.flags & !Segment::PSH;
    if data.total > 0 {
        text += &self::data(data);
        flags &= !Segment::ACK;
        if flags != 0 {
            text += ", ";
        }
    }
    let names = control_bits(flags);
    text += &names.join(",");
    let relative = |relative: Option<u32>, raw| relative.unwrap_or(raw);
    // Writing to a String cannot fail.
    if data.total > 0 || flags != Segment::ACK {
        let sequence = relative(segment.relative_sequence, segment.sequence);
        let _ = write!(text, " seq {sequence}");
    }
    if segment.has(Segment::ACK) {
        let acknowledged = relative(segment.relative_acknowledgement, segment.acknowledgement);
        let _ = write!(text, " ack {acknowledged}");
    }
    text.trim_start().to_owned()
}

/// `5 bytes "hello"`
fn data(data: &Data) -> String {
    let mut shown = &data.first[..data.first.len().min(FIRST)];
    // Not in the middle of a character.
    if let Err(error) = std::str::from_utf8(shown)
        && error.error_len().is_none()
    {
        shown = &shown[..error.valid_up_to()];
    }
    let more = if (shown.len() as u64) < u64::from(data.total) {
        "…"
    } else {
        ""
    };
    let mut text = count(data.total);
    if data.total > 0 && !shown.is_empty() {
        text += " \"";
        // Writing to a String cannot fail.
        let _ = escape(&mut text, shown);
        text += "\"";
        text += more;
    }
    text
}

/// What a message of ICMP says (RFC 792; RFC 4443 for version 6).
fn icmp(is_v4: bool, kind: u8, code: u8) -> String {
    let name = match (is_v4, kind, code) {
        (true, 3, 0) => "network unreachable",
        (true, 3, 1) => "host unreachable",
        (true, 3, 2) => "protocol unreachable",
        (true, 3, 3) | (false, 1, 4) => "port unreachable",
        (true, 3, 4) | (false, 2, _) => "packet too big",
        (true, 3, 9 | 10 | 13) | (false, 1, 1) => "administratively prohibited",
        (false, 1, 0) => "no route",
        (false, 1, 3) => "address unreachable",
        (true, 11, _) | (false, 3, _) => "time exceeded",
        (true, 8, _) | (false, 128, _) => "echo request",
        (true, 0, _) | (false, 129, _) => "echo reply",
        _ => return format!("type {kind} code {code}"),
    };
    name.to_owned()
}

/// The state that a socket went to: bare where the kernel was seen to have it, in parentheses where it was inferred.
pub fn state(state: &State, part: Part) -> String {
    if is_read(state, part) {
        state.to.name().to_owned()
    } else {
        format!("({})", state.to.name())
    }
}

/// Whether the kernel was seen to have this state.
pub fn is_read(state: &State, part: Part) -> bool {
    part == Part::Read || part != Part::Inferred && state.read_from_kernel
}

/// What the kernel held, in brackets: `[1 waits for accept, backlog 5]`, `[3 bytes wait for recv]`.
pub fn held(held: &Held, part: Part) -> String {
    if held.state == TcpState::Listen {
        let wait = if held.receive_queue == 1 {
            "waits"
        } else {
            "wait"
        };
        return format!(
            "[{} {wait} for accept, backlog {}]",
            held.receive_queue, held.send_queue
        );
    }
    let mut parts = Vec::new();
    let sent = match part {
        Part::Received => 0,
        _ => held.send_queue,
    };
    if held.receive_queue > 0 || sent == 0 {
        let wait = if held.receive_queue == 1 {
            "waits"
        } else {
            "wait"
        };
        parts.push(format!("{} {wait} for recv", count(held.receive_queue)));
    }
    // The kernel counts a FIN like one byte.
    let has_ended = matches!(
        held.state,
        TcpState::FinWait1 | TcpState::Closing | TcpState::LastAck
    );
    match (sent, has_ended) {
        (0, _) => {}
        (1, true) => parts.push("the FIN not acknowledged".to_owned()),
        (sent, true) => parts.push(format!("{} and the FIN not acknowledged", count(sent - 1))),
        (sent, false) => parts.push(format!("{} not acknowledged", count(sent))),
    }
    format!("[{}]", parts.join(", "))
}

/// `1 byte`, `5 bytes`
fn count(bytes: u32) -> String {
    let unit = if bytes == 1 { "byte" } else { "bytes" };
    format!("{bytes} {unit}")
}
