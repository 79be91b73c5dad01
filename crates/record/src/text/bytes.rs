//! Bytes as text that no terminal can misunderstand.

use std::fmt::{self, Formatter, Write};

/// How many bytes of data a line of text shows, unless it is asked for all (`{:#}`).
pub const SHOWN: usize = 32;

/// Bytes in quotes; when not all are shown, followed by how many there are. Of some only the number is told.
pub(super) fn quoted(f: &mut Formatter, data: &[u8], total: u64) -> fmt::Result {
    if data.is_empty() && total > 0 {
        return write!(f, "({total} bytes)");
    }
    let shown = if f.alternate() { data } else { cut(data) };
    f.write_char('"')?;
    escape(f, shown)?;
    f.write_char('"')?;
    if (shown.len() as u64) < total {
        write!(f, "... ({total} bytes)")?;
    }
    Ok(())
}

/// The first bytes, without cutting a character in two.
fn cut(data: &[u8]) -> &[u8] {
    if data.len() <= SHOWN {
        return data;
    }
    // A character has at most three bytes after its first.
    let ends = (SHOWN - 3..=SHOWN).rev();
    let whole = ends.into_iter().find(|&end| data[end] & 0xc0 != 0x80);
    &data[..whole.unwrap_or(SHOWN)]
}

/// Writes bytes with the escapes of C. Printable UTF-8 stands as it is, everything else is escaped byte by byte.
pub fn escape(f: &mut impl Write, data: &[u8]) -> fmt::Result {
    let mut rest = data;
    for chunk in data.utf8_chunks() {
        for character in chunk.valid().chars() {
            rest = &rest[character.len_utf8()..];
            let digit_follows = rest.first().is_some_and(u8::is_ascii_digit);
            one(f, character, digit_follows)?;
        }
        for byte in chunk.invalid() {
            rest = &rest[1..];
            write!(f, "\\x{byte:02x}")?;
        }
    }
    Ok(())
}

fn one(f: &mut impl Write, character: char, digit_follows: bool) -> fmt::Result {
    match character {
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        '"' => f.write_str("\\\""),
        '\\' => f.write_str("\\\\"),
        // Before a digit, \0 would read as another number.
        '\0' if !digit_follows => f.write_str("\\0"),
        _ if printable(character) => f.write_char(character),
        _ => {
            let mut buffer = [0; 4];
            character
                .encode_utf8(&mut buffer)
                .bytes()
                .try_for_each(|byte| write!(f, "\\x{byte:02x}"))
        }
    }
}

/// What has a shape and a place of its own: no controls, no marks that change what stands beside them.
/// The standard library's tables know which; its escapes for quotes do not matter here.
pub fn printable(character: char) -> bool {
    character == '\'' || character.escape_debug().len() == 1
}
