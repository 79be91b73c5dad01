//! The same calls through std.
//!
//! A [`TcpStream`] closes its descriptor on drop, and looks at no error.
//!
//! `SO_LINGER` is not in stable Rust (1.95). This is where to drop a layer for a single call:
//! socket2's [`SockRef`] borrows the descriptor and gives it all methods of a `Socket`.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use socket2::SockRef;

/// `close(fd)`: give a descriptor back to the kernel.
///
/// The stream is used up: a second `close(stream)` does not compile.
///
/// ```compile_fail,E0382
/// let stream = std::net::TcpStream::connect("127.0.0.1:9000")?;
/// step06_close::with_std::close(stream);
/// step06_close::with_std::close(stream);
/// # std::io::Result::Ok(())
/// ```
pub fn close(stream: TcpStream) {
    drop(stream);
}

/// `shutdown(fd, how)`: end one direction of the connection, or both. The descriptor stays open.
///
/// `how` is `Shutdown::Write`, `Read` or `Both`.
///
/// # Errors
///
/// `ENOTCONN`: there is no connection, or the peer has reset it: then only dropping is left.
/// The others as for [`with_libc::shutdown`](crate::with_libc::shutdown).
pub fn shutdown(stream: &TcpStream, how: Shutdown) -> io::Result<()> {
    stream.shutdown(how)
}

/// `fcntl(fd, F_DUPFD_CLOEXEC, 3)`: a second descriptor for the same socket.
///
/// Like `dup`, but the copy has close-on-exec, and an owner of its own. Its number is at least 3:
/// std lets no copy take the place of standard input, output or error.
///
/// # Errors
///
/// `EMFILE`: the table of open files is full; drop something first.
/// The others as for [`with_libc::dup`](crate::with_libc::dup).
pub fn try_clone(stream: &TcpStream) -> io::Result<TcpStream> {
    stream.try_clone()
}

/// `setsockopt(fd, SOL_SOCKET, SO_LINGER, linger, len)`: say what `close` does with unsent bytes.
///
/// std lends its descriptor to socket2 for this one call. The stream stays the owner.
///
/// # Errors
///
/// As for [`with_socket2::set_linger`](crate::with_socket2::set_linger).
pub fn set_linger(stream: &TcpStream, linger: Option<Duration>) -> io::Result<()> {
    SockRef::from(stream).set_linger(linger)
}
