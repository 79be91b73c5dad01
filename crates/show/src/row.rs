//! What a row of a drawing says: a call or a part of one, or a turn in a life.

use crate::order::{Part, Row};
use record::event::{Call, Event, Turn};
use record::text;

/// A call, or its entry, or its end; which after nothing but packets need not repeat what the entry told.
pub(crate) fn call_text(call: &Call, part: Part, only_packets: bool) -> String {
    match part {
        Part::Whole if call.left.is_none() => format!("{} … never returned", text::head(call)),
        Part::Whole => call.to_string(),
        Part::Entry { asleep } => {
            let end = match (asleep, call.left) {
                (true, None) => "… sleeps, and never returned",
                (true, _) => "… sleeps",
                (false, _) => "…",
            };
            format!("{} {end}", text::head(call))
        }
        // A call that writes to none of its arguments has told them all at its entry.
        Part::Exit if only_packets && call.to_string().starts_with(&text::head(call)) => {
            format!("… {} {}", call.name, text::outcome(call))
        }
        Part::Exit | Part::Run { .. } | Part::Read | Part::Inferred | Part::Received => {
            format!("… {call}")
        }
    }
}

/// Whether an exit follows its entry with nothing but packets, states and queues between.
pub(crate) fn only_packets(events: &[Event], rows: &[Row], at: usize) -> bool {
    let row = &rows[at];
    let before = rows[..at].iter().rev();
    row.part == Part::Exit
        && before
            .clone()
            .find(|before| has_thread(&events[before.event]))
            .is_some_and(|before| before.event == row.event)
}

/// Whether a thread did it.
fn has_thread(event: &Event) -> bool {
    !matches!(event, Event::Packet(_) | Event::State(_) | Event::Held(_))
}

/// A turn in the life of a process; `None` for one that is not drawn.
pub(crate) fn turn(turn: &Turn) -> Option<String> {
    Some(match turn {
        Turn::Exec { program } => {
            let name = program.rsplit('/').next().unwrap_or(program);
            format!("* becomes {name}")
        }
        Turn::Signal(signal) => format!("* gets {}", signal_name(*signal)),
        Turn::Killed { signal } => format!("* killed by {}", signal_name(*signal)),
        Turn::Started | Turn::Forked { .. } | Turn::Exited { .. } => return None,
    })
}

fn signal_name(signal: i32) -> String {
    match text::signal_name(signal) {
        Some(name) => format!("{name} (signal {signal})"),
        None => format!("signal {signal}"),
    }
}
