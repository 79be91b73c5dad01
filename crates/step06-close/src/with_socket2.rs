//! The same calls on an owned socket.
//!
//! A [`Socket`] closes its descriptor on drop, and looks at no error. There is no method `close`:
//! the end of a socket is the end of its variable.
//!
//! A copy is made with close-on-exec, as everything that socket2 makes.

use std::io;
use std::net::Shutdown;
use std::time::Duration;

use socket2::Socket;

/// `close(fd)`: give a descriptor back to the kernel.
///
/// The socket is used up: a second `close(socket)` does not compile.
///
/// ```compile_fail,E0382
/// let socket = socket2::Socket::from(std::net::TcpListener::bind("127.0.0.1:0")?);
/// step06_close::with_socket2::close(socket);
/// step06_close::with_socket2::close(socket);
/// # std::io::Result::Ok(())
/// ```
pub fn close(socket: Socket) {
    drop(socket);
}

/// `shutdown(fd, how)`: end one direction of the connection, or both. The descriptor stays open.
///
/// `how` is std's `Shutdown::Write`, `Read` or `Both`.
///
/// # Errors
///
/// `ENOTCONN`: there is no connection, or the peer has reset it: then only dropping is left.
/// The others as for [`with_libc::shutdown`](crate::with_libc::shutdown).
pub fn shutdown(socket: &Socket, how: Shutdown) -> io::Result<()> {
    socket.shutdown(how)
}

/// `fcntl(fd, F_DUPFD_CLOEXEC, 0)`: a second descriptor for the same socket.
///
/// Like `dup`, but the copy has close-on-exec, and an owner of its own.
///
/// # Errors
///
/// `EMFILE`: the table of open files is full; drop something first.
/// The others as for [`with_libc::dup`](crate::with_libc::dup).
pub fn try_clone(socket: &Socket) -> io::Result<Socket> {
    socket.try_clone()
}

/// `setsockopt(fd, SOL_SOCKET, SO_LINGER, linger, len)`: say what `close` does with unsent bytes.
///
/// As for [`with_libc::set_linger`](crate::with_libc::set_linger). The kernel counts whole seconds,
/// in a C `int`. socket2 cuts off what is less than a second, so 900 milliseconds are 0, a reset;
/// and what does not fit into the `int`, so 2³² seconds are 0 too.
///
/// # Errors
///
/// `ENOTSOCK`: made from a descriptor that is not a socket.
pub fn set_linger(socket: &Socket, linger: Option<Duration>) -> io::Result<()> {
    socket.set_linger(linger)
}
