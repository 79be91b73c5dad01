//! New sockets, and what the record says of their options.

use std::fmt::Display;
use std::io;
use std::os::fd::{OwnedFd, RawFd};

use nix::sys::socket::{AddressFamily, SockFlag, SockType};
use socket2::{Domain, Socket, Type};
use step01_socket as step01;

/// `socket(AF_INET, SOCK_STREAM, 0)`: a TCP socket that nobody has changed yet.
pub(crate) fn fresh_libc() -> io::Result<RawFd> {
    step01::with_libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0)
}

/// The same, typed.
pub(crate) fn fresh_nix() -> nix::Result<OwnedFd> {
    let none = SockFlag::empty();
    step01::with_nix::socket(AddressFamily::Inet, SockType::Stream, none, None)
}

/// The same, on an owned socket. std takes it over where it has no such moment of its own (step 1).
pub(crate) fn fresh_socket2() -> io::Result<Socket> {
    step01::with_socket2::socket(Domain::IPV4, Type::STREAM, None)
}

/// For a scene that shows what only Linux does.
pub(crate) fn on_linux() -> Result<(), String> {
    match cfg!(target_os = "linux") {
        true => Ok(()),
        false => Err("this scene shows what Linux does".to_owned()),
    }
}

/// The option's value in a call as the record shows it: `getsockopt(3, IPPROTO_TCP, TCP_NODELAY, 1, 4)`.
pub(super) fn value_in(call: &impl Display) -> Option<i64> {
    call.to_string().split(", ").nth(3)?.parse().ok()
}
