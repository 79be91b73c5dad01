//! The same call, typed.
//!
//! Pointer and length come from one typed address, so they always fit each other.
//! Nothing is added: no close-on-exec, no retry, no time limit.

use std::net::SocketAddrV4;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::sys::socket::{self, AddressFamily, SockFlag, SockType, SockaddrIn, SockaddrLike};
use step01_socket::with_nix as step01;

/// `connect(fd, addr, len)`: call a listening socket, and wait until the handshake is done.
///
/// # Errors
///
/// As for [`with_libc::connect`](crate::with_libc::connect), as an `Errno`.
pub fn connect(fd: &OwnedFd, address: &impl SockaddrLike) -> nix::Result<()> {
    socket::connect(fd.as_raw_fd(), address)
}

/// Two calls: `socket`, `connect`. A descriptor with a server at the other end.
///
/// # Errors
///
/// As for each of the two. If `connect` fails, the descriptor is closed by drop.
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
