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

#[cfg(target_os = "linux")]
mod table;

#[cfg(target_os = "linux")]
pub use table::{Table, find, flags, name, split};

/// The name of an address family (`AF_INET`).
#[cfg(target_os = "linux")]
pub fn family(family: u16) -> Option<&'static str> {
    table::find(sockets::FAMILIES, family.into())
}

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
