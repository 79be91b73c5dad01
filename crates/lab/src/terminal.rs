//! The learner's terminal, or the pipes that stand in for it: for a step's own commands.
//!
//! What a peer sends is not to be trusted with a terminal: an escape sequence in it could move the cursor,
//! change the title or hide what follows. [`escaped`] makes it harmless, and keeps what people write.

use std::fmt::{Display, Write as _};
use std::io::{self, BufRead, Write};

use crate::trouble::Trouble;

/// Prints a line. A reader that has gone (`| head`) ends the program quietly, as it does other programs.
///
/// # Errors
///
/// Those of write(2): a full disk.
pub fn say(line: impl Display) -> Result<(), Trouble> {
    print(&format!("{line}\n"))
}

/// Prints a prompt and reads a line as bytes, without its newline; `None` at the end of the input.
///
/// The bytes need not be UTF-8: what comes out of a pipe or a file is not checked by anyone.
///
/// # Errors
///
/// Those of write(2) and read(2).
pub fn ask(prompt: &str) -> Result<Option<Vec<u8>>, Trouble> {
    print(prompt)?;
    let mut line = Vec::new();
    if io::stdin().lock().read_until(b'\n', &mut line)? == 0 {
        // A prompt has no newline of its own, and what comes next is not an answer to it.
        if !prompt.is_empty() {
            print("\n")?;
        }
        return Ok(None);
    }
    if line.ends_with(b"\n") {
        line.pop();
    }
    Ok(Some(line))
}

/// Text of others, harmless: control characters, what is not UTF-8, and what turns the direction of writing
/// are shown as in Rust source, `\u{1b}` and `\xff`. A backslash is doubled, so that nothing looks like another.
pub fn escaped(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_harmless(c) {
                out.push(c);
            } else {
                out.extend(c.escape_default());
            }
        }
        for byte in chunk.invalid() {
            // To write into a String cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Letters, signs and emoji of every script; not what a terminal obeys, nor what changes the order of what is read.
fn is_harmless(c: char) -> bool {
    let ends_line = matches!(c, '\u{2028}' | '\u{2029}');
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !(c.is_control() || ends_line || turns || c == '\\')
}

/// A person's terminal never gets what a peer sent as it is: control characters are written as escapes.
pub(crate) fn safe(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() {
                c.escape_default().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}

/// Prints to standard output. A reader that has gone (`| head`) ends the program quietly, as it does other programs.
pub(crate) fn print(text: &str) -> Result<(), Trouble> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        result => Ok(result?),
    }
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_people_write_stays() {
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        for text in ["hello", "\"it's\"", "你好", "👋🏽", family, "e\u{301}", ""] {
            assert_eq!(escaped(text.as_bytes()), text);
        }
    }

    #[test]
    fn what_a_terminal_obeys_is_shown() {
        assert_eq!(escaped(b"\x1b[2J\0\r\n\t"), r"\u{1b}[2J\u{0}\r\n\t");
        assert_eq!(escaped(b"a\\x1b"), r"a\\x1b");
        assert_eq!(
            escaped("\u{9b}31m\u{202e}".as_bytes()),
            r"\u{9b}31m\u{202e}"
        );
    }

    #[test]
    fn what_is_not_utf8_is_shown_byte_by_byte() {
        assert_eq!(escaped(b"hi \xff\xc3"), r"hi \xff\xc3");
        assert_eq!(escaped("你".as_bytes().split_at(2).0), r"\xe4\xbd");
    }
}
