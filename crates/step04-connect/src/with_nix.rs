//! The same call, typed.
//!
//! Pointer and length come from one typed address, so they always fit each other.
//! Nothing is added: no close-on-exec, no retry, no time limit.
//! nix's own `connect` takes a bare number. The one here borrows the descriptor from its owner, and
//! that closes it when it is dropped.

use std::net::SocketAddrV4;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::sys::socket::{self, AddressFamily, SockFlag, SockType, SockaddrIn, SockaddrLike};
use step01_socket::with_nix as step01;

/// `connect(fd, addr, len)`: call a listening socket, and wait until the handshake is done.
///
/// # Errors
///
/// `ECONNREFUSED`: nobody listens there. `ETIMEDOUT`: no answer. After either, make a new socket.
/// `EINTR`: the handshake goes on without you.
/// The others as for [`with_libc::connect`](crate::with_libc::connect), as an `Errno`.
pub fn connect(fd: impl AsFd, address: &impl SockaddrLike) -> nix::Result<()> {
    socket::connect(fd.as_fd().as_raw_fd(), address)
}

/// Two calls: `socket`, `connect`. A descriptor with a server at the other end.
///
/// # Errors
///
/// As for each of the two; `ECONNREFUSED` and `ETIMEDOUT`, of [`connect`], are the usual ones.
/// If `connect` fails, the descriptor is closed by drop.
pub fn connect_to(address: SocketAddrV4) -> nix::Result<OwnedFd> {
    let connection = step01::socket(
        AddressFamily::Inet,
        SockType::Stream,
        SockFlag::empty(),
        None,
    )?;
    connect(&connection, &SockaddrIn::from(address))?;
    Ok(connection)
}
