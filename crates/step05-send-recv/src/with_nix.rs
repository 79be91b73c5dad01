//! The same calls, typed.
//!
//! Flags are a [`MsgFlags`], so a flag of `open` or `poll` does not fit.
//! Otherwise nothing is added: no flag, no retry, no loop.
//!
//! nix's own `read` and `write` borrow the descriptor, its `send` and `recv` take a bare number.
//! The functions here borrow it in each case. The owner closes it when it is dropped.

use std::os::fd::{AsFd, AsRawFd};

use nix::errno::Errno;
use nix::sys::socket::{self, MsgFlags};
use nix::unistd;

/// `send(fd, buf, len, flags)`: copy bytes into the kernel's send buffer.
///
/// Returns how many bytes were taken, perhaps not all.
/// `flags` is `MsgFlags::empty()`, `MSG_NOSIGNAL`, ….
///
/// # Errors
///
/// `EPIPE`, `ECONNRESET`: the peer is gone, and only closing is left. `EINTR`: call again.
/// The others as for [`with_libc::send`](crate::with_libc::send), as an `Errno`.
pub fn send(fd: impl AsFd, bytes: &[u8], flags: MsgFlags) -> nix::Result<usize> {
    socket::send(fd.as_fd().as_raw_fd(), bytes, flags)
}

/// `recv(fd, buf, len, flags)`: copy bytes that have arrived out of the kernel's receive buffer.
///
/// Returns how many were written to the front of `buffer`. 0 means that the peer will send no more.
///
/// # Errors
///
/// `ECONNRESET`: the peer has thrown the connection away. `EAGAIN`: nothing yet; it is not the end.
/// `EINTR`: call again.
/// The others as for [`with_libc::recv`](crate::with_libc::recv), as an `Errno`.
pub fn recv(fd: impl AsFd, buffer: &mut [u8], flags: MsgFlags) -> nix::Result<usize> {
    socket::recv(fd.as_fd().as_raw_fd(), buffer, flags)
}

/// `write(fd, buf, len)`: `send` without flags, for descriptors of every kind.
///
/// # Errors
///
/// As for [`send`], of a socket.
pub fn write(fd: impl AsFd, bytes: &[u8]) -> nix::Result<usize> {
    unistd::write(fd, bytes)
}

/// `read(fd, buf, len)`: `recv` without flags, for descriptors of every kind.
///
/// # Errors
///
/// As for [`recv`], of a socket.
pub fn read(fd: impl AsFd, buffer: &mut [u8]) -> nix::Result<usize> {
    unistd::read(fd, buffer)
}

/// [`send`] again and again, until the kernel has taken all of `bytes`. nix has no such function.
///
/// # Errors
///
/// The first error of [`send`], `EINTR` and `EAGAIN` among them, and how many bytes had been taken
/// before: `&bytes[sent..]` is what is left.
pub fn send_all(fd: impl AsFd, bytes: &[u8], flags: MsgFlags) -> Result<(), (usize, Errno)> {
    let mut sent = 0;
    while sent < bytes.len() {
        sent += send(&fd, &bytes[sent..], flags).map_err(|errno| (sent, errno))?;
    }
    Ok(())
}
