//! What the value of an option is in C.

use std::fmt::Write as _;

/// What the value of an option is in C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An `int` that is 0 or not 0.
    Flag,
    /// An `int`.
    Int,
    /// A `struct timeval`.
    Timeval,
    /// A `struct linger`.
    Linger,
    /// A `struct in_addr`.
    InAddr,
    /// Characters, with or without a NUL at their end.
    Chars,
    /// A larger structure, of which this course reads no more than the length.
    Struct,
}

impl Form {
    /// The type as it is written in C, without `struct`.
    pub fn name(self) -> &'static str {
        match self {
            Form::Flag | Form::Int => "int",
            Form::Timeval => "timeval",
            Form::Linger => "linger",
            Form::InAddr => "in_addr",
            Form::Chars => "char[]",
            Form::Struct => "struct",
        }
    }
}

/// Characters up to a NUL, with what is not printable escaped.
pub(super) fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0);
    let mut shown = String::from("\"");
    for byte in &bytes[..end.unwrap_or(bytes.len())] {
        // Writing to a String does not fail.
        let _ = write!(shown, "{}", byte.escape_ascii());
    }
    shown + "\""
}
