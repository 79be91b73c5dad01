//! The raw calls.
//!
//! C passes a pointer and a length, and nothing makes sure that they fit. Here both come from one
//! slice, so these functions are safe to call. Nothing else is added: no flag, no retry, no loop.

use std::io;
use std::os::fd::RawFd;

use libc::c_int;
use step01_socket::with_libc::cvt;

/// `send(fd, buf, len, flags)`: copy bytes into the kernel's send buffer.
///
/// Waits while the buffer is full.
/// Returns how many bytes were taken: at least one, if there were any, and perhaps not all.
///
/// `flags` is 0, or `libc::MSG_NOSIGNAL` (no `SIGPIPE`), `MSG_DONTWAIT` (never wait), ….
/// With Linux's `MSG_ZEROCOPY`, which needs the option `SO_ZEROCOPY`, the kernel may still read
/// when `send` has returned: then it sends what stands in `bytes` by that time.
///
/// # Errors
///
/// - `ECONNRESET`: the peer has reset the connection: it closed and left something of ours unread.
///   A reset is reported once, by the first call that meets it. Only `close` is left.
/// - `EPIPE`: nothing can be sent any more. A reset was reported before; or the peer had closed,
///   and answered our last bytes with a reset; or we have shut our own side down. Without
///   `MSG_NOSIGNAL` the signal `SIGPIPE` comes first.
/// - `EAGAIN`: the buffer is full, and the socket is non-blocking or its send timeout is over. The
///   bytes are still yours: send them when there is room.
/// - `EINTR`: a handler without `SA_RESTART` ran before a single byte was taken (if the socket has
///   a send timeout, any handler: signal(7)). Nothing is lost: call again.
/// - `ENOTCONN`, on Linux `EPIPE`: a socket without a connection, a listener for instance.
/// - `EBADF`, `ENOTSOCK`: not open, or not a socket.
///
/// See send(2).
pub fn send(fd: RawFd, bytes: &[u8], flags: c_int) -> io::Result<usize> {
    // SAFETY: pointer and length are of one slice, and the kernel only reads from it.
    let sent = cvt(unsafe { libc::send(fd, bytes.as_ptr().cast(), bytes.len(), flags) })?;
    Ok(sent as usize)
}

/// `recv(fd, buf, len, flags)`: copy bytes that have arrived out of the kernel's receive buffer.
///
/// Waits until there is at least one. Returns how many were written to the front of `buffer`:
/// only `buffer[..n]` is new, what stands behind it is old. 0 means that the peer will send no more
/// (or that `buffer` is empty).
///
/// `flags` is 0, or `libc::MSG_PEEK` (leave the bytes there), `MSG_WAITALL` (wait for all of
/// `buffer`), `MSG_DONTWAIT` (never wait), ….
/// With `MSG_TRUNC` the number means something else on Linux: of a TCP connection so many bytes
/// were thrown away, and none written (tcp(7)); of a datagram it is the whole length, and may be
/// more than `buffer` has.
///
/// # Errors
///
/// - `ECONNRESET`: the peer has reset the connection. It is reported once; after it comes 0.
/// - `ENOTCONN`: a socket without a connection, a listener for instance.
/// - `EAGAIN`: nothing has arrived, and the socket is non-blocking or its receive timeout is over.
///   It is not the end.
/// - `EINTR`: a handler without `SA_RESTART` ran before a byte arrived (if the socket has a receive
///   timeout, any handler: signal(7)). Nothing is lost: call again.
/// - `ETIMEDOUT`: the peer's machine has stopped answering.
/// - `EBADF`, `ENOTSOCK`: not open, or not a socket.
///
/// See recv(2).
pub fn recv(fd: RawFd, buffer: &mut [u8], flags: c_int) -> io::Result<usize> {
    // SAFETY: pointer and length are of one slice, which is ours alone while the kernel writes.
    let count = cvt(unsafe { libc::recv(fd, buffer.as_mut_ptr().cast(), buffer.len(), flags) })?;
    Ok(count as usize)
}

/// `write(fd, buf, len)`: `send` without flags, for descriptors of every kind.
///
/// # Errors
///
/// As for [`send`], of a socket. There is no way to say `MSG_NOSIGNAL`.
///
/// See write(2).
pub fn write(fd: RawFd, bytes: &[u8]) -> io::Result<usize> {
    // SAFETY: pointer and length are of one slice, and the kernel only reads from it.
    let written = cvt(unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) })?;
    Ok(written as usize)
}

/// `read(fd, buf, len)`: `recv` without flags, for descriptors of every kind.
///
/// # Errors
///
/// As for [`recv`], of a socket.
///
/// See read(2).
pub fn read(fd: RawFd, buffer: &mut [u8]) -> io::Result<usize> {
    // SAFETY: pointer and length are of one slice, which is ours alone while the kernel writes.
    let count = cvt(unsafe { libc::read(fd, buffer.as_mut_ptr().cast(), buffer.len()) })?;
    Ok(count as usize)
}

/// [`send`] again and again, until the kernel has taken all of `bytes`.
///
/// # Errors
///
/// The first error of [`send`], `EINTR` and `EAGAIN` among them, and how many bytes had been taken
/// before. Without that number nobody could go on: `&bytes[sent..]` is what is left.
pub fn send_all(fd: RawFd, bytes: &[u8], flags: c_int) -> Result<(), (usize, io::Error)> {
    let mut sent = 0;
    while sent < bytes.len() {
        sent += send(fd, &bytes[sent..], flags).map_err(|error| (sent, error))?;
    }
    Ok(())
}
