//! Stacks as text.

use record::event::{Frame, Noise, Stack};
use unicode_width::UnicodeWidthStr;

/// The last line of each stack.
const KERNEL: &str = "-> the kernel";

/// A stack, one function a line, the outermost first and the kernel last.
///
/// What explains nothing is folded into one line that says how many functions it stands for; `all` shows them.
/// A source file is shortened in its middle where a line would become longer than `width`.
pub fn lines(stack: &Stack, width: usize, all: bool) -> Vec<String> {
    let shown: Vec<&Frame> = stack
        .frames
        .iter()
        .filter(|frame| all || frame.noise.is_none())
        .collect();
    let mut lines = Vec::new();
    if !stack.whole && !stack.frames.is_empty() {
        lines.push("… (what lies further out was not copied)".to_owned());
    }
    lines.extend(folded(stack, all));
    let names: Vec<String> = shown.iter().map(|frame| name(frame)).collect();
    let widest = names.iter().map(|name| name.width()).max().unwrap_or(0) + ARROW;
    let layers = shown.iter().map(|frame| frame.layer.width());
    let layers = layers.max().unwrap_or(0);
    for (index, (frame, name)) in shown.iter().zip(&names).enumerate() {
        let arrow = if index == 0 { "" } else { "-> " };
        let head = format!("{arrow}{name}");
        let head = format!("{head}{}  {}", pad(&head, widest), frame.layer);
        let room = width.saturating_sub(widest + layers + 4).max(20);
        match place(frame, room) {
            Some(place) => {
                let pad = pad(&frame.layer, layers);
                lines.push(format!("{head}{pad}  {place}"));
            }
            None => lines.push(head),
        }
    }
    lines.push(KERNEL.to_owned());
    lines
}

/// How much wider a name becomes by its arrow.
const ARROW: usize = 3;

/// The line that stands for what is left out; `None` when nothing is.
pub fn folded(stack: &Stack, all: bool) -> Option<String> {
    let mut why: Vec<(Noise, usize)> = Vec::new();
    for noise in stack.frames.iter().filter_map(|frame| frame.noise) {
        match why.iter_mut().find(|(known, _)| *known == noise) {
            Some((_, count)) => *count += 1,
            None => why.push((noise, 1)),
        }
    }
    let count: usize = why.iter().map(|(_, count)| count).sum();
    if all || count == 0 {
        return None;
    }
    let why: Vec<&str> = why.iter().map(|(noise, _)| words(*noise)).collect();
    Some(format!("({count} folded: {})", why.join(", ")))
}

/// What a noise is, in a few words.
fn words(noise: Noise) -> &'static str {
    match noise {
        Noise::Start => "the start",
        Noise::Glue => "closures passed on",
        Noise::Interpreter => "the interpreter",
        Noise::Generated => "code made at run time",
        Noise::Harness => "what plays the scene",
    }
}

/// The path, and whether the function has no frame of its own.
fn name(frame: &Frame) -> String {
    let inlined = if frame.inlined { " (inlined)" } else { "" };
    format!("{}{inlined}", path(frame))
}

/// A function's name in a drawing: its path within its crate, the middle left out of a long one.
/// The crate stands beside it as the layer; core and alloc stand in the layer std, so they keep theirs.
pub fn path(frame: &Frame) -> String {
    let mut parts = parts(&frame.function);
    if parts.len() > 1 && !["core", "alloc"].contains(&parts[0]) && !parts[0].starts_with('<') {
        parts.remove(0);
    }
    // A closure has no name of its own.
    let kept = if parts.last() == Some(&"{closure}") {
        3
    } else {
        2
    };
    if parts.len() > kept + 2 {
        let last = &parts[parts.len() - kept..];
        format!("{}::{}::…::{}", parts[0], parts[1], last.join("::"))
    } else {
        parts.join("::")
    }
}

/// The parts of a function's path. `<T as Trait>` is one.
fn parts(function: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in function.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            ':' if depth == 0 && function[at..].starts_with("::") => {
                parts.push(&function[start..at]);
                start = at + 2;
            }
            _ => {}
        }
    }
    parts.push(&function[start..]);
    parts
}

/// File and line, in at most this many columns if they can be shortened to that.
fn place(frame: &Frame, room: usize) -> Option<String> {
    let file = frame.file.as_ref()?;
    let line = frame.line.map_or(String::new(), |line| format!(":{line}"));
    let full = format!("{file}{line}");
    if full.width() <= room {
        return Some(full);
    }
    // The first folder tells whose it is, the last ones tell where.
    let parts: Vec<&str> = file.split('/').collect();
    for left_out in 1..parts.len().saturating_sub(1) {
        let kept = parts[1 + left_out..].join("/");
        let short = format!("{}/…/{kept}{line}", parts[0]);
        if short.width() <= room || left_out + 2 == parts.len() {
            return Some(short);
        }
    }
    Some(full)
}

fn pad(text: &str, to: usize) -> String {
    " ".repeat(to.saturating_sub(text.width()))
}
