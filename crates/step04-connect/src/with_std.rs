//! The same job through std, in one function.
//!
//! `TcpStream::connect` calls `socket` (with close-on-exec) and `connect`, and adds:
//!
//! - If a signal ends the wait (`EINTR`), it calls `connect` again. If the handshake was completed
//!   in between, the second call says `EISCONN`, and std takes that for success.
//! - Given a name or several addresses, it tries one after the other, each with a new socket.
//!   The error it returns is that of the last one.
//!
//! std cannot bind a socket and then connect it: to choose the local port, drop a layer.
//! Dropping the stream closes it.

use std::io;
use std::net::{SocketAddrV4, TcpStream};
use std::time::Duration;

/// `connect(fd, addr, len)`: call a listening socket, from a new one, until the handshake is done.
///
/// # Errors
///
/// `ECONNREFUSED`: nobody listens there.
/// `ETIMEDOUT`: no answer for a minute or more; [`connect_timeout`] has a limit of your own.
/// The others as for [`with_libc::connect_to`](crate::with_libc::connect_to), without `EINTR`.
pub fn connect_to(address: SocketAddrV4) -> io::Result<TcpStream> {
    TcpStream::connect(address)
}

/// `connect(fd, addr, len)` on a non-blocking socket, then `poll`: call, but do not wait for ever.
///
/// The same steps as [`with_socket2::connect_timeout`](crate::with_socket2::connect_timeout).
/// It takes one address only: with several, it would be unclear whose time is over.
///
/// # Errors
///
/// An error of kind `TimedOut` that has no errno is std's own: the time is over, and the socket is
/// closed. A `timeout` of zero is refused with `InvalidInput`.
/// `ECONNREFUSED`: nobody listens there.
/// The others as for [`with_libc::connect_to`](crate::with_libc::connect_to), without `EINTR`.
pub fn connect_timeout(address: SocketAddrV4, timeout: Duration) -> io::Result<TcpStream> {
    TcpStream::connect_timeout(&address.into(), timeout)
}
