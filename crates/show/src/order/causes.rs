//! Which packet brought a change of state about, and which changes the kernel was seen to have made.

use super::certain::{Seen, Test};
use crate::addresses::{Ends, ends_of};
use record::event::{Content, Event, Segment, State, TcpState, Time};
use std::collections::{HashMap, HashSet};

/// The packets of a record, for the states that they brought about.
pub(crate) struct Causes {
    /// The places of what has a row.
    shown: HashSet<usize>,
    /// The packets by when they were sent and when they arrived.
    packets_at: HashMap<Time, Vec<usize>>,
}

/// A packet stands before the changes of state that it brought about, its sender's first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Packet,
    Sender,
    Receiver,
}

/// What brought a state about.
pub(crate) enum Cause {
    /// This packet; or where the real one is left out, the next that would have told the same.
    Shown(usize),
    LeftOut,
    Unknown,
}

impl Causes {
    /// `shown` are the places of what has a row.
    pub(crate) fn of(events: &[Event], shown: &[usize]) -> Causes {
        let mut packets_at: HashMap<Time, Vec<usize>> = HashMap::new();
        for (index, event) in events.iter().enumerate() {
            if let Event::Packet(packet) = event {
                for at in [Some(packet.at), packet.arrived].into_iter().flatten() {
                    packets_at.entry(at).or_default().push(index);
                }
            }
        }
        Causes {
            shown: shown.iter().copied().collect(),
            packets_at,
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
    pub(crate) fn has_cause(&self, events: &[Event], state: &State) -> bool {
        self.packet_of(events, state).is_some()
    }

    /// In which order things stand that happened at one time.
    pub(crate) fn rank(&self, events: &[Event], index: usize) -> Rank {
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
    pub(crate) fn cause(&self, events: &[Event], state: &State) -> Cause {
        let ends = |index: usize| match &events[index] {
            Event::Packet(packet) => Some(ends_of(packet)),
            _ => None,
        };
        let Some(index) = self.packet_of(events, state) else {
            return Cause::Unknown;
        };
        let mut next = (index..events.len()).filter(|next| self.shown.contains(next));
        let carrier = next.find(|next| ends(*next) == ends(index));
        match carrier {
            // A reset acknowledges nothing.
            Some(carrier) if carrier == index || !is_reset(&events[carrier]) => {
                Cause::Shown(carrier)
            }
            _ => Cause::LeftOut,
        }
    }
}

fn is_reset(event: &Event) -> bool {
    matches!(event, Event::Packet(packet)
        if matches!(&packet.what, Content::Tcp(segment) if segment.has(Segment::RST)))
}

/// The changes of state that the kernel was certain to be seen to have made, before the socket went to another state:
/// their places in the record. How long an end stays in FIN-WAIT-1 and FIN-WAIT-2 is the other end's timer's to say.
pub(crate) fn confirmed(events: &[Event], is_certain: &Test) -> HashSet<usize> {
    let mut last: HashMap<Ends, usize> = HashMap::new();
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
