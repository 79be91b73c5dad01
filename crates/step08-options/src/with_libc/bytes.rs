//! Options that may be any: how much room the kernel gets, and which one it is not asked for.

use std::io::{self, ErrorKind};

use libc::{c_int, socklen_t};

/// How much room there is behind a value, in bytes: a page, for an option that does not keep to its
/// length.
pub(super) const BEHIND: usize = 4096;

/// Refuses the option whose length is known to count something else than bytes.
#[cfg(target_os = "linux")]
pub(super) fn in_bytes(level: c_int, name: c_int) -> io::Result<()> {
    match (level, name) {
        // Read, SO_ATTACH_FILTER is called SO_GET_FILTER.
        (libc::SOL_SOCKET, libc::SO_ATTACH_FILTER) => Err(io::Error::new(
            ErrorKind::InvalidInput,
            "SO_GET_FILTER is for the raw call: its length counts instructions, not bytes",
        )),
        _ => Ok(()),
    }
}

/// Only Linux has such an option.
#[cfg(not(target_os = "linux"))]
pub(super) fn in_bytes(_: c_int, _: c_int) -> io::Result<()> {
    Ok(())
}

/// Of a value that is not as long as an `int`.
pub(super) fn no_int(length: socklen_t) -> io::Error {
    let int = size_of::<c_int>();
    let text = format!("the value of this option has {length} bytes, and an int has {int}");
    io::Error::new(ErrorKind::InvalidData, text)
}
