//! The same calls, typed.
//!
//! An IPv4 address is a [`SockaddrIn`]: the C struct inside, made from a `SocketAddrV4`, so the
//! byte order cannot be forgotten.
//! A [`Backlog`] is checked before the kernel sees it.
//!
//! nix's own `listen` borrows the descriptor; its `bind` and `getsockname` still take a number.
//! The functions here borrow it, from an `OwnedFd` or whatever else is [`AsFd`].
//! The owner closes the socket when it is dropped.
//!
//! Nothing is added: no `SO_REUSEADDR`, no close-on-exec.

use std::net::SocketAddrV4;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::sys::socket::{
    self, AddressFamily, Backlog, SockFlag, SockType, SockaddrIn, SockaddrLike,
};
use step01_socket::with_nix as step01;

/// `bind(fd, addr, len)`: give the socket a local address.
///
/// `address` is one of nix's address types, of whichever family: here a [`SockaddrIn`].
/// Pointer and length are both taken from it, so they always fit each other.
///
/// # Errors
///
/// `EADDRINUSE`: another socket has this address; port 0 takes a free one.
/// `EACCES`: the port needs a privilege; take a higher one.
/// The others as for [`with_libc::bind`](crate::with_libc::bind), as an `Errno`.
pub fn bind(fd: impl AsFd, address: &impl SockaddrLike) -> nix::Result<()> {
    socket::bind(fd.as_fd().as_raw_fd(), address)
}

/// `listen(fd, backlog)`: let the kernel answer clients and queue those whose handshake is done.
///
/// `Backlog::new(n)` is where nix refuses: `EINVAL` for `n` above the `SOMAXCONN` of the C headers
/// (4096 on Linux), without a system call. The kernel itself would only cut the number down.
///
/// # Errors
///
/// `EOPNOTSUPP`: a socket of this type has no connections: `SOCK_DGRAM`.
/// `EADDRINUSE`: another socket listens here.
/// The others as for [`with_libc::listen`](crate::with_libc::listen), as an `Errno`.
pub fn listen(fd: impl AsFd, backlog: Backlog) -> nix::Result<()> {
    socket::listen(&fd, backlog)
}

/// `getsockname(fd, addr, len)`: ask for the socket's own address.
///
/// The type asked for decides how much room the kernel gets. nix checks what came back, family and
/// length.
///
/// # Errors
///
/// `EINVAL`, from nix itself: the socket is not an `AF_INET` one. `ENOTSOCK`: not a socket.
/// The others as for [`with_libc::getsockname`](crate::with_libc::getsockname), as an `Errno`.
pub fn local_address(fd: impl AsFd) -> nix::Result<SockaddrIn> {
    socket::getsockname::<SockaddrIn>(fd.as_fd().as_raw_fd())
}

/// Three calls: `socket`, `bind`, `listen`. A descriptor that waits for clients.
///
/// # Errors
///
/// As for each of the three; `EADDRINUSE` and `EACCES`, of [`bind()`], are the usual ones.
/// The descriptor is closed by drop, whichever `?` ends the function.
pub fn listen_on(address: SocketAddrV4, backlog: Backlog) -> nix::Result<OwnedFd> {
    let listener = step01::socket(
        AddressFamily::Inet,
        SockType::Stream,
        SockFlag::empty(),
        None,
    )?;
    bind(&listener, &SockaddrIn::from(address))?;
    listen(&listener, backlog)?;
    Ok(listener)
}
