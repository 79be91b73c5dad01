//! Text in columns: broken where it must be, filled up, and painted.

use super::{INDENT, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What a line is, as far as colour shows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Plain,
    Failed,
    Said,
    Life,
    Quiet,
    Wire,
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

/// Fills up a text that is this wide.
pub(super) fn pad(text: &str, width: usize, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width)))
}

pub(super) fn paint(text: &str, paint: Paint, style: &Style) -> String {
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

pub(super) fn bold(text: &str, style: &Style) -> String {
    if style.colour {
        format!("\x1b[1m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
