//! A table of numbers and names, and how it is read.

use crate::event::Value;

/// Numbers with their names. In a table of flags, what has several bits stands before its parts.
pub type Table = &'static [(i64, &'static str)];

/// A table of constants of the libc crate, and of some it lacks, given as `NAME = number`.
macro_rules! table {
    ($($name:ident $(= $number:expr)?),* $(,)?) => {
        &[$((table!(@ $name $($number)?), stringify!($name))),*]
    };
    (@ $name:ident) => { libc::$name as i64 };
    (@ $name:ident $number:expr) => { $number };
}
pub(crate) use table;

/// The name of one number.
pub fn find(table: Table, raw: i64) -> Option<&'static str> {
    table
        .iter()
        .find(|entry| entry.0 == raw)
        .map(|entry| entry.1)
}

/// A constant as a value.
pub fn name(table: Table, raw: i32) -> Value {
    let raw = i64::from(raw);
    Value::Name {
        name: find(table, raw).unwrap_or("").into(),
        raw,
    }
}

/// A set of flags as a value.
pub fn flags(table: Table, bits: u32) -> Value {
    let (names, rest) = split(table, bits);
    Value::Flags {
        names: names.into_iter().map(Into::into).collect(),
        rest: rest.into(),
    }
}

/// The names of the bits that have one, and the other bits.
pub fn split(table: Table, bits: u32) -> (Vec<&'static str>, u32) {
    let mut rest = bits;
    let mut names = Vec::new();
    for &(flag, name) in table {
        // Some flags are negative in C: only the 32 bits count.
        let flag = flag as u32;
        if flag != 0 && rest & flag == flag {
            names.push(name);
            rest &= !flag;
        }
    }
    (names, rest)
}
