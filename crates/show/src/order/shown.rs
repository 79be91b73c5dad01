//! Which packets, states and queues are drawn at all.

use super::certain::Seen;
use super::owners::ends_of;
use super::placed::Test;
use record::event::{Content, Event, Segment, State, TcpState, Time};
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

/// What is drawn.
pub(super) struct Shown {
    pub(super) events: Vec<usize>,
    /// The packets that are left out.
    left_out: HashSet<usize>,
    /// The packets by when they were sent and when they arrived, for the states that they brought about.
    packets_at: HashMap<Time, Vec<usize>>,
    /// Whether packets took their time: then the states were looked at all the while, and none was chance.
    pub(super) is_slow: bool,
}

/// A packet stands before the changes of state that it brought about, its sender's first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Packet,
    Sender,
    Receiver,
}

/// What brought a state about.
pub(super) enum Cause {
    /// This packet; or where the real one is left out, the next that would have told the same.
    Shown(usize),
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
            is_slow: is_slow(events),
        }
    }

    /// The packet that a state came with, by its place.
    fn packet_of(&self, events: &[Event], state: &State) -> Option<usize> {
        let found = self.packets_at.get(&state.at)?;
        let is_theirs = |index: &&usize| match &events[**index] {
            Event::Packet(packet) => {
                let (from, to) = ends_of(packet);
                [(from, to), (to, from)].contains(&(state.local, state.peer))
            }
            _ => false,
        };
        found.iter().find(is_theirs).copied()
    }

    /// Whether a state came with a packet, and so was inferred at first.
    pub(super) fn has_cause(&self, events: &[Event], state: &State) -> bool {
        self.packet_of(events, state).is_some()
    }

    /// In which order things stand that happened at one time.
    pub(super) fn rank(&self, events: &[Event], index: usize) -> Rank {
        match &events[index] {
            Event::Packet(_) => Rank::Packet,
            Event::State(state) => match self.packet_of(events, state).map(|at| &events[at]) {
                Some(Event::Packet(packet)) if ends_of(packet).0 == state.local => Rank::Sender,
                _ => Rank::Receiver,
            },
            _ => Rank::Receiver,
        }
    }

    /// The packet that brought a state about.
    pub(super) fn cause(&self, events: &[Event], state: &State) -> Cause {
        let ends = |index: usize| match &events[index] {
            Event::Packet(packet) => Some(ends_of(packet)),
            _ => None,
        };
        let Some(index) = self.packet_of(events, state) else {
            return Cause::Unknown;
        };
        let mut next = (index..events.len()).filter(|next| !self.left_out.contains(next));
        let carrier = next.find(|next| ends(*next) == ends(index));
        match carrier {
            // A reset acknowledges nothing.
            Some(carrier) if carrier == index || !is_reset(&events[carrier]) => {
                Cause::Shown(carrier)
            }
            _ => Cause::LeftOut,
        }
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
            // What was closed has nobody any more who could receive.
            use TcpState::{Closed, Closing, LastAck, TimeWait};
            if matches!(held.state, Closed | Closing | LastAck | TimeWait) {
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

fn is_reset(event: &Event) -> bool {
    matches!(event, Event::Packet(packet)
        if matches!(&packet.what, Content::Tcp(segment) if segment.has(Segment::RST)))
}

/// Whether packets took their time.
fn is_slow(events: &[Event]) -> bool {
    let takes_time =
        |event: &Event| matches!(event, Event::Packet(packet) if packet.arrived.is_some());
    events.iter().any(takes_time)
}

/// The changes of state that the kernel was certain to be seen to have made, before the socket went to another state:
/// their places in the record. How long an end stays in FIN-WAIT-1 and FIN-WAIT-2 is the other end's timer's to say.
pub(super) fn confirmed(events: &[Event], is_certain: &Test) -> HashSet<usize> {
    let mut last: HashMap<(SocketAddr, SocketAddr), usize> = HashMap::new();
    let mut found = HashSet::new();
    for (index, event) in events.iter().enumerate() {
        match event {
            Event::State(state) => {
                last.insert((state.local, state.peer), index);
            }
            Event::Held(held)
                if !matches!(held.state, TcpState::FinWait1 | TcpState::FinWait2)
                    && is_certain(held.who, held.at, Seen::State) =>
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
/// those that carry nothing new, and do not acknowledge a SYN, or the second FIN, for the first time.
/// The first FIN may be acknowledged at once, by a timer, or with what comes next; the end that answers the second
/// has nothing to wait for (RFC 9293, section 3.6). On a slow wire no timer is slower than the packets.
fn by_timers(events: &[Event]) -> HashSet<usize> {
    #[derive(Default)]
    struct Direction {
        /// The sequence number of the SYN, or of the first segment seen.
        first: u32,
        /// How far the sender has come since.
        upto: u32,
        /// What follows its SYN and its FIN, while that is not acknowledged, and whether it is the FIN.
        marks: Vec<(u32, bool)>,
        has_ended: bool,
    }
    let mut directions: HashMap<(SocketAddr, SocketAddr), Direction> = HashMap::new();
    let mut found = HashSet::new();
    let is_slow = is_slow(events);
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
        let has_ended = directions.get(&(from, to)).is_some_and(|own| own.has_ended);
        let mut answers = false;
        if segment.has(Segment::ACK)
            && let Some(other) = directions.get_mut(&(to, from))
        {
            let acknowledged = segment.acknowledgement.wrapping_sub(other.first);
            other.marks.retain(|(end, is_fin)| {
                let answered = *end <= acknowledged;
                answers |= answered && (!is_fin || has_ended || is_slow);
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
                let is_fin = segment.has(Segment::FIN);
                own.marks.push((end, is_fin));
                own.has_ended |= is_fin;
            }
        }
        if !brings && !answers && !segment.has(Segment::RST) {
            found.insert(index);
        }
    }
    found
}
