//! The same calls through std.
//!
//! A [`TcpStream`] reads and writes like a file, through the traits `Read` and `Write`.
//! Behind `write` is `send` with `MSG_NOSIGNAL`: a peer that is gone is an error, never a signal.
//! Behind `read` is `recv` with flags 0.
//!
//! `read` and `write` are one call each: no loop, and no retry after a signal.
//! The loop, with the retry, is in `write_all`.
//! Dropping the stream closes it.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// `send(fd, buf, len, MSG_NOSIGNAL)`: copy bytes into the kernel's send buffer.
///
/// Returns how many bytes were taken, perhaps not all.
///
/// # Errors
///
/// `EPIPE`, `ECONNRESET`: the peer is gone, and only closing is left; `SIGPIPE` never comes.
/// `EINTR`: call again. The others as for [`with_libc::send`](crate::with_libc::send).
pub fn write(mut stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    stream.write(bytes)
}

/// `recv(fd, buf, len, 0)`: copy bytes that have arrived out of the kernel's receive buffer.
///
/// Returns how many were written to the front of `buffer`: only `buffer[..n]` is new.
/// 0 means that the peer will send no more.
///
/// # Errors
///
/// `ECONNRESET`: the peer has thrown the connection away. `EAGAIN`: nothing yet; it is not the end.
/// `EINTR`: call again. The others as for [`with_libc::recv`](crate::with_libc::recv).
pub fn read(mut stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    stream.read(buffer)
}

/// `send(fd, buf, len, MSG_NOSIGNAL)` again and again, until the kernel has taken all bytes.
///
/// After a signal (`EINTR`) it goes on by itself.
///
/// # Errors
///
/// The first other error of [`write()`]. How many bytes were taken before, it does not say:
/// after an error the stream is only good for closing.
pub fn write_all(mut stream: &TcpStream, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)
}
