//! The packets of a run as a file that other programs read (Wireshark, tshark, tcpdump).
//!
//! The format is pcap with nanoseconds: a header of 24 bytes, then for each packet 16 bytes and what was kept of it
//! (draft-ietf-opsawg-pcap). Each begins with its IP header, which is LINKTYPE_RAW.

use record::event::{Event, Packet};
use std::io::{self, Write};

/// Times are in nanoseconds; written in this machine's byte order, it also tells that order.
const MAGIC: u32 = 0xa1b2_3c4d;
const LINKTYPE_RAW: u32 = 101;

/// Writes the packets among these events.
///
/// # Errors
///
/// Those of the writer.
pub fn write(to: &mut impl Write, events: &[Event]) -> io::Result<()> {
    let mut head = Vec::with_capacity(24);
    head.extend(MAGIC.to_ne_bytes());
    head.extend(2_u16.to_ne_bytes());
    head.extend(4_u16.to_ne_bytes());
    // Two fields that are not used.
    head.extend([0; 8]);
    head.extend((Packet::SNAP as u32).to_ne_bytes());
    head.extend(LINKTYPE_RAW.to_ne_bytes());
    to.write_all(&head)?;
    for event in events {
        let Event::Packet(packet) = event else {
            continue;
        };
        let seconds = packet.at / 1_000_000_000;
        let nanoseconds = packet.at % 1_000_000_000;
        let kept = packet.bytes.len() as u32;
        for number in [
            seconds as u32,
            nanoseconds as u32,
            kept,
            packet.length.max(kept),
        ] {
            to.write_all(&number.to_ne_bytes())?;
        }
        to.write_all(&packet.bytes)?;
    }
    to.flush()
}
