//! Which packets, states and queues are drawn at all.

use super::certain::Seen;
use super::owners::ends_of;
use super::wire::{Test, sends};
use crate::event::{Content, Event, Packet, Segment, TcpState, Time};
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

/// What is drawn.
pub(super) struct Shown {
    pub(super) events: Vec<usize>,
    /// The packets that are left out.
    left_out: HashSet<usize>,
    /// The packets by when they were sent and when they arrived, for the states that they brought about.
    packets_at: HashMap<Time, Vec<usize>>,
}

/// What brought a state about.
pub(super) enum Cause<'a> {
    /// This packet; or where the real one is left out, the next that would have told the same.
    Shown(&'a Packet),
    LeftOut,
    Unknown,
}

impl Shown {
    pub(super) fn everything(events: &[Event]) -> Shown {
        let is_wire =
            |event: &Event| matches!(event, Event::Packet(_) | Event::State(_) | Event::Held(_));
        let mut packets_at: HashMap<Time, Vec<usize>> = HashMap::new();
        for (index, event) in events.iter().enumerate() {
            if let Event::Packet(packet) = event {
                for at in [Some(packet.at), packet.arrived].into_iter().flatten() {
                    packets_at.entry(at).or_default().push(index);
                }
            }
        }
        Shown {
            events: (0..events.len())
                .filter(|index| is_wire(&events[*index]))
                .collect(),
            left_out: HashSet::new(),
            packets_at,
        }
    }

    pub(super) fn cause<'a>(
        &self,
        events: &'a [Event],
        local: SocketAddr,
        peer: SocketAddr,
        at: Time,
    ) -> Cause<'a> {
        let packet = |index: usize| match &events[index] {
            Event::Packet(packet) => Some(packet),
            _ => None,
        };
        let is_theirs = |index: &&usize| {
            packet(**index).is_some_and(|packet| {
                let ends = ends_of(packet);
                ends == (local, peer) || ends == (peer, local)
            })
        };
        let index = self
            .packets_at
            .get(&at)
            .and_then(|found| found.iter().find(is_theirs));
        let Some(&index) = index else {
            return Cause::Unknown;
        };
        let Some(ends) = packet(index).map(ends_of) else {
            return Cause::Unknown;
        };
        let mut next = (index..events.len()).filter(|index| !self.left_out.contains(index));
        let carrier = next.find_map(|index| packet(index).filter(|packet| ends_of(packet) == ends));
        carrier.map_or(Cause::LeftOut, Cause::Shown)
    }

    /// What is the same each time.
    pub(super) fn by_cause(events: &[Event], is_certain: &Test) -> Shown {
        let mut shown = Shown::everything(events);
        shown.left_out = by_timers(events);
        let left_out = &shown.left_out;
        shown.events.retain(|index| match &events[*index] {
            Event::Packet(_) => !left_out.contains(index),
            Event::Held(held) if held.peer.port() == 0 => {
                is_certain(held.who, held.at, Seen::Connections)
            }
            Event::Held(held) => is_certain(held.who, held.at, Seen::Bytes),
            Event::State(state) if state.read_from_kernel => state.context.is_none_or(|context| {
                context.softirq || is_certain(context.who, state.at, Seen::State)
            }),
            _ => true,
        });
        shown
    }

    /// What was held is worth a row when it is not what it was before; nothing waits at first.
    /// With `received`, the rest does not count.
    pub(super) fn only_changes(&mut self, events: &[Event], received: bool) {
        let mut last: HashMap<(SocketAddr, SocketAddr), (u32, u32)> = HashMap::new();
        self.events.retain(|index| {
            let Event::Held(held) = &events[*index] else {
                return true;
            };
            // A socket that is gone holds nothing; that is no news of its queues.
            if held.state == TcpState::Closed {
                return false;
            }
            // Of a socket that listens, the second number is its backlog.
            let sent = if held.peer.port() == 0 || received {
                0
            } else {
                held.send_queue
            };
            let now = (held.receive_queue, sent);
            last.insert((held.local, held.peer), now)
                .unwrap_or_default()
                != now
        });
    }
}

/// The changes of state that were inferred and that the kernel was then seen to have made,
/// before the socket went to another state: their places in the record.
/// Only what was certain to be seen counts, where there is a test for that.
pub(super) fn confirmed(events: &[Event], is_certain: Option<&Test>) -> HashSet<usize> {
    let mut last: HashMap<(SocketAddr, SocketAddr), usize> = HashMap::new();
    let mut found = HashSet::new();
    for (index, event) in events.iter().enumerate() {
        match event {
            Event::State(state) => {
                last.insert((state.local, state.peer), index);
            }
            Event::Held(held)
                if is_certain.is_none_or(|test| test(held.who, held.at, Seen::State)) =>
            {
                let of = last.get(&(held.local, held.peer)).copied();
                found.extend(of.filter(
                    |of| matches!(&events[*of], Event::State(state) if state.to == held.state),
                ));
            }
            _ => {}
        }
    }
    found
}

/// The segments that were sent because a timer ran out, or might not have been sent because none had:
/// those that carry nothing new, and do not acknowledge a SYN for the first time, or a FIN within the call that sent it.
/// On a slow wire an answer never comes within a call, and waits for no timer that is slower.
fn by_timers(events: &[Event]) -> HashSet<usize> {
    #[derive(Default)]
    struct Direction {
        /// The sequence number of the SYN, or of the first segment seen.
        first: u32,
        /// How far the sender has come since.
        upto: u32,
        /// What follows its SYN and its FIN, while that is not acknowledged, and when a FIN was sent.
        marks: Vec<(u32, Option<Time>)>,
    }
    let mut directions: HashMap<(SocketAddr, SocketAddr), Direction> = HashMap::new();
    let mut found = HashSet::new();
    let is_slow = events
        .iter()
        .any(|event| matches!(event, Event::Packet(packet) if packet.arrived.is_some()));
    let calls = events.iter().filter_map(|event| match event {
        Event::Call(call) if sends(call) => Some((call.entered, call.left.unwrap_or(Time::MAX))),
        _ => None,
    });
    let calls: Vec<(Time, Time)> = calls.collect();
    let in_one_call = |first: Time, second: Time| {
        is_slow
            || calls
                .iter()
                .any(|(entered, left)| *entered <= first && second <= *left)
    };
    for (index, event) in events.iter().enumerate() {
        let Event::Packet(packet) = event else {
            continue;
        };
        let Content::Tcp(segment) = &packet.what else {
            continue;
        };
        let (from, to) = ends_of(packet);
        let is_new = match directions.get(&(from, to)) {
            None => true,
            // The same ports again.
            Some(known) => {
                segment.has(Segment::SYN) && known.first != segment.sequence && known.upto > 0
            }
        };
        if is_new {
            let fresh = Direction {
                first: segment.sequence,
                ..Direction::default()
            };
            directions.insert((from, to), fresh);
        }
        let mut answers = false;
        if segment.has(Segment::ACK)
            && let Some(other) = directions.get_mut(&(to, from))
        {
            let acknowledged = segment.acknowledgement.wrapping_sub(other.first);
            other.marks.retain(|(end, sent)| {
                let answered = *end <= acknowledged;
                answers |= answered && sent.is_none_or(|sent| in_one_call(sent, packet.at));
                !answered
            });
        }
        let Some(own) = directions.get_mut(&(from, to)) else {
            continue;
        };
        let marks = u32::from(segment.has(Segment::SYN)) + u32::from(segment.has(Segment::FIN));
        let start = segment.sequence.wrapping_sub(own.first);
        let end = start.wrapping_add(segment.data.total).wrapping_add(marks);
        let brings = end != start && (end > own.upto || is_new) && end < u32::MAX / 2;
        if brings {
            own.upto = own.upto.max(end);
            if marks > 0 {
                let sent = segment.has(Segment::FIN).then_some(packet.at);
                own.marks.push((end, sent));
            }
        }
        if !brings && !answers && !segment.has(Segment::RST) {
            found.insert(index);
        }
    }
    found
}
