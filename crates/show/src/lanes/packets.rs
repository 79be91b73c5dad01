//! Packets between the lanes, as RFC 9293 draws them: the state of each end at its side, the segment between them.

use unicode_width::UnicodeWidthStr;

use super::columns::{Paint, pad, wrap};
use super::line::{Line, names_needed};
use super::short;
use crate::order::{Lane, Owners, Part, Row, ends_of};
use crate::packets;
use record::event::{Event, Packet, State};

/// What stands between the lanes, in a row of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Across {
    pub(super) left: String,
    pub(super) right: String,
    /// The packet, and whether it goes to the right.
    pub(super) packet: Option<(String, bool)>,
}

/// How wide the states at the sides are: the longest, `(SYN-RECEIVED)`, with a space behind it.
const STATE: usize = 16;

/// Below a drawing with states in it.
const LEGEND: [&str; 2] = [
    "NAME of a state, and [what waits]: read from the kernel after a call",
    "(NAME): inferred from the packets, as RFC 9293 has it",
];

/// What one must know of a record to draw its packets.
pub(super) struct Wire<'a> {
    events: &'a [Event],
    lanes: &'a [Lane],
    one: bool,
    owners: Owners,
}

impl<'a> Wire<'a> {
    pub(super) fn new(events: &'a [Event], lanes: &'a [Lane], one: bool) -> Wire<'a> {
        let owners = Owners::of(events, lanes);
        Wire {
            events,
            lanes,
            one,
            owners,
        }
    }

    /// The line of a packet and of the changes of state right behind it, which it brought about; and how many rows that is.
    pub(super) fn packet(&self, packet: &Packet, rows: &[Row]) -> (Line<'a>, usize) {
        let (from, to) = self.owners.lanes(packet);
        let mut label = label(self.events, &self.owners, &rows[0], packet);
        let ends = ends_of(packet);
        // The left lane, and one of the right ones.
        let crosses = !self.one && matches!((from, to), (Some(a), Some(b)) if (a == 0) != (b == 0));
        let right = from.max(to).unwrap_or(0);
        if crosses && names_needed(right, self.lanes, false) {
            label = format!("{}, {label}", short(&self.lanes[right].name));
        }
        let mut across = Across {
            packet: Some((label.clone(), from == Some(0))),
            ..Across::default()
        };
        let mut used = 1;
        let mut states = Vec::new();
        for row in &rows[1..] {
            let Event::State(state) = &self.events[row.event] else {
                break;
            };
            let side = if row.lane == 0 {
                &mut across.left
            } else {
                &mut across.right
            };
            let is_an_end = [from, to].contains(&Some(row.lane));
            let same_ends = [(state.local, state.peer), (state.peer, state.local)].contains(&ends)
                || state.peer.port() == 0;
            if !side.is_empty() || !is_an_end || !same_ends {
                break;
            }
            *side = packets::state(state, row.part);
            states.push((row.lane, side.clone()));
            used += 1;
        }
        let lane = rows[0].lane;
        if crosses {
            return (self.line(lane, String::new(), Some(across)), used);
        }
        let arrow = match (from, to) {
            (Some(a), Some(b)) if a != b => format!("{} -> {}", self.name(a), self.name(b)),
            (Some(a), None) => format!("{} -> {}", self.name(a), ends.1),
            (None, Some(b)) => format!("{} <- {}", self.name(b), ends.0),
            // Within one lane only the addresses tell the ends apart.
            _ => format!("{} -> {}", ends.0, ends.1),
        };
        let mut text = format!("{arrow}: {label}");
        for (index, (lane, state)) in states.iter().enumerate() {
            text += if index == 0 { "; " } else { ", " };
            text += &match self.lanes.len() {
                1 => state.clone(),
                _ => format!("{} {state}", self.name(*lane)),
            };
        }
        (self.line(lane, text, None), used)
    }

    /// The line of a change of state by itself.
    pub(super) fn state(&self, state: &State, row: &Row) -> Line<'a> {
        let text = packets::state(state, row.part);
        let name = if names_needed(row.lane, self.lanes, self.one) {
            format!("{}: ", self.name(row.lane))
        } else {
            String::new()
        };
        self.line(row.lane, format!("{name}{text}"), None)
    }

    pub(super) fn held(&self, held: &record::event::Held, row: &Row) -> Line<'a> {
        let name = if names_needed(row.lane, self.lanes, self.one) {
            format!("{}: ", self.name(row.lane))
        } else {
            String::new()
        };
        self.line(
            row.lane,
            format!("{name}{}", packets::held(held, row.part)),
            None,
        )
    }

    fn name(&self, lane: usize) -> &str {
        short(&self.lanes[lane].name)
    }

    fn line(&self, lane: usize, text: String, across: Option<Across>) -> Line<'a> {
        Line {
            lane,
            text,
            paint: Paint::Wire,
            aside: None,
            stack: None,
            kernel: Vec::new(),
            across,
        }
    }
}

/// What is written on a packet's arrow: the packet, or a run of them as one, and which connection it is where there are several.
pub(crate) fn label(events: &[Event], owners: &Owners, row: &Row, packet: &Packet) -> String {
    let label = match row.part {
        Part::Run { last } => {
            let ends = ends_of(packet);
            let run = events[row.event..=last].iter();
            let run = run.filter_map(|event| match event {
                Event::Packet(packet) if ends_of(packet) == ends => Some(packet),
                _ => None,
            });
            packets::segments(&run.collect::<Vec<_>>())
        }
        _ => packets::packet(packet),
    };
    match owners.port(packet) {
        Some(port) => format!("port {port}: {label}"),
        None => label,
    }
}

/// What the marks of states mean, in lines of this width; nothing where there are none.
pub(super) fn legend(events: &[Event], rows: &[Row], width: usize) -> Vec<String> {
    let drawn =
        |is: fn(&Event, Part) -> bool| rows.iter().any(|row| is(&events[row.event], row.part));
    let mut parts = Vec::new();
    if drawn(|event, part| match event {
        Event::Held(_) => true,
        Event::State(state) => packets::is_read(state, part),
        _ => false,
    }) {
        parts.push(LEGEND[0]);
    }
    if drawn(|event, part| matches!(event, Event::State(state) if !packets::is_read(state, part))) {
        parts.push(LEGEND[1]);
    }
    parts.iter().flat_map(|part| wrap(part, width)).collect()
}

impl Across {
    /// The row in this many columns.
    pub(super) fn text(&self, room: usize) -> String {
        let between = room.saturating_sub(2 * STATE);
        let arrow = match &self.packet {
            Some((label, rightwards)) => arrow(label, *rightwards, between),
            None => " ".repeat(between),
        };
        let left = pad(&self.left, self.left.width(), STATE);
        let right = &self.right;
        format!("{left}{arrow} {right}").trim_end().to_owned()
    }
}

/// `<---- SYN seq 0 ----`
fn arrow(label: &str, rightwards: bool, width: usize) -> String {
    // On each side a space, and at least two of the arrow.
    let room = width.saturating_sub(6);
    let mut label = label.to_owned();
    if label.width() > room {
        while label.width() + 1 > room && !label.is_empty() {
            label.pop();
        }
        label.push('…');
    }
    let line = width.saturating_sub(label.width() + 3);
    let (before, after) = ("-".repeat(line / 2), "-".repeat(line - line / 2));
    if rightwards {
        format!("{before} {label} {after}>")
    } else {
        format!("<{before} {label} {after}")
    }
}
