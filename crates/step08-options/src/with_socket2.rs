//! The same calls on an owned socket.
//!
//! There is no `setsockopt` here. Every option is a pair of methods, `set_reuse_address` and
//! `reuse_address`, with the type that Rust has for such a value: `bool` for on and off, `usize` for
//! bytes, `Duration` for a time and `Option` where the value can be missing.
//! What has no method cannot be said in socket2; [`with_libc`](crate::with_libc) takes its descriptor.
//!
//! These are the ones that this step's scenes use. All of them are in the table of the scene
//! `defaults`. Each is for a borrowed [`Socket`]; dropping the owner closes it.

use std::io;
use std::time::Duration;

use socket2::{Socket, TcpKeepalive};

/// `setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, …)`: send small pieces at once (`true`), or hold them
/// back while earlier bytes are under way (`false`, the default).
///
/// # Errors
///
/// `ENOPROTOOPT` (on Linux): it is no TCP socket.
/// The others as for [`with_libc::setsockopt`](crate::with_libc::setsockopt).
pub fn set_nodelay(socket: &Socket, on: bool) -> io::Result<()> {
    socket.set_tcp_nodelay(on)
}

/// `getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, …)`: whether small pieces are sent at once.
///
/// # Errors
///
/// `EOPNOTSUPP` (on Linux): it is no TCP socket.
/// The others as for [`with_libc::getsockopt`](crate::with_libc::getsockopt).
pub fn nodelay(socket: &Socket) -> io::Result<bool> {
    socket.tcp_nodelay()
}

/// `setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, …)`: how long `recv` waits at most; `None` for ever.
///
/// A `Duration` of zero, or of less than a microsecond, goes down as zero. To the kernel that is:
/// for ever.
///
/// # Errors
///
/// `ENOTSOCK`: the descriptor is no socket. `EDOM` does not come: the microseconds are those of a `Duration`.
pub fn set_read_timeout(socket: &Socket, limit: Option<Duration>) -> io::Result<()> {
    socket.set_read_timeout(limit)
}

/// `getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, …)`: zero comes back as `None`.
///
/// # Errors
///
/// `ENOTSOCK`: the descriptor is no socket.
pub fn read_timeout(socket: &Socket) -> io::Result<Option<Duration>> {
    socket.read_timeout()
}

/// Four calls: `SO_KEEPALIVE` on, then `TCP_KEEPIDLE`, `TCP_KEEPINTVL` and `TCP_KEEPCNT`.
///
/// After `idle` without a byte from the peer the kernel asks it for a sign of life, then every
/// `interval`. After `count` questions without an answer the connection is over: `ETIMEDOUT`.
/// The kernel counts whole seconds, so what is left of a `Duration` is cut off.
///
/// # Errors
///
/// `EINVAL`: a value is 0, also after the cut, or too large. What was set before it stays set.
/// The others as for [`with_libc::setsockopt`](crate::with_libc::setsockopt).
pub fn set_keepalive(
    socket: &Socket,
    idle: Duration,
    interval: Duration,
    count: u32,
) -> io::Result<()> {
    let times = TcpKeepalive::new()
        .with_time(idle)
        .with_interval(interval)
        .with_retries(count);
    socket.set_tcp_keepalive(&times)
}

/// `getsockopt(fd, SOL_SOCKET, SO_ERROR, …)`: take the error that waits in the socket, if there is
/// one. Reading it clears it: the next reader finds none. The method's name says so.
///
/// # Errors
///
/// `ENOTSOCK`: the descriptor is no socket. What has happened to the socket is the inner value: `ECONNRESET`,
/// `ECONNREFUSED`, ….
pub fn take_error(socket: &Socket) -> io::Result<Option<io::Error>> {
    socket.take_error()
}
