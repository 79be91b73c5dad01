//! Which packets are the observed programs', where others use the network too.

use std::borrow::Cow;
use std::net::SocketAddr;

use observe::wire::ours::Ours;
use observe::wire::parse;
use record::event::{Address, Call, Ends, Event, Outcome, Packet, Segment, Time, Who};
use show::pcap;

use crate::made::{CLIENT, Conversation, SERVER, end, ip};

/// A call after which the kernel said that the socket has these addresses.
fn gave(at: Time, local: &str, peer: Option<SocketAddr>) -> Event {
    Event::Call(Call {
        who: Who::NOBODY,
        name: Cow::Borrowed("bind"),
        entered: at,
        left: Some(at + 1),
        args: Vec::new(),
        outcome: Outcome::Returned(0),
        ends: Some(Ends {
            local: Some(Address::Inet(local.parse().expect("an address"))),
            peer: peer.map(Address::Inet),
        }),
        by_runtime: false,
        stack: None,
        kernel: None,
    })
}

/// A SYN of the client at 1000, and the answer at 2000.
fn handshake() -> Vec<Packet> {
    Conversation::connected().packets[..2].to_vec()
}

#[track_caller]
fn kept(events: &[Event], expected: [bool; 2]) {
    let ours = Ours::of(events);
    let kept: Vec<bool> = handshake().iter().map(|packet| ours.has(packet)).collect();
    assert_eq!(kept, expected, "{ours:?}");
}

#[test]
fn a_connection_is_known_by_both_addresses() {
    kept(
        &[gave(500, "127.0.0.1:40000", Some(end(SERVER)))],
        [true; 2],
    );
    // The same port, used for another connection.
    kept(&[gave(500, "127.0.0.1:40000", Some(end(7)))], [false; 2]);
    kept(
        &[gave(500, "127.0.0.1:40001", Some(end(SERVER)))],
        [false; 2],
    );
    // A socket of AF_INET6 has the address in a form of its own.
    let peer = "[::ffff:127.0.0.1]:9000".parse().ok();
    kept(&[gave(500, "[::ffff:127.0.0.1]:40000", peer)], [true; 2]);
}

#[test]
fn what_is_bound_is_known_by_its_own_address_from_then_on() {
    kept(&[gave(500, "127.0.0.1:9000", None)], [true; 2]);
    kept(&[gave(500, "0.0.0.0:9000", None)], [true; 2]);
    kept(&[gave(500, "[::]:9000", None)], [true; 2]);
    kept(&[gave(500, "127.0.0.2:9000", None)], [false; 2]);
    kept(&[gave(1500, "127.0.0.1:9000", None)], [false, true]);
    kept(&[gave(500, "127.0.0.1:0", None)], [false; 2]);
    kept(&[], [false; 2]);
}

#[test]
fn an_error_is_that_of_the_packet_it_is_about() {
    let udp = [CLIENT.to_be_bytes(), SERVER.to_be_bytes(), [0, 8], [0; 2]].concat();
    let error = [vec![3, 3, 0, 0, 0, 0, 0, 0], ip(17, &udp)].concat();
    let packet = parse::packet(1000, &ip(1, &error), 56).expect("a packet");
    assert!(Ours::of(&[gave(500, "127.0.0.1:40000", None)]).has(&packet));
    assert!(!Ours::of(&[gave(500, "127.0.0.1:40001", None)]).has(&packet));
}

#[test]
fn a_file_of_packets_has_their_times_lengths_and_bytes() {
    let long = vec![b'x'; 1000];
    let packets = Conversation::connected()
        .say(CLIENT, SERVER, Segment::ACK, 1, 1, &long)
        .packets;
    let mut events = vec![gave(1, "127.0.0.1:40000", None)];
    events.extend(packets.iter().cloned().map(Event::Packet));
    let mut file = Vec::new();
    pcap::write(&mut file, &events).expect("a list of bytes takes them");
    let number = |at: usize| u32::from_ne_bytes(file[at..at + 4].try_into().expect("four bytes"));
    // Nanoseconds, and packets that begin with their IP header.
    assert_eq!((number(0), number(20)), (0xa1b2_3c4d, 101));
    let mut at = 24;
    for packet in packets {
        let kept = number(at + 8) as usize;
        let time = u64::from(number(at)) * 1_000_000_000 + u64::from(number(at + 4));
        assert_eq!((time, number(at + 12)), (packet.at, packet.length));
        assert_eq!(file[at + 16..at + 16 + kept], packet.bytes[..]);
        at += 16 + kept;
    }
    assert_eq!(at, file.len());
}
