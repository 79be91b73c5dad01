//! Numbers and their names, as the C headers have them.
//!
//! A number without a name stays a number and a bit without a name stays a bit: nothing is guessed, nothing is dropped.
//! The tables of socket constants are Linux's; the errors and signals are those of the system this runs on.

pub mod errors;
#[cfg(target_os = "linux")]
pub mod files;
#[cfg(target_os = "linux")]
pub mod ioctl;
#[cfg(target_os = "linux")]
pub mod options;
pub mod signals;
#[cfg(target_os = "linux")]
pub mod sockets;

/// Numbers with their names. In a table of flags, what has several bits stands before its parts.
#[cfg(target_os = "linux")]
pub type Table = &'static [(i64, &'static str)];

/// A table of constants of the libc crate, and of some it lacks, given as `NAME = number`.
#[cfg(target_os = "linux")]
macro_rules! table {
    ($($name:ident $(= $number:expr)?),* $(,)?) => {
        &[$((table!(@ $name $($number)?), stringify!($name))),*]
    };
    (@ $name:ident) => { libc::$name as i64 };
    (@ $name:ident $number:expr) => { $number };
}
#[cfg(target_os = "linux")]
pub(crate) use table;

#[cfg(target_os = "linux")]
mod lookup {
    use super::{Table, sockets};
    use crate::event::Value;

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

    /// The name of an address family (`AF_INET`).
    pub fn family(family: u16) -> Option<&'static str> {
        find(sockets::FAMILIES, family.into())
    }
}
#[cfg(target_os = "linux")]
pub use lookup::{family, find, flags, name, split};

/// The name of an address family: only those that are decoded, where the tables are missing.
#[cfg(not(target_os = "linux"))]
pub fn family(family: u16) -> Option<&'static str> {
    use crate::address::{AF_INET, AF_INET6, AF_UNIX};
    match family {
        AF_UNIX => Some("AF_UNIX"),
        AF_INET => Some("AF_INET"),
        AF_INET6 => Some("AF_INET6"),
        _ => None,
    }
}
