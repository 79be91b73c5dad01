//! Real packets, in a private network.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use observe::wire::{How, Network};
use observe::{Options, Record};
use record::event::{Address, Call, Content, Event, Packet, Segment, State};

use crate::made::segment;
use crate::roles::{BULK, CONNECTIONS, LARGEST, Role, SOME, actor};
use crate::skip::not_run;

/// The record of a role played in a network; `None`, and a printed line, where that cannot be had.
#[track_caller]
fn watch(role: Role, how: How) -> Option<Record> {
    let network = match Network::open(how) {
        Ok(network) => network,
        Err(refused) => return missing(&refused.to_string()),
    };
    if let Some(remark) = network.remark() {
        return missing(remark);
    }
    if let Err(refused) = observe::can_trace() {
        return missing(&refused.to_string());
    }
    let options = Options {
        wire: Some(Arc::new(network)),
        ..Options::default()
    };
    let running = observe::start(vec![actor(role)], &options).expect("it starts");
    let record = running.wait().expect("the tracer works");
    assert!(record.statuses[0].success(), "{:?}", record.statuses);
    assert_eq!(record.lost_packets, 0);
    let times: Vec<_> = record.events.iter().map(Event::at).collect();
    assert!(times.is_sorted(), "events in order of time");
    Some(record)
}

/// No record, and why.
fn missing<T>(why: &str) -> Option<T> {
    not_run("packets", why);
    None
}

fn packets(record: &Record) -> Vec<&Packet> {
    let packets = record.events.iter().filter_map(|event| match event {
        Event::Packet(packet) => Some(packet),
        _ => None,
    });
    packets.collect()
}

fn calls<'a>(record: &'a Record, name: &str) -> Vec<&'a Call> {
    let calls = record.events.iter().filter_map(|event| match event {
        Event::Call(call) if call.name == name => Some(call),
        _ => None,
    });
    calls.collect()
}

/// The states that each end went through.
fn states(record: &Record) -> HashMap<(SocketAddr, SocketAddr), String> {
    let mut ends: HashMap<_, String> = HashMap::new();
    for event in &record.events {
        if let Event::State(State {
            local, peer, to, ..
        }) = event
        {
            let names = ends.entry((*local, *peer)).or_default();
            *names += " ";
            *names += to.name();
        }
    }
    ends
}

#[test]
fn of_a_thousand_connections_every_packet_is_there_once() {
    let Some(record) = watch(Role::Connections, How::default()) else {
        return;
    };
    let mut of_client: HashMap<SocketAddr, Vec<&Packet>> = HashMap::new();
    let mut seen = HashSet::new();
    let connects = calls(&record, "connect");
    assert_eq!(connects.len(), CONNECTIONS);
    let local = |call: &Call| match call.ends.as_ref().and_then(|ends| ends.local.clone()) {
        Some(Address::Inet(local)) => local,
        other => panic!("connect gives an address: {other:?}"),
    };
    let clients: HashMap<SocketAddr, &Call> =
        connects.iter().map(|call| (local(call), *call)).collect();
    assert_eq!(clients.len(), CONNECTIONS, "a port for each");
    for packet in packets(&record) {
        let segment = segment(packet);
        let same = (
            packet.from,
            packet.to,
            segment.flags,
            segment.sequence,
            segment.acknowledgement,
        );
        assert!(seen.insert(same), "twice: {packet:?}");
        let client = [packet.from, packet.to]
            .into_iter()
            .find(|end| clients.contains_key(end));
        of_client
            .entry(client.expect("a packet of one of them"))
            .or_default()
            .push(packet);
    }
    let ends = states(&record);
    for (client, call) in clients {
        let packets = &of_client[&client];
        let has = |flags: u8| {
            let all = packets
                .iter()
                .filter(|packet| segment(packet).flags & 7 == flags & 7);
            let all = all.filter(|packet| segment(packet).has(flags));
            all.copied().collect::<Vec<_>>()
        };
        let [syn, answer] = has(Segment::SYN)[..] else {
            panic!("two SYNs: {packets:?}");
        };
        assert!(!segment(syn).has(Segment::ACK) && segment(answer).has(Segment::ACK));
        let left = call.left.expect("it returned");
        assert!(
            call.entered < syn.at && syn.at < left,
            "{} < {} < {left}",
            call.entered,
            syn.at
        );
        let [first, second] = has(Segment::FIN)[..] else {
            panic!("two FINs: {packets:?}");
        };
        assert_eq!((first.from, second.to), (client, client));
        let last = packets.last().expect("there are some");
        assert_eq!(
            segment(last).relative_acknowledgement,
            Some(2),
            "{packets:?}"
        );
        assert!(has(Segment::RST).is_empty());
        assert_eq!(
            ends[&(client, syn.to)],
            " SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT"
        );
        assert_eq!(
            ends[&(syn.to, client)],
            " SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED"
        );
    }
}

/// How many bytes of the stream there were, each counted once.
fn bytes(record: &Record) -> usize {
    let mut reached: HashMap<SocketAddr, u32> = HashMap::new();
    for packet in packets(record) {
        let segment = segment(packet);
        assert!(packet.bytes.len() <= Packet::SNAP);
        assert!(packet.length as usize >= packet.bytes.len());
        if segment.data.total == 0 {
            continue;
        }
        let next = segment.relative_sequence.expect("the SYN was seen") + segment.data.total;
        let reached = reached.entry(packet.from).or_default();
        *reached = next.max(*reached);
    }
    // Counted from the SYN, which is one itself.
    reached.into_values().max().unwrap_or(1) as usize - 1
}

#[test]
fn much_data_passes_and_nothing_is_lost() {
    if let Some(record) = watch(Role::Bulk, How::default()) {
        assert_eq!(bytes(&record), BULK);
    }
}

#[test]
fn datagrams_and_the_error_that_answers_one() {
    for slow in [false, true] {
        let Some(record) = watch(
            Role::Datagrams,
            How {
                slow,
                ..How::default()
            },
        ) else {
            continue;
        };
        let packets = packets(&record);
        let lengths: Vec<u32> = packets
            .iter()
            .filter_map(|packet| match &packet.what {
                Content::Udp { data } => Some(data.total),
                _ => None,
            })
            .collect();
        assert_eq!(lengths, [3, LARGEST as u32, 4]);
        let error = packets.last().expect("there are some");
        let late = packets[packets.len() - 2];
        let expected = Content::Icmp {
            kind: 3,
            code: 3,
            about: Some((late.from, late.to)),
        };
        assert_eq!(error.what, expected, "port unreachable");
    }
}

#[test]
fn a_slow_wire_passes_all_and_takes_its_time() {
    let how = How {
        slow: true,
        ..How::default()
    };
    let Some(record) = watch(Role::SomeBulk, how) else {
        return;
    };
    assert_eq!(bytes(&record), SOME);
    let tenth = Duration::from_millis(100).as_nanos() as u64;
    for packet in packets(&record) {
        let arrived = packet.arrived.expect("each arrives");
        assert!(arrived - packet.at >= tenth - 1_000_000, "{packet:?}");
    }
    for connect in calls(&record, "connect") {
        let left = connect.left.expect("it returned");
        assert!(left - connect.entered >= 2 * tenth - 1_000_000);
    }
}

#[test]
fn one_network_serves_one_run_after_the_other() {
    let network = match Network::open(How::default()) {
        Ok(network) => network,
        Err(refused) => return not_run("a network for two runs", &refused.to_string()),
    };
    let options = Options {
        wire: Some(Arc::new(network)),
        ..Options::default()
    };
    let mut counts = Vec::new();
    for _ in 0..2 {
        let running = match observe::start(vec![actor(Role::Datagrams)], &options) {
            Ok(running) => running,
            Err(refused) => return not_run("a network for two runs", &refused.to_string()),
        };
        let record = running.wait().expect("the tracer works");
        counts.push(packets(&record).len());
    }
    // Three datagrams and an error, and nothing of the first run in the second.
    assert_eq!(counts, [4, 4]);
}
