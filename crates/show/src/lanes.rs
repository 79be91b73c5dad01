//! A record as text: lanes side by side, or one lane with the names in front.

mod columns;
mod line;
mod packets;
mod style;

use unicode_width::UnicodeWidthStr;

use crate::frames;
use crate::row::{Lane, Row, short};
use columns::{Paint, bold, pad, paint};
use line::{Line, line};
use packets::Packets;
use record::event::Event;
use style::{ASIDE, INDENT};

pub(crate) use columns::wrap;
pub(crate) use packets::label;
pub use style::Style;

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
    let packets = Packets::new(events, lanes, one);
    let mut lines: Vec<Line> = Vec::new();
    let mut next = 0;
    while let Some(row) = rows.get(next) {
        let mut used = 1;
        match &events[row.event] {
            Event::Packet(packet) => {
                let (line, count) = packets.packet(packet, &rows[next..]);
                lines.push(line);
                used = count;
            }
            Event::State(state) => lines.push(packets.state(state, row)),
            Event::Held(held) => lines.push(packets.held(held, row)),
            _ => lines.push(line(events, rows, next, lanes, one, style)),
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

/// The space between two lanes.
const GAP: usize = 2;

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
        out += &below(line, margin, room, style);
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
        out += &below(line, margin, room, style);
    }
    out
}

/// The stack of a call and its way through the kernel, set in below it.
fn below(line: &Line, before: usize, room: usize, style: &Style) -> String {
    let mut out = String::new();
    let room = room.saturating_sub(INDENT);
    let stack = line
        .stack
        .map_or(Vec::new(), |stack| frames::lines(stack, room, style.all));
    for text in stack.iter().chain(&line.kernel) {
        for part in wrap(text, room) {
            let painted = paint(&part, Paint::Quiet, style);
            out += &format!("{:before$}{:INDENT$}{painted}\n", "", "");
        }
    }
    out
}
