//! A ladder as a page: the picture, and of what one points to everything that is known.

use std::collections::HashMap;
use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::ladder::{Ladder, ladder};
use super::palette::{PAGE, PICTURE};
use super::svg::{NAMES, body, names};
use super::xml::{Text as Xml, json as script, visible};
use super::{Drawing, Sheet, words};
use crate::{kernel, stack};
use record::event::{Call, Event};

/// How many columns a stack may have.
const COLUMNS: usize = 110;

/// What the page does. It has neither `<` nor `&`, so that the page is XML as well as HTML.
const SCRIPT: &str = include_str!("page.js");

/// The drawing as a page.
///
/// Who points to a call, or goes to it with the keyboard, is told its arguments in full, its times
/// and the functions it came through.
pub fn html(drawing: &Drawing<'_>) -> String {
    let ladders: Vec<Ladder> = (drawing.sheets.iter())
        .map(|sheet| ladder(sheet, drawing.timed, drawing.all, false))
        .collect();
    let title = Xml(&drawing.title);
    let mut out = format!(
        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width\"/>\n<title>{title}</title>\n<style>\n{PICTURE}{PAGE}</style>\n</head>\n<body>\n\
         <header>\n<h1>{title}</h1>\n"
    );
    let notes = words::notes(drawing, ladders.iter().any(|one| one.has_states));
    let mut paragraph = |text: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "<p>{}</p>", Xml(text));
    };
    notes.iter().for_each(|note| paragraph(note));
    paragraph(
        "Point to a call or a packet to see more of it, a call's stack too; click to keep that there, Esc to let it go. With the keyboard: Tab, then the arrow keys.",
    );
    out += "</header>\n<main>\n";
    for (index, (sheet, ladder)) in drawing.sheets.iter().zip(&ladders).enumerate() {
        section(&mut out, sheet, ladder, index);
    }
    let data = script(&details(drawing, &ladders));
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "</main>\n<div id=\"panel\" role=\"status\" aria-live=\"polite\" hidden=\"hidden\"><h3></h3><pre></pre></div>\n\
         <script type=\"application/json\" id=\"data\">{data}</script>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"
    );
    out
}

fn section(out: &mut String, sheet: &Sheet<'_>, ladder: &Ladder, index: usize) {
    let (width, height) = (ladder.width, ladder.height);
    let lanes: Vec<&str> = sheet.lanes.iter().map(|lane| lane.name.as_str()).collect();
    let lanes = lanes.join(", ");
    out.push_str("<section>\n");
    // Writing to a String cannot fail.
    if !sheet.heading.is_empty() {
        let _ = writeln!(out, "<h2>{}</h2>", Xml(&sheet.heading));
    }
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ladder head\" width=\"{width}\" height=\"{NAMES}\" viewBox=\"0 0 {width} {NAMES}\" aria-hidden=\"true\">"
    );
    names(out, ladder, 22);
    let _ = writeln!(
        out,
        "</svg>\n<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ladder\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"group\" aria-label=\"Time lines of {}\">",
        Xml(&lanes)
    );
    body(out, sheet, ladder, Some(index));
    out.push_str("</svg>\n</section>\n");
}

/// What is told of each event: its text, the times, and the number of its stack, since many have the same.
fn details(drawing: &Drawing<'_>, ladders: &[Ladder]) -> Value {
    let mut events = Map::new();
    let mut stacks: Vec<Value> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (number, (sheet, ladder)) in drawing.sheets.iter().zip(ladders).enumerate() {
        for group in &ladder.groups {
            let event = &sheet.events[group.event];
            let text = visible(&words::event(sheet, group.event, ladder.name(group.lane)));
            let times = match event {
                Event::Mark(_) | Event::Life(_) => String::new(),
                _ if drawing.timed => words::times(sheet, group.event, ladder.began),
                _ => String::new(),
            };
            let stack = match event {
                Event::Call(call) => visible(&way(call, drawing.all)),
                _ => String::new(),
            };
            let stack = (!stack.is_empty()).then(|| {
                *known.entry(stack.clone()).or_insert_with(|| {
                    stacks.push(json!(stack));
                    stacks.len() - 1
                })
            });
            events.insert(
                format!("s{number}e{}", group.event),
                json!([text, times, stack]),
            );
        }
    }
    json!({ "events": events, "stacks": stacks })
}

/// The functions that a call came through, down into the kernel where those are known.
fn way(call: &Call, all: bool) -> String {
    let mut lines = Vec::new();
    if let Some(stack) = &call.stack {
        lines.extend(stack::lines(stack, COLUMNS, all));
    }
    if let Some(functions) = &call.kernel {
        lines.extend(kernel::lines(functions, COLUMNS, all));
    }
    lines.join("\n")
}
