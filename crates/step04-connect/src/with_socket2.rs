//! The same call on an owned socket.
//!
//! [`Socket::connect`] is the one call and nothing more: no retry after a signal.
//! [`Socket::connect_timeout`] is a composite, the first of the course that hides a technique:
//! it does not wait in `connect` but in `poll`, which can be told for how long.
//! Dropping the socket closes it.

use std::io;
use std::net::SocketAddrV4;
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};
use step01_socket::with_socket2 as step01;

/// `connect(fd, addr, len)`: call a listening socket, and wait until the handshake is done.
///
/// # Errors
///
/// `ECONNREFUSED`: nobody listens there. `ETIMEDOUT`: no answer. After either, make a new socket.
/// `EINTR`: the handshake goes on without you.
/// The others as for [`with_libc::connect`](crate::with_libc::connect).
pub fn connect(socket: &Socket, address: &SockAddr) -> io::Result<()> {
    socket.connect(address)
}

/// `connect(fd, addr, len)` on a non-blocking socket, then `poll`: call, but do not wait for ever.
///
/// 1. Set `O_NONBLOCK`.
/// 2. `connect` returns at once: `EINPROGRESS`.
/// 3. Clear `O_NONBLOCK`, also if it was set before.
/// 4. `poll` until the socket is writable or `timeout` is over. After a signal it polls on.
/// 5. If `poll` reports an error, read it from `SO_ERROR`.
///
/// # Errors
///
/// An error of kind `TimedOut` that has no errno is socket2's own: the time is over.
/// The handshake may still be under way then; only closing the socket ends it.
/// `ECONNREFUSED`: nobody listens there.
/// The others as for [`with_libc::connect`](crate::with_libc::connect), without `EINTR`.
pub fn connect_timeout(socket: &Socket, address: &SockAddr, timeout: Duration) -> io::Result<()> {
    socket.connect_timeout(address, timeout)
}

/// Two calls: `socket`, `connect`. A socket with a server at the other end.
///
/// # Errors
///
/// As for each of the two; `ECONNREFUSED` and `ETIMEDOUT`, of [`connect`], are the usual ones.
/// If `connect` fails, the socket is closed by drop.
pub fn connect_to(address: SocketAddrV4) -> io::Result<Socket> {
    let connection = step01::socket(Domain::IPV4, Type::STREAM, None)?;
    connect(&connection, &SockAddr::from(address))?;
    Ok(connection)
}
