//! The raw call.
//!
//! Nothing is added: how long it waits is for the kernel to say, and a signal handler that was
//! installed without `SA_RESTART` ends the wait with `EINTR`, while the handshake goes on.

use std::io;
use std::net::SocketAddrV4;
use std::os::fd::RawFd;

use libc::{sockaddr, socklen_t};
use step01_socket::with_libc::{cvt, socket};
use step02_bind_listen::with_libc::{give_up, sockaddr_in};

/// `connect(fd, addr, len)`: call a listening socket, and wait until the handshake is done.
///
/// `address` is the server's, its port and IP address in network byte order.
/// `length` is in bytes: 16 for a `sockaddr_in`.
///
/// # Safety
///
/// `length` bytes must be readable at `address`.
///
/// # Errors
///
/// - `ECONNREFUSED`: the machine answered, and nobody listens on that port. Start the server,
///   or look at the port; then try again, with a new socket.
/// - `ETIMEDOUT`: no answer at all, though the SYN was repeated. Linux gives up after one to two
///   minutes, by its version.
/// - `ENETUNREACH`, `EHOSTUNREACH`: there is no way to that address.
/// - `EADDRNOTAVAIL`: no ephemeral port is left. Close connections; those in TIME_WAIT end by
///   themselves.
/// - `EINTR`: a handler without `SA_RESTART` ran while you waited (if the socket has a send
///   timeout, any handler: signal(7)). The handshake goes on without you. Do not take it for a
///   failure: wait with `poll` until the socket is writable, then read `SO_ERROR`.
/// - `EINPROGRESS`: the SYN is sent, the answer is not there yet, and the socket is non-blocking or
///   its send timeout is over. Wait as after `EINTR`.
/// - `EALREADY`: an earlier `connect` on this socket is still under way.
/// - `EISCONN`: the socket is connected already; on Linux also: it is a listener.
/// - `EAFNOSUPPORT`: the address is of another family than the socket.
/// - `EBADF`, `ENOTSOCK`: not open, or not a socket.
///
/// See connect(2).
pub unsafe fn connect(fd: RawFd, address: *const sockaddr, length: socklen_t) -> io::Result<()> {
    // SAFETY: the caller promises `length` readable bytes, and the kernel only reads them.
    cvt(unsafe { libc::connect(fd, address, length) })?;
    Ok(())
}

/// Two calls: `socket`, `connect`. A descriptor with a server at the other end.
///
/// # Errors
///
/// As for `socket` and [`connect`]. If `connect` fails, the descriptor is closed, and with it ends
/// a handshake that `EINTR` has left under way.
pub fn connect_to(address: SocketAddrV4) -> io::Result<RawFd> {
    let fd = socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    let address = sockaddr_in(address);
    let length = size_of_val(&address) as socklen_t;
    // SAFETY: `length` is the size of `address`, which lives until after the call.
    let connected = unsafe { connect(fd, (&raw const address).cast(), length) };
    // SAFETY: `socket` has just opened `fd`, and nobody else has heard of it.
    connected.map_err(|error| unsafe { give_up(fd, error) })?;
    Ok(fd)
}
