//! What stands in a row, before it is set in its lane.

use super::columns::{Paint, pad};
use super::style::{ASIDE, INDENT, Style};
use crate::caption::caption;
use crate::kernel;
use crate::row::{Lane, Part, Row, short};
use record::event::{Call, Event, Outcome, Stack};
use unicode_width::UnicodeWidthStr;

/// How wide the states at the sides are: the longest, `(SYN-RECEIVED)`, with a space behind it.
const STATE: usize = 16;

/// One row of the drawing, before it is set in its lane.
pub(crate) struct Line<'a> {
    pub(crate) lane: usize,
    pub(crate) text: String,
    pub(crate) paint: Paint,
    pub(crate) aside: Option<&'static str>,
    pub(crate) stack: Option<&'a Stack>,
    /// What the kernel did, line by line.
    pub(crate) kernel: Vec<String>,
    /// What stands between the lanes in place of the text.
    pub(crate) across: Option<Across>,
}

/// What stands between the lanes, in a row of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Across {
    pub(crate) left: String,
    pub(crate) right: String,
    /// The packet, and whether it goes to the right.
    pub(crate) packet: Option<(String, bool)>,
}

/// The line of what a thread did, which is at this place among the rows.
pub(crate) fn line<'a>(
    events: &'a [Event],
    rows: &[Row],
    at: usize,
    lanes: &[Lane],
    one: bool,
    style: &Style,
) -> Line<'a> {
    let row = &rows[at];
    let event = &events[row.event];
    let text = caption(events, rows, at);
    let is_over = matches!(row.part, Part::Whole | Part::Exit);
    let paint = match event {
        Event::Call(call)
            if is_over && matches!(call.outcome, Outcome::Failed(_)) && call.left.is_some() =>
        {
            Paint::Failed
        }
        Event::Life(_) => Paint::Life,
        Event::Mark(_) => Paint::Said,
        _ => Paint::Plain,
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
    Line {
        lane: row.lane,
        text: format!("{name}{thread}{text}"),
        paint,
        aside,
        stack,
        kernel,
        across: None,
    }
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
pub(crate) fn names_needed(lane: usize, lanes: &[Lane], one: bool) -> bool {
    if one {
        lanes.len() > 1
    } else {
        lanes.len() > 2 && lane > 0
    }
}

impl Across {
    /// The row in this many columns.
    pub(crate) fn text(&self, room: usize) -> String {
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
