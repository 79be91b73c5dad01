//! A record as text: lanes side by side, or one lane with the names in front.

mod columns;
mod line;
pub(crate) mod packets;

use unicode_width::UnicodeWidthStr;

use crate::order::{Lane, Row};
use crate::row::only_packets;
use columns::{Paint, bold, pad, paint};
use line::{Line, line};
use packets::Wire;
use record::event::Event;

pub(crate) use columns::wrap;

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
    for line in packets::legend(events, rows, room) {
        out += &format!("{:margin$}{}\n", "", paint(&line, Paint::Quiet, style));
    }
    out
}

/// How wide the words in front are, with the space behind.
const ASIDE: usize = 8;
/// How far the second line of a long row is set in.
const INDENT: usize = 4;
/// The space between two lanes.
const GAP: usize = 2;

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
    let stack = line.stack.map_or(Vec::new(), |stack| {
        crate::stack::lines(stack, room, style.all)
    });
    for text in stack.iter().chain(&line.kernel) {
        for part in wrap(text, room) {
            let painted = paint(&part, Paint::Quiet, style);
            out += &format!("{:before$}{:INDENT$}{painted}\n", "", "");
        }
    }
    out
}
