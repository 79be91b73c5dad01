//! The same calls through std.
//!
//! std has methods for the few options that every system has: `set_nodelay`, `set_read_timeout`,
//! `set_write_timeout`, `set_ttl`, `take_error`, and on a `UdpSocket` broadcast and multicast.
//! Some it sets without being asked: `TcpListener::bind` sets `SO_REUSEADDR`.
//!
//! For everything else there is the layer below: socket2's [`SockRef`] borrows the descriptor for
//! one call, and the std socket stays the owner: dropping it closes the descriptor.

use std::io;
use std::net::TcpStream;
use std::time::Duration;

use socket2::SockRef;

use crate::with_socket2;

/// `setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, …)`: send small pieces at once (`true`), or hold them
/// back while earlier bytes are under way (`false`, the default).
///
/// # Errors
///
/// As for [`with_libc::setsockopt`](crate::with_libc::setsockopt); `ENOTSOCK` and `ENOPROTOOPT` only of a
/// stream that was made of a descriptor of another kind (step 1).
pub fn set_nodelay(stream: &TcpStream, on: bool) -> io::Result<()> {
    stream.set_nodelay(on)
}

/// `getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, …)`: whether small pieces are sent at once.
///
/// # Errors
///
/// As for [`with_libc::getsockopt`](crate::with_libc::getsockopt); `ENOTSOCK` and `EOPNOTSUPP` only of such a
/// stream.
pub fn nodelay(stream: &TcpStream) -> io::Result<bool> {
    stream.nodelay()
}

/// `setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, …)`: how long `read` waits at most; `None` for ever.
///
/// # Errors
///
/// - `InvalidInput`, from std and without a system call: a `Duration` of zero, which to the kernel
///   would mean for ever. Less than a microsecond becomes one microsecond.
/// - As for [`with_libc::setsockopt`](crate::with_libc::setsockopt).
pub fn set_read_timeout(stream: &TcpStream, limit: Option<Duration>) -> io::Result<()> {
    stream.set_read_timeout(limit)
}

/// `getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, …)`: zero comes back as `None`.
///
/// # Errors
///
/// As for [`with_libc::getsockopt`](crate::with_libc::getsockopt).
pub fn read_timeout(stream: &TcpStream) -> io::Result<Option<Duration>> {
    stream.read_timeout()
}

/// Four calls: keep-alive, which std has no method for. socket2 borrows the descriptor.
///
/// # Errors
///
/// `EINVAL`: a value is 0, also after the cut to seconds, or too large.
/// The others as for [`with_socket2::set_keepalive`].
pub fn set_keepalive(
    stream: &TcpStream,
    idle: Duration,
    interval: Duration,
    count: u32,
) -> io::Result<()> {
    with_socket2::set_keepalive(&SockRef::from(stream), idle, interval, count)
}

/// `getsockopt(fd, SOL_SOCKET, SO_ERROR, …)`: take the error that waits in the socket, if there is
/// one. Reading it clears it: the next reader finds none. The method's name says so.
///
/// # Errors
///
/// As for [`with_libc::getsockopt`](crate::with_libc::getsockopt). What has happened to the socket is the
/// inner value: `ECONNRESET`, `ECONNREFUSED`, ….
pub fn take_error(stream: &TcpStream) -> io::Result<Option<io::Error>> {
    stream.take_error()
}
