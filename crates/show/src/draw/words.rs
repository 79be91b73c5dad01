//! A drawing in words: for who does not see it, and beside what one points to.

use std::fmt::Write;

use super::measure::time;
use super::{Drawing, Sheet};
use crate::lanes::packets::label;
use crate::lanes::short;
use crate::order::{Owners, Part};
use crate::packets;
use crate::row::{call_text, only_packets, turn};
use record::event::{Event, Note, State, Time};

/// A description has at most so many rows; a longer drawing is read in the page.
const ROWS: usize = 80;

/// What is to be known of every drawing, a line each.
pub(super) fn notes(drawing: &Drawing<'_>, has_states: bool) -> Vec<&'static str> {
    let order = if drawing.timed {
        "From top to bottom in the order of time, not to scale: a longer pause has more room, but not as much more."
    } else {
        "From top to bottom in the order of cause and effect, without times."
    };
    let mut notes = vec![order];
    if has_states {
        notes.push(
            "Bars are TCP states: filled, NAME, as read from the kernel after a call; dashed, (NAME), as inferred from the packets.",
        );
    }
    notes
}

/// The whole in words, row by row as far as that is bearable.
pub(super) fn description(drawing: &Drawing<'_>) -> String {
    let mut out = String::new();
    let mut left = ROWS;
    for sheet in &drawing.sheets {
        let names: Vec<&str> = sheet.lanes.iter().map(|lane| lane.name.as_str()).collect();
        let calls = count(
            sheet,
            |event| matches!(event, Event::Call(call) if drawing.all || !call.by_runtime),
        );
        let packets = count(sheet, |event| matches!(event, Event::Packet(_)));
        if !sheet.heading.is_empty() {
            let _ = write!(out, "{}: ", sheet.heading);
        }
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "A ladder with a time line each for {}. It has {calls} and {packets}. From top to bottom:",
            names.join(", "),
            calls = numbered(calls, "call"),
            packets = numbered(packets, "packet"),
        );
        let owners = Owners::of(sheet.events, sheet.lanes);
        let mut said = 0;
        for index in 0..sheet.rows.len() {
            let Some(text) = row(sheet, &owners, index, drawing.all) else {
                continue;
            };
            if left == 0 {
                let more = sheet.rows.len() - index;
                let _ = write!(out, " And {more} more.");
                break;
            }
            left -= 1;
            said += 1;
            let _ = write!(out, "\n{said}. {text}");
        }
        out.push('\n');
    }
    out.trim_end().to_owned()
}

fn numbered(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

fn count(sheet: &Sheet<'_>, is: impl Fn(&Event) -> bool) -> usize {
    let rows = sheet.rows.iter();
    rows.filter(|row| row.part != Part::Exit && is(&sheet.events[row.event]))
        .count()
}

/// One row as a sentence.
fn row(sheet: &Sheet<'_>, owners: &Owners, index: usize, all: bool) -> Option<String> {
    let row = sheet.rows[index];
    let name =
        |lane: Option<usize>| lane.map_or("elsewhere", |lane| short(&sheet.lanes[lane].name));
    let here = name(Some(row.lane));
    Some(match &sheet.events[row.event] {
        Event::Call(call) if call.by_runtime && !all => return None,
        Event::Call(call) => {
            let short = only_packets(sheet.events, &sheet.rows, index);
            format!("{here}: {}", call_text(call, row.part, short))
        }
        Event::Life(life) => format!("{here}: {}", turn(&life.what)?),
        Event::Mark(mark) => match &mark.what {
            Note::Said(text) => format!("{here}: » {text}"),
            _ => return None,
        },
        Event::Packet(packet) => {
            let (from, to) = owners.lanes(packet);
            let label = label(sheet.events, owners, &row, packet);
            format!("{} to {}: {label}", name(from), name(to))
        }
        Event::State(state) => format!("{here} is in {}", packets::state(state, row.part)),
        Event::Held(held) => format!("{here}: {}", packets::held(held, row.part)),
    })
}

/// One event in a line, for who points to it.
pub(super) fn event(sheet: &Sheet<'_>, index: usize, lane: &str) -> String {
    match &sheet.events[index] {
        Event::Call(call) => format!("{lane}: {call}"),
        Event::Packet(packet) => {
            format!(
                "{} -> {}: {}",
                packet.from,
                packet.to,
                packets::packet(packet)
            )
        }
        Event::Held(held) => format!("{}: {}", held.local, packets::held(held, Part::Whole)),
        Event::State(state) => self::state(state, state.read_from_kernel),
        Event::Life(life) => format!("{lane}: {}", turn(&life.what).unwrap_or_default()),
        Event::Mark(mark) => match &mark.what {
            Note::Said(text) => format!("{lane}: » {text}"),
            _ => lane.to_owned(),
        },
    }
}

/// A change of state with its socket.
pub(super) fn state(state: &State, is_read: bool) -> String {
    let how = if is_read {
        "read from the kernel"
    } else {
        "inferred from the packets"
    };
    let peer = match state.peer.port() {
        0 => String::new(),
        _ => format!(", peer {}", state.peer),
    };
    let (from, to) = (state.from.name(), state.to.name());
    format!("{}{peer}: {from} -> {to}, {how}", state.local)
}

/// When an event was, counted from this time.
pub(super) fn times(sheet: &Sheet<'_>, index: usize, began: Time) -> String {
    let since = |at: u64| time(at.saturating_sub(began));
    match &sheet.events[index] {
        Event::Call(call) => match call.left {
            Some(left) => {
                let took = left.saturating_sub(call.entered);
                let took = if took < 1_000_000 {
                    format!("{:.1} µs", took as f64 / 1e3)
                } else {
                    time(took)
                };
                format!(
                    "entered at {}, ended by {}: {took}, watching included",
                    since(call.entered),
                    since(left)
                )
            }
            None => format!("entered at {}, never ended", since(call.entered)),
        },
        other => format!("at {}", since(other.at())),
    }
}
