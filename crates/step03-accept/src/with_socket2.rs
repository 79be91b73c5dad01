//! The same call on an owned socket.
//!
//! [`Socket::accept`] returns a new [`Socket`], closed on drop, and the client's address.
//! It adds close-on-exec: on Linux and the BSDs by calling `accept4`, on macOS in a second call.
//! It does not add a retry: a handler without `SA_RESTART` ends the wait with `EINTR`.
//!
//! [`Socket::accept_raw`] is plain `accept`.

use std::io;

use socket2::{SockAddr, Socket};

/// `accept4(fd, addr, len, SOCK_CLOEXEC)`: take one connection, its handshake complete, off the
/// listener's queue, for this program only.
///
/// The address is of the listener's family; `as_socket` turns it into std's `SocketAddr`.
///
/// # Errors
///
/// `EMFILE`: no descriptor is free, and the connection stays on the queue. Drop something or pause.
/// `ECONNABORTED`, `EINTR`: call again.
/// The others as for [`with_libc::accept`](crate::with_libc::accept).
pub fn accept(listener: &Socket) -> io::Result<(Socket, SockAddr)> {
    listener.accept()
}

/// `accept(fd, addr, len)`: the same with nothing added.
///
/// The new socket is still owned and closed on drop, but it stays open across `execve`.
///
/// # Errors
///
/// As for [`accept`].
pub fn accept_raw(listener: &Socket) -> io::Result<(Socket, SockAddr)> {
    listener.accept_raw()
}

/// `getpeername(fd, addr, len)`: ask for the address of the other end, of whatever family.
///
/// # Errors
///
/// `ENOTCONN`: a listener, or the peer has reset the connection.
/// The others as for [`with_libc::getpeername`](crate::with_libc::getpeername).
pub fn peer_address(socket: &Socket) -> io::Result<SockAddr> {
    socket.peer_addr()
}
