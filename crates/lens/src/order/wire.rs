//! Where packets, changes of state and what the kernel held stand among the rows.
//!
//! They are in no thread. By time they stand where the clock has them. By cause:
//!
//! - A packet stands inside the call that sent it, or whose packet it answers: over loopback the kernel takes a packet in,
//!   and answers it, while the sender is still in its call. So SYN, SYN,ACK and ACK all stand inside a connect.
//! - What no call sent (the end of a process, a timer) stands after what its two ends had done by then.
//! - A change of state that a packet brought about stands behind it.
//! - What only timers decide is left out: a segment that was sent again, an ACK alone that changes nothing.
//!   Segments with data that follow each other one way are one row: how they were cut is chance.
//! - What the kernel held is left out where it was chance how far the other threads had come.

use super::certain::Seen;
use super::owners::{Owners, ends_of};
use super::{Lane, Part, Row};
use crate::event::{Call, Content, Event, Held, Packet, Segment, Time, Who};
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

/// Whether a record has anything of the wire in it. Without, states are drawn below their calls.
pub(super) fn is_in(events: &[Event]) -> bool {
    let is_wire = |event: &Event| matches!(event, Event::Packet(_) | Event::Held(_));
    events.iter().any(is_wire)
}

/// Whether it is certain what a thread saw at a time, when it looked at this.
type Test<'a> = dyn Fn(Who, Time, Seen) -> bool + 'a;

/// How the rows are ordered, and so how the rest is placed among them.
pub(super) enum By<'a> {
    Time,
    /// With the test whether it is certain what a thread saw at a time.
    Cause(&'a Test<'a>),
}

/// Puts the rest among the rows.
pub(super) fn placed(
    events: &[Event],
    lanes: &[Lane],
    rows: &[Row],
    by: &By,
    all: bool,
) -> Vec<Row> {
    let owners = Owners::of(events, lanes);
    let moments = moments(events, rows);
    let mut places = Places {
        events,
        lanes,
        owners: &owners,
        of_entry: HashMap::new(),
        of_exit: HashMap::new(),
        moments: &moments,
    };
    for (index, moment) in moments.iter().enumerate() {
        match moment.row.part {
            Part::Exit => places.of_exit.insert(moment.row.event, index),
            _ => places.of_entry.insert(moment.row.event, index),
        };
    }
    let mut shown = match by {
        By::Cause(is_certain) if !all => Shown::by_cause(events, is_certain),
        _ => Shown::everything(events),
    };
    shown.only_changes(events);
    // The items with the moment that they stand behind; 0 is before all of them.
    let mut items: Vec<(usize, Time, bool, usize)> = Vec::new();
    for &index in &shown.events {
        let place = match by {
            By::Time => moments.partition_point(|moment| moment.at <= events[index].at()),
            By::Cause(_) => places.by_cause(index, &shown),
        };
        // A packet before what it brought about.
        let is_packet = matches!(events[index], Event::Packet(_));
        items.push((place, events[index].at(), !is_packet, index));
    }
    items.sort_unstable();
    let mut items = items.into_iter().peekable();
    let mut out: Vec<Row> = Vec::new();
    for place in 0..=moments.len() {
        if place > 0 {
            push(&mut out, moments[place - 1].row);
        }
        while let Some((.., index)) = items.next_if(|item| item.0 == place) {
            if let Some(row) = places.row(index) {
                match by {
                    By::Cause(_) if !all && joins(events, out.last(), index) => {
                        if let Some(last) = out.last_mut() {
                            last.part = Part::Run { last: index };
                        }
                    }
                    _ => out.push(row),
                }
            }
        }
    }
    out
}

/// A moment of a row.
struct Moment {
    row: Row,
    at: Time,
}

/// Whole calls are taken apart, so that something can stand inside them.
fn moments(events: &[Event], rows: &[Row]) -> Vec<Moment> {
    let mut moments = Vec::new();
    for row in rows {
        let with = |part| Row { part, ..*row };
        match (&events[row.event], row.part) {
            (
                Event::Call(Call {
                    entered,
                    left: Some(left),
                    ..
                }),
                Part::Whole,
            ) => {
                moments.push(Moment {
                    row: with(Part::Entry { asleep: false }),
                    at: *entered,
                });
                moments.push(Moment {
                    row: with(Part::Exit),
                    at: *left,
                });
            }
            (
                Event::Call(Call {
                    left: Some(left), ..
                }),
                Part::Exit,
            ) => moments.push(Moment {
                row: *row,
                at: *left,
            }),
            (event, _) => moments.push(Moment {
                row: *row,
                at: event.at(),
            }),
        }
    }
    moments
}

/// An exit that follows its entry makes one row of the two.
fn push(rows: &mut Vec<Row>, row: Row) {
    match rows.last_mut() {
        Some(last)
            if row.part == Part::Exit
                && last.event == row.event
                && matches!(last.part, Part::Entry { .. }) =>
        {
            last.part = Part::Whole;
        }
        _ => rows.push(row),
    }
}

/// Whether a segment goes on with the data of the row before it.
fn joins(events: &[Event], last: Option<&Row>, index: usize) -> bool {
    let Some(last) = last else { return false };
    let before = match last.part {
        Part::Run { last } => last,
        _ => last.event,
    };
    let (Event::Packet(before), Event::Packet(now)) = (&events[before], &events[index]) else {
        return false;
    };
    let has_data = |packet: &Packet| {
        matches!(&packet.what, Content::Tcp(segment)
            if segment.data.total > 0 && !segment.has(Segment::FIN) && !segment.has(Segment::SYN))
    };
    (before.from, before.to) == (now.from, now.to) && has_data(before) && has_data(now)
}

struct Places<'a> {
    events: &'a [Event],
    lanes: &'a [Lane],
    owners: &'a Owners,
    moments: &'a [Moment],
    of_entry: HashMap<usize, usize>,
    of_exit: HashMap<usize, usize>,
}

impl Places<'_> {
    /// The row of a packet, a state or what was held; `None` where nobody who is watched has to do with it.
    fn row(&self, index: usize) -> Option<Row> {
        let lane = match &self.events[index] {
            Event::Packet(packet) => {
                let (from, to) = self.owners.lanes(packet);
                from.or(to)?
            }
            Event::State(state) => self.owners.lane(state.local, state.peer, state.at)?,
            Event::Held(held) => self.owners.lane(held.local, held.peer, held.at)?,
            _ => return None,
        };
        Some(Row {
            lane,
            thread: 0,
            event: index,
            part: Part::Whole,
        })
    }

    /// Behind which moment an event stands, counted from 1; 0 is before all.
    fn by_cause(&self, index: usize, shown: &Shown) -> usize {
        match &self.events[index] {
            Event::Packet(packet) => self.of_packet(packet),
            Event::State(state) => {
                let cause = shown.packet_at.get(&state.at).map(|at| &self.events[*at]);
                if let Some(Event::Packet(packet)) = cause {
                    return self.of_packet(packet);
                }
                let lane = self.owners.lane(state.local, state.peer, state.at);
                match state.context {
                    Some(context) if !context.softirq => self.after(context.who, state.at),
                    _ => self.by_then(&[lane], state.at),
                }
            }
            Event::Held(held) => self.after(held.who, held.at),
            _ => 0,
        }
    }

    /// Behind the entry of the call that sent it.
    fn of_packet(&self, packet: &Packet) -> usize {
        let (from, to) = self.owners.lanes(packet);
        let concerned = |call: &Call| {
            let lane =
                (self.lanes.iter()).position(|lane| lane.processes.contains(&call.who.process));
            lane.is_some() && (lane == from || lane == to)
        };
        let senders = self.of_entry.iter().filter_map(|(event, moment)| {
            let Event::Call(call) = &self.events[*event] else {
                return None;
            };
            let inside =
                call.entered <= packet.at && call.left.is_none_or(|left| packet.at <= left);
            (inside && sends(call) && concerned(call)).then_some((call.entered, *moment))
        });
        match senders.max() {
            Some((_, moment)) => moment + 1,
            None => self.by_then(&[from, to], packet.at),
        }
    }

    /// Behind the last that a thread had begun by a time: behind the end of a call that it was in.
    fn after(&self, who: Who, at: Time) -> usize {
        let last = self
            .moments
            .iter()
            .enumerate()
            .rev()
            .find(|(_, moment)| self.events[moment.row.event].who() == who && moment.at <= at);
        match last {
            Some((index, moment)) => self.of_exit.get(&moment.row.event).unwrap_or(&index) + 1,
            None => self.by_then(&[], at),
        }
    }

    /// Behind the last that these lanes had done by a time; without any lane, all of them.
    fn by_then(&self, of: &[Option<usize>], at: Time) -> usize {
        let known: Vec<usize> = of.iter().copied().flatten().collect();
        let is_one = |lane| known.is_empty() || known.contains(&lane);
        let last = self
            .moments
            .iter()
            .rposition(|moment| is_one(moment.row.lane) && moment.at <= at);
        last.map_or(0, |index| index + 1)
    }
}

/// Whether a call can send a packet of its own.
fn sends(call: &Call) -> bool {
    matches!(
        &*call.name,
        "connect"
            | "sendto"
            | "sendmsg"
            | "sendmmsg"
            | "write"
            | "writev"
            | "sendfile"
            | "shutdown"
            | "close"
    )
}

/// What is drawn.
struct Shown {
    events: Vec<usize>,
    /// The first packet at each time, for the states that it brought about.
    packet_at: HashMap<Time, usize>,
}

impl Shown {
    fn everything(events: &[Event]) -> Shown {
        let is_wire =
            |event: &Event| matches!(event, Event::Packet(_) | Event::State(_) | Event::Held(_));
        let mut packet_at = HashMap::new();
        for (index, event) in events.iter().enumerate() {
            if let Event::Packet(packet) = event {
                packet_at.entry(packet.at).or_insert(index);
            }
        }
        Shown {
            events: (0..events.len())
                .filter(|index| is_wire(&events[*index]))
                .collect(),
            packet_at,
        }
    }

    /// What is the same each time.
    fn by_cause(events: &[Event], is_certain: &Test) -> Shown {
        let mut shown = Shown::everything(events);
        let repeated = by_timers(events);
        shown.events.retain(|index| match &events[*index] {
            Event::Packet(_) => !repeated.contains(index),
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
    fn only_changes(&mut self, events: &[Event]) {
        let mut last: HashMap<(SocketAddr, SocketAddr), (u32, u32)> = HashMap::new();
        self.events.retain(|index| {
            let Event::Held(held) = &events[*index] else {
                return true;
            };
            let now = waiting(held);
            let before = last.insert((held.local, held.peer), now);
            before.unwrap_or_default() != now
        });
    }
}

/// What waits: of a socket that listens, the second number is its backlog, which is no news.
fn waiting(held: &Held) -> (u32, u32) {
    match held.peer.port() {
        0 => (held.receive_queue, 0),
        _ => (held.receive_queue, held.send_queue),
    }
}

/// The segments that were sent because a timer ran out, or might not have been sent because none had:
/// those that carry nothing new, and acknowledge neither a SYN nor a FIN for the first time.
fn by_timers(events: &[Event]) -> HashSet<usize> {
    #[derive(Default)]
    struct Direction {
        /// The sequence number of the SYN, or of the first segment seen.
        first: u32,
        /// How far the sender has come since.
        upto: u32,
        /// What follows its SYN and its FIN, while that is not acknowledged.
        marks: Vec<u32>,
    }
    let mut directions: HashMap<(SocketAddr, SocketAddr), Direction> = HashMap::new();
    let mut found = HashSet::new();
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
            let before = other.marks.len();
            other.marks.retain(|mark| *mark > acknowledged);
            answers = other.marks.len() < before;
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
                own.marks.push(end);
            }
        }
        if !brings && !answers && !segment.has(Segment::RST) {
            found.insert(index);
        }
    }
    found
}
