//! Text in XML.

use record::text::printable;
use std::fmt::{self, Display, Formatter, Write};

/// Text as it may stand between tags and in attributes, whatever is in it.
///
/// Characters that XML does not have (most control characters) and those that turn the direction of writing
/// become their number, `\u{202e}`.
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ if is_plain(c) => f.write_char(c)?,
                _ => write!(f, "\\u{{{:x}}}", u32::from(c))?,
            }
        }
        Ok(())
    }
}

/// Text without characters that have no shape; for where the page itself puts it.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if is_plain(c) {
            out.push(c);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
    }
    out
}

fn is_plain(c: char) -> bool {
    // What escape_debug escapes for other reasons; and XML does not have the last two of the plane.
    matches!(c, '\\' | '"' | '\n' | '\u{a0}')
        || printable(c) && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// A value, its strings [`visible`], as JSON that may stand in a script element of HTML and of XML: nothing in it ends the element or begins another.
pub(super) fn json(value: &serde_json::Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        match c {
            '<' | '>' | '&' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}
