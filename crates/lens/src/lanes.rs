//! A record as text: lanes side by side, or one lane with the names in front.

pub(crate) mod wire;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::event::{Call, Event, Note, Outcome, Stack, Turn};
use crate::kernel;
use crate::order::{Lane, Part, Row};
use crate::stack::draw;
use crate::text;
use wire::{Across, Wire};

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// How many columns there are. Below 80 there is one lane.
    pub width: usize,
    /// Whether to use colour. Nothing is told by colour alone.
    pub colour: bool,
    /// Whether to show what the language's runtime did on its own account.
    pub all: bool,
    /// A word to put in front of each system call, by the call's name.
    pub aside: Option<fn(&str) -> Option<&'static str>>,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            width: 100,
            colour: false,
            all: false,
            aside: None,
        }
    }
}

/// Draws the rows of a record, which [`crate::order`] has put in order. Ends with a line break.
///
/// A call that has a stack is followed by it, set in, one function a line,
/// and one whose way through the kernel is known by that, and by the changes of state on it.
pub fn draw(events: &[Event], rows: &[Row], lanes: &[Lane], style: &Style) -> String {
    // A stack needs the whole width: the left lane's may reach into the right one, which is empty beside it.
    let reaches_out = |row: &Row| {
        row.lane > 0
            && matches!(&events[row.event], Event::Call(call) if call.stack.is_some() || call.kernel.is_some())
    };
    let one = lanes.len() < 2 || style.width < 80 || rows.iter().any(reaches_out);
    let wire = Wire::new(events, lanes, one);
    let mut lines: Vec<Line> = Vec::new();
    let mut next = 0;
    while let Some(row) = rows.get(next) {
        let mut used = 1;
        match &events[row.event] {
            Event::Packet(packet) => {
                let (line, count) = wire.packet(packet, &rows[next..]);
                lines.push(line);
                used = count;
            }
            Event::State(state) => lines.push(wire.state(state, row)),
            Event::Held(held) => lines.push(wire.held(held, row)),
            _ => {
                let only_packets = only_packets(events, rows, next);
                lines.extend(line(events, row, lanes, one, style, only_packets));
            }
        }
        next += used;
    }
    let margin = if lines.iter().any(|line| line.aside.is_some()) {
        ASIDE
    } else {
        0
    };
    let room = style.width.saturating_sub(margin).max(20);
    let mut out = if one {
        one_lane(&lines, lanes, room, margin, style)
    } else {
        two_lanes(&lines, lanes, room, margin, style)
    };
    for line in wire::legend(events, rows, room) {
        out += &format!("{:margin$}{}\n", "", paint(&line, Paint::Quiet, style));
    }
    out
}

/// Whether a thread did it.
fn has_thread(event: &Event) -> bool {
    !matches!(event, Event::Packet(_) | Event::State(_) | Event::Held(_))
}

/// How wide the words in front are, with the space behind.
const ASIDE: usize = 8;
/// How far the second line of a long row is set in.
const INDENT: usize = 4;
/// The space between two lanes.
const GAP: usize = 2;

struct Line<'a> {
    lane: usize,
    text: String,
    paint: Paint,
    aside: Option<&'static str>,
    stack: Option<&'a Stack>,
    /// What the kernel did, line by line.
    kernel: Vec<String>,
    /// What stands between the lanes in place of the text.
    across: Option<Across>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Paint {
    Plain,
    Failed,
    Said,
    Life,
    Quiet,
    Wire,
}

fn line<'a>(
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

/// What is known of a call's way through the kernel, and the changes of state that were made in its thread meanwhile.
fn in_kernel(call: &Call, events: &[Event], style: &Style) -> Vec<String> {
    let Some(functions) = &call.kernel else {
        return Vec::new();
    };
    // As set in as a stack is, behind the word in front.
    let room = style.width.saturating_sub(ASIDE + INDENT);
    let mut lines = kernel::draw::lines(functions, room, style.all);
    lines.extend(events.iter().filter_map(|event| match event {
        Event::State(state) if state.is_in(call) => Some(kernel::draw::state(state)),
        _ => None,
    }));
    lines
}

/// In two lanes the first lane is the left one, and all others share the right one.
fn names_needed(lane: usize, lanes: &[Lane], one: bool) -> bool {
    if one {
        lanes.len() > 1
    } else {
        lanes.len() > 2 && lane > 0
    }
}

/// A lane's name without the remark in parentheses behind it, which stands once, above the lanes.
pub(crate) fn short(name: &str) -> &str {
    name.split_once(" (").map_or(name, |(short, _)| short)
}

/// The names of these lanes in a row; a remark that several of them have is written once: `server; first, second (a helper)`.
fn names(lanes: &[Lane]) -> String {
    let mut out = String::new();
    for (index, lane) in lanes.iter().enumerate() {
        let name = short(&lane.name);
        let remark = &lane.name[name.len()..];
        out += name;
        match lanes.get(index + 1) {
            Some(next) if next.name[short(&next.name).len()..] == *remark => out += ", ",
            Some(_) => out += &format!("{remark}; "),
            None => out += remark,
        }
    }
    out
}

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

fn one_lane(lines: &[Line], lanes: &[Lane], room: usize, margin: usize, style: &Style) -> String {
    let mut out = String::new();
    if let [lane] = lanes {
        out += &format!("{:margin$}{}\n", "", bold(&lane.name, style));
    } else if lanes.iter().any(|lane| short(&lane.name) != lane.name) {
        for part in wrap(&names(lanes), room) {
            out += &format!("{:margin$}{}\n", "", bold(&part, style));
        }
    }
    for line in lines {
        for (index, part) in wrap(&line.text, room).iter().enumerate() {
            let aside = if index == 0 {
                line.aside.unwrap_or("")
            } else {
                ""
            };
            out += format!("{aside:margin$}{}", paint(part, line.paint, style)).trim_end();
            out += "\n";
        }
        out += &stack(line, margin, room, style);
    }
    out
}

fn two_lanes(lines: &[Line], lanes: &[Lane], room: usize, margin: usize, style: &Style) -> String {
    let left = (room - GAP) / 2;
    let right = room - GAP - left;
    let others = names(&lanes[1..]);
    let heads = pad(
        &bold(&lanes[0].name, style),
        lanes[0].name.width(),
        left + GAP,
    );
    let mut out = format!("{:margin$}{heads}{}\n", "", bold(&others, style));
    for line in lines {
        if let Some(across) = &line.across {
            let text = paint(&across.text(room), line.paint, style);
            out += &format!("{:margin$}{text}\n", "");
            continue;
        }
        let (before, width) = if line.lane == 0 {
            (0, left)
        } else {
            (left + GAP, right)
        };
        for (index, part) in wrap(&line.text, width).iter().enumerate() {
            let aside = if index == 0 {
                line.aside.unwrap_or("")
            } else {
                ""
            };
            out += format!(
                "{aside:margin$}{:before$}{}",
                "",
                paint(part, line.paint, style)
            )
            .trim_end();
            out += "\n";
        }
        out += &stack(line, margin, room, style);
    }
    out
}

/// The stack of a call and its way through the kernel, set in below it.
fn stack(line: &Line, before: usize, room: usize, style: &Style) -> String {
    let mut out = String::new();
    let room = room.saturating_sub(INDENT);
    let stack = line
        .stack
        .map_or(Vec::new(), |stack| draw::lines(stack, room, style.all));
    for text in stack.iter().chain(&line.kernel) {
        for part in wrap(text, room) {
            let painted = paint(&part, Paint::Quiet, style);
            out += &format!("{:before$}{:INDENT$}{painted}\n", "", "");
        }
    }
    out
}

/// Breaks a long line at spaces, but not around the `=` of a result;
/// a word longer than the lane is broken where a structure in it begins, or else where the lane ends.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    // Most lines are short, and long runs have many of them.
    if text.is_ascii() && text.len() <= width {
        return vec![text.trim_end().to_owned()];
    }
    const GLUE: char = '\u{a0}';
    let glued = text.replace(" = ", &format!("{GLUE}={GLUE}"));
    let mut lines = Vec::new();
    let mut current = String::new();
    let is_long = |word: &str| word.trim_end().width() > width.saturating_sub(INDENT);
    let words = glued.split_inclusive(' ').flat_map(|word| {
        let end = if is_long(word) { '{' } else { ' ' };
        word.split_inclusive(end)
    });
    for word in words {
        let fits = current.width() + word.trim_end().width() <= width;
        if !fits && !current.trim().is_empty() {
            lines.push(std::mem::replace(&mut current, " ".repeat(INDENT)));
        }
        for c in word.chars() {
            if current.width() + c.width().unwrap_or(0) > width && c != ' ' {
                lines.push(std::mem::replace(&mut current, " ".repeat(INDENT)));
            }
            current.push(c);
        }
    }
    lines.push(current);
    lines
        .into_iter()
        .map(|line| line.trim_end().replace(GLUE, " "))
        .collect()
}

fn pad(text: &str, width: usize, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width)))
}

fn paint(text: &str, paint: Paint, style: &Style) -> String {
    let code = match paint {
        _ if !style.colour => return text.to_owned(),
        Paint::Plain => return text.to_owned(),
        Paint::Failed => "31",
        Paint::Said => "36",
        Paint::Life => "33",
        Paint::Quiet => "2",
        Paint::Wire => "34",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}

fn bold(text: &str, style: &Style) -> String {
    if style.colour {
        format!("\x1b[1m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
