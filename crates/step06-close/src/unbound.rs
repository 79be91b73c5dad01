//! A socket with or without `SO_REUSEADDR`, before it has an address: afterwards is too late.
//!
//! Step 8 is about options; this is the one that every server wants.

use std::io;
use std::os::fd::{OwnedFd, RawFd};

use libc::{c_int, socklen_t};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, setsockopt, sockopt};
use socket2::{Domain, Socket, Type};
use step01_socket as step01;
use step01_socket::with_libc::cvt;
use step02_bind_listen::with_libc::give_up;

/// Two calls: `socket`, and if wanted `setsockopt`.
pub(crate) fn with_libc(reuse: bool) -> io::Result<RawFd> {
    let fd = step01::with_libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    if reuse {
        // SAFETY: `socket` has just opened `fd`, and nobody else has heard of it.
        reuse_libc(fd).map_err(|error| unsafe { give_up(fd, error) })?;
    }
    Ok(fd)
}

/// The same, typed.
pub(crate) fn with_nix(reuse: bool) -> nix::Result<OwnedFd> {
    let none = SockFlag::empty();
    let fd = step01::with_nix::socket(AddressFamily::Inet, SockType::Stream, none, None)?;
    if reuse {
        setsockopt(&fd, sockopt::ReuseAddr, &true)?;
    }
    Ok(fd)
}

/// The same, on an owned socket.
pub(crate) fn with_socket2(reuse: bool) -> io::Result<Socket> {
    let socket = step01::with_socket2::socket(Domain::IPV4, Type::STREAM, None)?;
    if reuse {
        socket.set_reuse_address(true)?;
    }
    Ok(socket)
}

/// `setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1)`
pub(crate) fn reuse_libc(fd: RawFd) -> io::Result<()> {
    let on: c_int = 1;
    let length = size_of_val(&on) as socklen_t;
    let value = (&raw const on).cast();
    // SAFETY: `length` is the size of `on`, which lives until after the call.
    cvt(unsafe { libc::setsockopt(fd, libc::SOL_SOCKET, libc::SO_REUSEADDR, value, length) })?;
    Ok(())
}
