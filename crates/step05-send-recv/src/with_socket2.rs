//! The same calls on an owned socket.
//!
//! `send` has flags 0 and never `MSG_NOSIGNAL`; to pass a flag there is `send_with_flags`.
//! `recv` takes a buffer that no one has filled yet, because the kernel is about to.
//!
//! A [`Socket`] is also std's `Read` and `Write`. Behind these are `recv` and `send` with flags 0,
//! not `read` and `write`. Dropping the socket closes it.

use std::io::{self, Read, Write};
use std::mem::MaybeUninit;

use socket2::Socket;

/// `send(fd, buf, len, 0)`: copy bytes into the kernel's send buffer.
///
/// Returns how many bytes were taken, perhaps not all.
///
/// # Errors
///
/// `EPIPE`, `ECONNRESET`: the peer is gone, and only closing is left. `EINTR`: call again.
/// The others as for [`with_libc::send`](crate::with_libc::send).
pub fn send(socket: &Socket, bytes: &[u8]) -> io::Result<usize> {
    socket.send(bytes)
}

/// `send(fd, buf, len, flags)`: the same with flags, in C's numbers: `libc::MSG_NOSIGNAL`, ….
///
/// # Errors
///
/// As for [`send`].
pub fn send_with_flags(socket: &Socket, bytes: &[u8], flags: i32) -> io::Result<usize> {
    socket.send_with_flags(bytes, flags)
}

/// `recv(fd, buf, len, 0)`: copy bytes that have arrived out of the kernel's receive buffer.
///
/// The buffer is memory without a value: `[MaybeUninit::uninit(); 4096]` costs nothing, where
/// `[0; 4096]` writes 4096 zeroes that nobody will read.
/// What comes back is the part that has a value now, as bytes: there is no way to read what stands
/// behind it. An empty slice means that the peer will send no more.
///
/// # Errors
///
/// `ECONNRESET`: the peer has thrown the connection away. `EAGAIN`: nothing yet; it is not the end.
/// `EINTR`: call again. The others as for [`with_libc::recv`](crate::with_libc::recv).
pub fn recv<'buffer>(
    socket: &Socket,
    buffer: &'buffer mut [MaybeUninit<u8>],
) -> io::Result<&'buffer [u8]> {
    let count = socket.recv(buffer)?;
    let received = &buffer[..count];
    // SAFETY: without flags, `count` is what the kernel has written to the front of `buffer`.
    Ok(unsafe { received.assume_init_ref() })
}

/// `recv(fd, buf, len, 0)` through `Read`: the same into bytes that have a value already.
///
/// Returns how many were written to the front of `buffer`. 0 means that the peer will send no more.
/// No `unsafe` is needed.
///
/// # Errors
///
/// As for [`recv`].
pub fn read(mut socket: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
    socket.read(buffer)
}

/// `send(fd, buf, len, 0)` through `Write`, again and again, until the kernel has taken all bytes.
///
/// After a signal (`EINTR`) it goes on by itself.
///
/// # Errors
///
/// The first other error of [`send`]. How many bytes were taken before, it does not say.
pub fn write_all(mut socket: &Socket, bytes: &[u8]) -> io::Result<()> {
    socket.write_all(bytes)
}
