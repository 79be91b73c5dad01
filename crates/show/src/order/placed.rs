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
use super::shown::{Cause, Rank, Shown, confirmed};
use super::sockets::Sockets;
use super::{Lane, Part, Row};
use record::event::{Call, Content, Event, Packet, Segment, Time, Who};
use std::collections::{HashMap, HashSet};

/// Whether a record has anything of the wire in it. Without, states are drawn below their calls.
pub(super) fn is_in(events: &[Event]) -> bool {
    let is_wire = |event: &Event| matches!(event, Event::Packet(_) | Event::Held(_));
    events.iter().any(is_wire)
}

/// Whether it is certain what a thread saw at a time, when it looked at this.
pub(super) type Test<'a> = dyn Fn(Who, Time, Seen) -> bool + 'a;

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
        owners: &owners,
        sockets: Sockets::of(events),
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
    let by_cause = matches!(by, By::Cause(_)) && !all;
    shown.only_changes(events, by_cause);
    let confirmed = match by {
        By::Cause(is_certain) if !all => confirmed(events, is_certain),
        _ => HashSet::new(),
    };
    // The items with the moment that they stand behind; 0 is before all of them.
    let mut items: Vec<(usize, Time, Rank, usize)> = Vec::new();
    for &index in &shown.events {
        let at = events[index].at();
        let (place, at) = match by {
            By::Time => (moments.partition_point(|moment| moment.at <= at), at),
            By::Cause(_) => match places.by_cause(index, &shown) {
                Some(place) => place,
                None => continue,
            },
        };
        items.push((place, at, shown.rank(events, index), index));
    }
    items.sort_unstable();
    let mut items = items.into_iter().peekable();
    let mut out: Vec<Row> = Vec::new();
    for place in 0..=moments.len() {
        if place > 0 {
            push(&mut out, moments[place - 1].row);
        }
        while let Some((.., index)) = items.next_if(|item| item.0 == place) {
            if let Some(mut row) = places.row(index) {
                row.part = match &events[index] {
                    Event::State(_) if confirmed.contains(&index) => Part::Read,
                    Event::State(state)
                        if by_cause && !shown.is_slow && shown.has_cause(events, state) =>
                    {
                        Part::Inferred
                    }
                    Event::Held(_) if by_cause => Part::Received,
                    _ => Part::Whole,
                };
                match joined(events, &mut out, index).filter(|_| by_cause) {
                    Some(run) => run.part = Part::Run { last: index },
                    None => out.push(row),
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

/// The row whose data a segment goes on with: the last one but for changes of state.
fn joined<'a>(events: &[Event], rows: &'a mut [Row], index: usize) -> Option<&'a mut Row> {
    let mut before = rows.iter_mut().rev();
    let last = before.find(|row| !matches!(events[row.event], Event::State(_)))?;
    let end = match last.part {
        Part::Run { last } => last,
        _ => last.event,
    };
    let (Event::Packet(before), Event::Packet(now)) = (&events[end], &events[index]) else {
        return None;
    };
    let has_data = |packet: &Packet| {
        matches!(&packet.what, Content::Tcp(segment)
            if segment.data.total > 0 && !segment.has(Segment::FIN) && !segment.has(Segment::SYN))
    };
    let goes_on = (before.from, before.to) == (now.from, now.to);
    (goes_on && has_data(before) && has_data(now)).then_some(last)
}

struct Places<'a> {
    events: &'a [Event],
    owners: &'a Owners,
    sockets: Sockets,
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

    /// Behind which moment an event stands, counted from 1 (0 is before all), and at which time among what stands there.
    fn by_cause(&self, index: usize, shown: &Shown) -> Option<(usize, Time)> {
        let event = &self.events[index];
        Some(match event {
            Event::Packet(packet) => (self.of_packet(index), packet.at),
            Event::State(state) => {
                let lane = self.owners.lane(state.local, state.peer, state.at);
                match shown.cause(self.events, state) {
                    Cause::Shown(index) => (self.of_packet(index), self.events[index].at()),
                    Cause::LeftOut => return None,
                    Cause::Unknown => match state.context {
                        Some(context) if !context.softirq => {
                            (self.after(context.who, state.at), state.at)
                        }
                        _ => (self.by_then(&[lane], state.at), state.at),
                    },
                }
            }
            Event::Held(held) => (self.after(held.who, held.at), held.at),
            _ => return None,
        })
    }

    /// Behind the entry of the call that sent it.
    fn of_packet(&self, index: usize) -> usize {
        let Event::Packet(packet) = &self.events[index] else {
            return 0;
        };
        let (from, to) = self.owners.lanes(packet);
        if let Some(moment) = self.call_of(index, 2) {
            return moment + 1;
        }
        self.by_then(&[from, to], packet.at)
    }

    /// The moment at which the call began that sent a packet: for an answer, the one that it answers;
    /// else one of the sender's, or else one of the receiver's.
    fn call_of(&self, index: usize, further: usize) -> Option<usize> {
        let Event::Packet(packet) = &self.events[index] else {
            return None;
        };
        let contains = |moment: &usize| match &self.events[self.moments[*moment].row.event] {
            Event::Call(call) => {
                call.entered <= packet.at && call.left.is_none_or(|left| packet.at <= left)
            }
            _ => false,
        };
        // SYN, SYN,ACK and ACK: no answer is further from what began it.
        if further > 0 && answers(packet) {
            let (from, to) = ends_of(packet);
            let before = self.events[..index].iter().rposition(
                |event| matches!(event, Event::Packet(other) if ends_of(other) == (to, from)),
            );
            let call = before.and_then(|before| self.call_of(before, further - 1));
            if let Some(moment) = call.filter(contains) {
                return Some(moment);
            }
        }
        let (from, to) = self.owners.lanes(packet);
        [from, to].into_iter().flatten().find_map(|lane| {
            let senders = self.of_entry.iter().filter_map(|(event, moment)| {
                let Event::Call(call) = &self.events[*event] else {
                    return None;
                };
                let theirs = self.moments[*moment].row.lane == lane;
                (theirs
                    && sends(call)
                    && contains(moment)
                    && self.sockets.can_send(call, packet, ends_of(packet)))
                .then_some((call.entered, *moment))
            });
            senders.max().map(|(_, moment)| moment)
        })
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

/// Whether a segment says only that another has come.
fn answers(packet: &Packet) -> bool {
    let marks = Segment::SYN | Segment::FIN | Segment::RST;
    matches!(&packet.what, Content::Tcp(segment)
        if segment.data.total == 0
            && (segment.flags & marks == 0 || segment.has(Segment::SYN | Segment::ACK)))
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
