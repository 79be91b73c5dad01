//! A ladder as SVG.

use std::fmt::Write;

use super::ladder::{Arrow, Group, LINE, Ladder, Text, ladder};
use super::palette::PICTURE;
use super::words;
use super::xml::Text as Xml;
use super::{Drawing, Sheet};
use record::event::{Event, TcpState};

/// The room of the title and what is said of the whole.
const HEAD: i32 = 64;
/// The room of a sheet's heading.
const HEADING: i32 = 30;
/// The room of the lanes' names.
pub(super) const NAMES: i32 = 34;

/// The drawing as a picture by itself.
///
/// It is one SVG document without scripts and without anything from elsewhere. Its description has
/// what it shows in words, for who does not see it.
pub fn svg(drawing: &Drawing<'_>) -> String {
    let ladders: Vec<Ladder> = (drawing.sheets.iter())
        .map(|sheet| ladder(sheet, drawing.timed, drawing.all, true))
        .collect();
    let width = ladders.iter().map(|one| one.width).max().unwrap_or(1000);
    let room = |index: usize| {
        let heading = if drawing.sheets[index].heading.is_empty() {
            0
        } else {
            HEADING
        };
        heading + NAMES + ladders[index].height
    };
    let notes = words::notes(drawing, ladders.iter().any(|one| one.has_states));
    let head = HEAD + (notes.len() as i32 - 1) * LINE;
    let height = head + (0..ladders.len()).map(room).sum::<i32>() + 10;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ladder\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"t d\">\n\
         <title id=\"t\">{}</title>\n<desc id=\"d\">{}</desc>\n<style>\n{}</style>\n",
        Xml(&drawing.title),
        Xml(&words::description(drawing)),
        Xml(PICTURE),
    );
    let mut line = |text: &str, y: i32, class: &str| {
        let text = Xml(text);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "<text class=\"{class}\" x=\"10\" y=\"{y}\">{text}</text>"
        );
    };
    line(&drawing.title, 26, "heading");
    for (index, note) in notes.iter().enumerate() {
        line(note, 46 + index as i32 * LINE, "sub");
    }
    let mut top = head;
    for (index, (sheet, ladder)) in drawing.sheets.iter().zip(&ladders).enumerate() {
        let mut below = top;
        if !sheet.heading.is_empty() {
            below += HEADING;
            let heading = Xml(&sheet.heading);
            let _ = writeln!(
                out,
                "<text class=\"heading\" x=\"10\" y=\"{}\">{heading}</text>",
                top + 22
            );
        }
        let _ = writeln!(out, "<g transform=\"translate(0 {below})\">");
        names(&mut out, ladder, 20);
        let _ = writeln!(
            out,
            "</g>\n<g transform=\"translate(0 {})\">",
            below + NAMES
        );
        body(&mut out, sheet, ladder, None);
        out += "</g>\n";
        top += room(index);
    }
    out + "</svg>\n"
}

/// The names of the lanes.
pub(super) fn names(out: &mut String, ladder: &Ladder, y: i32) {
    for lane in &ladder.lanes {
        let (x, name) = (lane.x, Xml(&lane.name));
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "<text class=\"name\" x=\"{x}\" y=\"{y}\">{name}</text>"
        );
    }
}

/// Everything below the names. With a number, of a sheet, its events can be pointed to and have the focus.
pub(super) fn body(out: &mut String, sheet: &Sheet<'_>, ladder: &Ladder, number: Option<usize>) {
    let bottom = ladder.height;
    for lane in &ladder.lanes {
        let x = lane.x;
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "<line class=\"lane\" x1=\"{x}\" y1=\"0\" x2=\"{x}\" y2=\"{bottom}\"/>"
        );
    }
    for pause in &ladder.pauses {
        for lane in &ladder.lanes {
            let (x, top, bottom) = (lane.x, pause.y - 8, pause.y + 4);
            let _ = writeln!(
                out,
                "<line class=\"pause\" x1=\"{x}\" y1=\"{top}\" x2=\"{x}\" y2=\"{bottom}\"/>"
            );
        }
        text(out, pause, "soft");
    }
    for note in &ladder.notes {
        text(out, note, "soft");
    }
    for name_at in &ladder.heads {
        names(out, ladder, *name_at);
    }
    for bar in &ladder.bars {
        let x = ladder.bar_x(bar);
        let height = (bar.to - bar.from).max(0);
        let class = class(bar.state);
        let inferred = if bar.inferred { " inferred" } else { "" };
        let _ = write!(out, "<g class=\"state {class}{inferred}\">");
        if number.is_none()
            && let Event::State(state) = &sheet.events[bar.event]
        {
            let _ = write!(
                out,
                "<title>{}</title>",
                Xml(&words::state(state, !bar.inferred))
            );
        }
        if bar.state != TcpState::Closed {
            let _ = write!(
                out,
                "<rect class=\"bar\" x=\"{x}\" y=\"{}\" width=\"5\" height=\"{height}\"/>",
                bar.from
            );
        }
        let left = ladder.lanes[bar.lane].text_left;
        let label = Text {
            x: if left { bar.label_x } else { -bar.label_x } + ladder.lanes[bar.lane].x,
            y: bar.label_at,
            ends: !left,
            lines: vec![bar.label.clone()],
        };
        text(out, &label, "halo");
        out.push_str("</g>\n");
    }
    for group in &ladder.groups {
        self::group(out, sheet, ladder, group, number);
    }
}

fn group(
    out: &mut String,
    sheet: &Sheet<'_>,
    ladder: &Ladder,
    group: &Group,
    number: Option<usize>,
) {
    let label = words::event(sheet, group.event, ladder.name(group.lane));
    // Writing to a String cannot fail.
    let _ = match number {
        Some(number) => write!(
            out,
            "<g class=\"e {}\" id=\"s{number}e{}\" role=\"group\" tabindex=\"-1\" aria-label=\"{}\">",
            group.class,
            group.event,
            Xml(&label)
        ),
        None => write!(
            out,
            "<g class=\"{}\"><title>{}</title>",
            group.class,
            Xml(&label)
        ),
    };
    if let Some((x, top, bottom)) = group.span {
        let height = (bottom - top).max(4);
        let _ = write!(
            out,
            "<rect class=\"span\" x=\"{x}\" y=\"{top}\" width=\"8\" height=\"{height}\" rx=\"2\"/>"
        );
    }
    if let Some(arrow) = &group.arrow {
        self::arrow(out, arrow);
    }
    for one in &group.texts {
        text(out, one, "halo");
    }
    out.push_str("</g>\n");
}

fn arrow(out: &mut String, arrow: &Arrow) {
    let ((x1, y1), (x2, y2)) = (arrow.from, arrow.to);
    let label = Xml(&arrow.label);
    if x1 == x2 {
        // From a lane to itself.
        let out_at = x1 - 160;
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "<path d=\"M{x1} {y1} C{out_at} {y1} {out_at} {y2} {x2} {y2}\"/><path class=\"tip\" d=\"M{x2} {y2} l-9 -4 v8 z\"/><text class=\"end halo\" x=\"{}\" y=\"{}\">{label}</text>",
            x1 - 126,
            (y1 + y2) / 2 + 4
        );
        return;
    }
    let (dx, dy) = (f64::from(x2 - x1), f64::from(y2 - y1));
    let length = dx.hypot(dy);
    let (ux, uy) = (dx / length, dy / length);
    // The tip: from the point back along the way, and to both sides.
    let back = |side: f64| {
        let (x, y) = (f64::from(x2) - 9.0 * ux, f64::from(y2) - 9.0 * uy);
        format!("{:.1} {:.1}", x - side * uy, y + side * ux)
    };
    let mut angle = dy.atan2(dx).to_degrees();
    if angle.abs() > 90.0 {
        angle -= 180.0 * angle.signum();
    }
    let (x, y) = ((x1 + x2) / 2, (y1 + y2) / 2);
    let _ = write!(
        out,
        "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/><path class=\"tip\" d=\"M{x2} {y2} L{} L{} z\"/><text class=\"mid halo\" x=\"{x}\" y=\"{}\" transform=\"rotate({angle:.1} {x} {y})\">{label}</text>",
        back(4.0),
        back(-4.0),
        y - 4
    );
}

fn text(out: &mut String, text: &Text, class: &str) {
    let end = if text.ends { " end" } else { "" };
    let (x, y) = (text.x, text.y);
    // Writing to a String cannot fail.
    let _ = match text.lines.as_slice() {
        [line] => write!(
            out,
            "<text class=\"{class}{end}\" x=\"{x}\" y=\"{y}\">{}</text>",
            Xml(line)
        ),
        lines => {
            let _ = write!(out, "<text class=\"{class}{end}\">");
            for (index, line) in lines.iter().enumerate() {
                let y = y + index as i32 * LINE;
                let _ = write!(out, "<tspan x=\"{x}\" y=\"{y}\">{}</tspan>", Xml(line));
            }
            write!(out, "</text>")
        }
    };
}

/// What kind of state it is, for its colour.
fn class(state: TcpState) -> &'static str {
    match state {
        TcpState::Closed => "closed",
        TcpState::Listen => "listen",
        TcpState::SynSent | TcpState::SynReceived => "opening",
        TcpState::Established => "open",
        TcpState::FinWait1 | TcpState::FinWait2 | TcpState::Closing => "closing",
        TcpState::CloseWait | TcpState::LastAck => "closing",
        TcpState::TimeWait => "waiting",
    }
}
