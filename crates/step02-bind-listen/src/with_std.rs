//! The same job through std, in one function.
//!
//! `TcpListener::bind` is not `bind` alone. On Linux it makes four system calls:
//!
//! 1. `socket`, with close-on-exec.
//! 2. `setsockopt(SO_REUSEADDR)`: a restarted server gets its port back, though old connections of
//!    that port are still in TIME_WAIT. Not on Windows, where the option means something else.
//! 3. `bind`.
//! 4. `listen`, with a backlog of 128. The number is std's own choice, and not to be changed.
//!
//! Given a name or several addresses, it tries one after the other until one works.
//! Dropping the listener closes it.

use std::io;
use std::net::{SocketAddr, SocketAddrV4, TcpListener};

use crate::with_socket2;

/// `bind(fd, addr, len)` and `listen(fd, 128)`: a listener, ready for clients.
///
/// # Errors
///
/// `EADDRINUSE`: another socket listens here. The old connections of a server that was just stopped
/// are no reason for it, if that one had set `SO_REUSEADDR` too.
/// `EACCES`: the port needs a privilege; take a higher one.
/// The others as for [`with_libc::listen_on`](crate::with_libc::listen_on).
pub fn listen_on(address: SocketAddrV4) -> io::Result<TcpListener> {
    TcpListener::bind(address)
}

/// `listen(fd, backlog)`: std's listener with a backlog of your own.
///
/// std has no such call, so this drops a layer: socket2 makes the socket, binds it and listens,
/// and std becomes the owner of the descriptor.
/// What std would have added is then missing: there is no `SO_REUSEADDR`.
///
/// # Errors
///
/// As for [`with_socket2::listen_on`]: without the option, the old connections of a server that was
/// just stopped are a reason for `EADDRINUSE`.
pub fn listen_with(address: SocketAddrV4, backlog: i32) -> io::Result<TcpListener> {
    let listener = with_socket2::listen_on(address, backlog)?;
    Ok(TcpListener::from(listener))
}

/// `getsockname(fd, addr, len)`: ask for the listener's own address, of whatever family.
///
/// # Errors
///
/// `InvalidInput`, from std itself: made from a descriptor whose address is neither IPv4 nor IPv6.
/// The others as for [`with_libc::getsockname`](crate::with_libc::getsockname).
pub fn local_address(listener: &TcpListener) -> io::Result<SocketAddr> {
    listener.local_addr()
}
