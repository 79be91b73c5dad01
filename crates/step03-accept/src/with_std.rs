//! The same call through std.
//!
//! std has two types where the kernel has one: a [`TcpListener`] can only accept, and a
//! [`TcpStream`] can only talk.
//! To read from a listener by mistake is not an error at run time; it does not compile.
//!
//! std adds close-on-exec (`accept4` on Linux), and it calls again when a signal ends the wait
//! (`EINTR`). It passes on every other error, `EMFILE` among them: a loop that only prints and
//! goes on will spin.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};

/// `accept4(fd, addr, len, SOCK_CLOEXEC)`: take one finished connection off the queue, however many
/// signals arrive.
///
/// # Errors
///
/// As for [`with_libc::accept`](crate::with_libc::accept), without `EINTR`.
pub fn accept(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    listener.accept()
}

/// `getpeername(fd, addr, len)`: ask for the address of the other end, of whatever family.
///
/// # Errors
///
/// As for [`with_libc::getpeername`](crate::with_libc::getpeername).
pub fn peer_address(stream: &TcpStream) -> io::Result<SocketAddr> {
    stream.peer_addr()
}
