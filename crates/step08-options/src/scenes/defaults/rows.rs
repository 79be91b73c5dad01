//! How a line of the table looks.

use std::error::Error;
use std::io;

use lab::errno_of;
use step08_options::table::Entry;

/// The head of a level's part of the table.
pub(super) fn head(level: &str) -> String {
    format!(
        "{level:24} {:8} {:>14}  {:7} named in",
        "type", "value", "unit"
    )
}

/// One line of the table. A star marks a default that the machine's owner can set.
pub(super) fn row(entry: &Entry, value: &io::Result<String>) -> String {
    let layers = [
        entry.nix.map(|_| "nix"),
        entry.socket2.map(|_| "socket2"),
        entry.std.map(|_| "std"),
    ];
    let layers: Vec<&str> = layers.into_iter().flatten().collect();
    let star = if entry.setting.is_some() { "*" } else { " " };
    format!(
        "{:24} {:8} {:>14}{star} {:7} {}",
        entry.name,
        entry.form.name(),
        shown(value),
        entry.unit,
        layers.join(" ")
    )
}

/// A value, or why there is none.
pub(super) fn shown<E: Error + 'static>(value: &Result<String, E>) -> String {
    match value {
        Ok(value) => value.clone(),
        Err(error) => match errno_of(error) {
            Some(libc::ENOTCONN) => "not connected".to_owned(),
            Some(libc::EAFNOSUPPORT | libc::EADDRNOTAVAIL) => "no IPv6 here".to_owned(),
            _ => error.to_string(),
        },
    }
}

/// The same error once more: each row that needs the socket has it.
pub(super) fn copy(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(errno) => io::Error::from_raw_os_error(errno),
        None => io::Error::from(error.kind()),
    }
}
