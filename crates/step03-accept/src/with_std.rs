//! The same call through std.
//!
//! std has two types where the kernel has one: a [`TcpListener`] can only accept, and a
//! [`TcpStream`] can only talk. Either closes its descriptor when it is dropped.
//! To read from a listener by mistake does not compile:
//!
//! ```compile_fail,E0599
//! use std::io::Read;
//! let mut listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//! listener.read(&mut [0; 64])?;
//! # std::io::Result::Ok(())
//! ```
//!
//! std adds close-on-exec (`accept4` on Linux), and it calls again when a signal ends the wait
//! (`EINTR`). It passes on every other error, `EMFILE` among them: a loop that only prints and
//! goes on will spin.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};

/// `accept4(fd, addr, len, SOCK_CLOEXEC)`: take one connection, its handshake complete, off the
/// listener's queue, however many signals arrive.
///
/// # Errors
///
/// `EMFILE`: no descriptor is free, and the connection stays on the queue. Drop something or pause.
/// `ECONNABORTED`: call again.
/// The others as for [`with_libc::accept`](crate::with_libc::accept), without `EINTR`.
pub fn accept(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    listener.accept()
}

/// `getpeername(fd, addr, len)`: ask for the address of the other end, of whatever family.
///
/// # Errors
///
/// `ENOTCONN`: the peer has reset the connection.
/// The others as for [`with_libc::getpeername`](crate::with_libc::getpeername).
pub fn peer_address(stream: &TcpStream) -> io::Result<SocketAddr> {
    stream.peer_addr()
}
