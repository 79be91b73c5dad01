//! What stands in a row, before it is set in its lane.

use super::columns::Paint;
use super::packets::Across;
use super::{ASIDE, INDENT, Style, short};
use crate::kernel;
use crate::order::{Lane, Part, Row};
use crate::row::{call_text, turn};
use record::event::{Call, Event, Note, Outcome, Stack};

/// One row of the drawing, before it is set in its lane.
pub(super) struct Line<'a> {
    pub(super) lane: usize,
    pub(super) text: String,
    pub(super) paint: Paint,
    pub(super) aside: Option<&'static str>,
    pub(super) stack: Option<&'a Stack>,
    /// What the kernel did, line by line.
    pub(super) kernel: Vec<String>,
    /// What stands between the lanes in place of the text.
    pub(super) across: Option<Across>,
}

/// The line of what a thread did; `None` for what is not drawn.
pub(super) fn line<'a>(
    events: &'a [Event],
    row: &Row,
    lanes: &[Lane],
    one: bool,
    style: &Style,
    only_packets: bool,
) -> Option<Line<'a>> {
    let event = &events[row.event];
    let (text, paint) = match event {
        Event::Call(call) => {
            if call.by_runtime && !style.all {
                return None;
            }
            let paint = match call.outcome {
                Outcome::Failed(_) => Paint::Failed,
                _ => Paint::Plain,
            };
            let failed = matches!(row.part, Part::Whole | Part::Exit) && call.left.is_some();
            let paint = if failed { paint } else { Paint::Plain };
            (call_text(call, row.part, only_packets), paint)
        }
        Event::Life(life) => (turn(&life.what)?, Paint::Life),
        Event::State(_) | Event::Packet(_) | Event::Held(_) => return None,
        Event::Mark(mark) => match &mark.what {
            Note::Said(text) => (format!("» {text}"), Paint::Said),
            _ => return None,
        },
    };
    let thread = if row.thread > 0 {
        format!("[{}] ", row.thread + 1)
    } else {
        String::new()
    };
    let name = if names_needed(row.lane, lanes, one) {
        format!("{}: ", short(&lanes[row.lane].name))
    } else {
        String::new()
    };
    let aside = match (event, row.part) {
        (Event::Call(call), Part::Whole | Part::Entry { .. }) => {
            style.aside.and_then(|aside| aside(&call.name))
        }
        _ => None,
    };
    let stack = match (event, row.part) {
        (Event::Call(call), Part::Whole | Part::Entry { .. }) => call.stack.as_deref(),
        _ => None,
    };
    let kernel = match (event, row.part) {
        (Event::Call(call), Part::Whole | Part::Exit) => in_kernel(call, events, style),
        (Event::Call(call), Part::Entry { .. }) if call.left.is_none() => {
            in_kernel(call, events, style)
        }
        _ => Vec::new(),
    };
    Some(Line {
        lane: row.lane,
        text: format!("{name}{thread}{text}"),
        paint,
        aside,
        stack,
        kernel,
        across: None,
    })
}

/// What is known of a call's way through the kernel, and the changes of state that were made in its thread meanwhile.
fn in_kernel(call: &Call, events: &[Event], style: &Style) -> Vec<String> {
    let Some(functions) = &call.kernel else {
        return Vec::new();
    };
    // As set in as a stack is, behind the word in front.
    let room = style.width.saturating_sub(ASIDE + INDENT);
    let mut lines = kernel::lines(functions, room, style.all);
    lines.extend(events.iter().filter_map(|event| match event {
        Event::State(state) if state.is_in(call) => Some(kernel::state(state)),
        _ => None,
    }));
    lines
}

/// In two lanes the first lane is the left one, and all others share the right one.
pub(super) fn names_needed(lane: usize, lanes: &[Lane], one: bool) -> bool {
    if one {
        lanes.len() > 1
    } else {
        lanes.len() > 2 && lane > 0
    }
}
