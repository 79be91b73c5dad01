//! Bytes of packets.

use observe::wire::parse::{self, Numbers};
use observe::wire::states;
use proptest::prelude::*;
use record::event::{Content, Event, Packet, Segment};
use record::json;
use show::pcap;

use crate::made::{CLIENT, Conversation, SERVER, end, ip, segment, tcp};

fn parsed(bytes: &[u8]) -> Packet {
    parse::packet(7, bytes, bytes.len() as u32).expect("a packet")
}

#[test]
fn a_segment_has_its_numbers_from_the_handshake_on() {
    let data = Segment::PSH | Segment::ACK;
    let packets = Conversation::connected()
        .say(CLIENT, SERVER, data, 1, 1, b"hello")
        .say(SERVER, CLIENT, Segment::ACK, 1, 6, b"")
        .counted();
    let numbers: Vec<_> = packets
        .iter()
        .map(|packet| {
            let segment = segment(packet);
            (
                segment.relative_sequence,
                segment.relative_acknowledgement,
                segment.data.total,
            )
        })
        .collect();
    assert_eq!(
        numbers,
        [
            (Some(0), None, 0),
            (Some(0), Some(1), 0),
            (Some(1), Some(1), 0),
            (Some(1), Some(1), 5),
            (Some(1), Some(6), 0)
        ]
    );
    assert_eq!(segment(&packets[3]).data.first, b"hello");
    assert_eq!((packets[3].from, packets[3].to), (end(CLIENT), end(SERVER)));
    assert_eq!(segment(&packets[3]).window, 0x102);
}

#[test]
fn without_the_syn_nothing_is_counted() {
    let packets = Conversation::default()
        .say(CLIENT, SERVER, Segment::ACK, 5, 5, b"x")
        .counted();
    let segment = segment(&packets[0]);
    assert_eq!(
        (segment.relative_sequence, segment.relative_acknowledgement),
        (None, None)
    );
}

#[test]
fn the_same_addresses_can_have_a_second_connection() {
    let second = Conversation::connected()
        .say(CLIENT, SERVER, Segment::SYN, 900, 0, b"")
        .say(CLIENT, SERVER, Segment::ACK, 901, 77, b"")
        .counted();
    assert_eq!(segment(&second[3]).relative_sequence, Some(0));
    // The other end's SYN of this connection has not been seen.
    assert_eq!(segment(&second[4]).relative_acknowledgement, None);
}

#[test]
fn a_long_packet_is_cut_and_its_length_kept() {
    let bytes = ip(6, &tcp(CLIENT, SERVER, Segment::ACK, 1, 1, &[b'x'; 30_000]));
    let packet = parsed(&bytes);
    assert_eq!(packet.bytes.len(), Packet::SNAP);
    assert_eq!(packet.length as usize, bytes.len());
    let data = &segment(&packet).data;
    assert_eq!((data.total, data.first.len()), (30_000, Packet::SNAP - 40));
}

#[test]
fn an_error_tells_what_it_is_about() {
    let udp = [
        CLIENT.to_be_bytes(),
        9_u16.to_be_bytes(),
        9_u16.to_be_bytes(),
        [0; 2],
    ];
    let about = ip(17, &[udp.concat(), vec![b'x']].concat());
    assert!(matches!(
        &parsed(&about).what,
        Content::Udp { data } if data.first == b"x" && data.total == 1
    ));
    let mut error = vec![3, 3, 0, 0, 0, 0, 0, 0];
    error.extend(about);
    let packet = parsed(&ip(1, &error));
    let expected = Content::Icmp {
        kind: 3,
        code: 3,
        about: Some((end(CLIENT), end(9))),
    };
    assert_eq!(packet.what, expected);
    // An echo request is about nothing.
    error[0] = 8;
    assert!(matches!(
        parsed(&ip(1, &error)).what,
        Content::Icmp { about: None, .. }
    ));
}

#[test]
fn ipv6_and_its_extension_headers() {
    let segment_bytes = tcp(CLIENT, SERVER, Segment::SYN, 1, 0, b"");
    let mut bytes = vec![0x60, 0, 0, 0];
    bytes.extend((8 + segment_bytes.len() as u16).to_be_bytes());
    bytes.extend([0, 64]);
    bytes.extend([[0; 15].as_slice(), &[1]].concat());
    bytes.extend([[0; 15].as_slice(), &[1]].concat());
    // Hop-by-hop options, eight bytes of padding; TCP comes next.
    bytes.extend([6, 0, 1, 4, 0, 0, 0, 0]);
    bytes.extend(segment_bytes);
    let packet = parsed(&bytes);
    assert_eq!(packet.from.to_string(), "[::1]:40000");
    assert_eq!(segment(&packet).flags, Segment::SYN);
}

#[test]
fn what_is_not_ip_is_nothing() {
    assert_eq!(parse::packet(0, &[], 0), None);
    assert_eq!(parse::packet(0, &[0x25; 60], 60), None);
    // A header that says that it is shorter than a header.
    assert_eq!(parse::packet(0, &[0x41; 60], 60), None);
}

/// Bytes of a packet that is almost right.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), any::<u8>());
    let first = prop_oneof![Just(0x45_u8), Just(0x4f), Just(0x60), any::<u8>()];
    let rest = prop::collection::vec(any::<u8>(), 0..400);
    let protocol = prop_oneof![Just(1_u8), Just(6), Just(17), Just(44), Just(0), Just(58)];
    (first, protocol, rest, prop::collection::vec(change, 0..4)).prop_map(
        |(first, protocol, rest, changes)| {
            let mut bytes = ip(protocol, &rest);
            bytes[0] = first;
            bytes[6] = protocol;
            for (index, byte) in changes {
                let at = index.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        },
    )
}

proptest! {
    /// Whatever comes over the wire: no panic, and what is kept is no more than came.
    #[test]
    fn any_bytes_do_no_harm(
        some in prop::collection::vec(prop_oneof![prop::collection::vec(any::<u8>(), 0..600), nearly()], 0..20),
        lengths in prop::collection::vec(any::<u32>(), 20),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut numbers = Numbers::default();
        let mut packets = Vec::new();
        for (index, (bytes, length)) in some.iter().zip(lengths).enumerate() {
            let bytes = &bytes[..cut.index(bytes.len() + 1)];
            let Some(mut packet) = parse::packet(index as u64, bytes, length) else { continue };
            numbers.count(&mut packet);
            prop_assert!(packet.bytes.len() <= Packet::SNAP);
            prop_assert_eq!(&packet.bytes[..], &bytes[..packet.bytes.len()]);
            if let Content::Tcp(Segment { data, .. }) | Content::Udp { data } = &packet.what {
                prop_assert!(data.first.len() <= packet.bytes.len());
                prop_assert!(data.first.len() <= data.total as usize);
            }
            let _ = json::line(&Event::Packet(packet.clone()));
            packets.push(packet);
        }
        let events = states::infer(&packets);
        let mut file = Vec::new();
        pcap::write(&mut file, &events).expect("a list of bytes takes them");
        let kept: usize = packets.iter().map(|packet| 16 + packet.bytes.len()).sum();
        prop_assert_eq!(file.len(), 24 + kept);
    }
}
