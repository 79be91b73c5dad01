//! The raw calls. Closing by hand is the lesson.
//!
//! A number does not know whether it is open.
//! Forget to close it, and it stays open until the process ends.
//! Close it twice, and the second `close` may hit a socket that got the same number since.
//! Nothing here protects from either: as step 2 says, a bare number is trusted. `close` is the call
//! that can harm most by it: it closes whatever has the number now, and an owner elsewhere does not
//! learn of it. The other layers take the owner itself.

use std::io;
use std::os::fd::RawFd;

use libc::{SOL_SOCKET, c_int, socklen_t};
use step01_socket::with_libc::cvt;

#[cfg(not(target_vendor = "apple"))]
use libc::SO_LINGER;
// On Apple systems SO_LINGER counts clock ticks; this is the one that counts seconds.
#[cfg(target_vendor = "apple")]
use libc::SO_LINGER_SEC as SO_LINGER;

/// `close(fd)`: give a descriptor back to the kernel.
///
/// If it was the last one of its connection, the connection ends: with a FIN, or with a RST if
/// received bytes were left unread. The call does not wait for either, unless `SO_LINGER` says so.
///
/// # Errors
///
/// - `EBADF`: not open. Closed twice, most likely; had the number been given out again in between,
///   there would be no error, and another socket closed.
/// - `EINTR`: a signal handler ran, installed with `SA_RESTART` or without. On Linux the descriptor
///   is closed all the same: do not call again, the number may be someone else's by now.
///
/// See close(2).
pub fn close(fd: RawFd) -> io::Result<()> {
    // SAFETY: `close` takes a number by value, which is trusted, and touches no memory of ours.
    cvt(unsafe { libc::close(fd) })?;
    Ok(())
}

/// `shutdown(fd, how)`: end one direction of the connection, or both. The descriptor stays open.
///
/// `how` is one of:
///
/// - `libc::SHUT_WR`: a FIN after all that was sent. A `send` from now on fails with `EPIPE`.
/// - `libc::SHUT_RD`: a `recv` that finds nothing returns 0. The peer is not told.
/// - `libc::SHUT_RDWR`: both. A thread that waits in `recv` wakes up, which `close` does not do.
///
/// # Errors
///
/// - `ENOTCONN`: there is no connection, or none any more: the peer has reset it.
/// - `EINVAL`: no such `how`.
/// - `EBADF`, `ENOTSOCK`: not open, or not a socket.
///
/// See shutdown(2).
pub fn shutdown(fd: RawFd, how: c_int) -> io::Result<()> {
    // SAFETY: `shutdown` takes two numbers by value and touches no memory of ours.
    cvt(unsafe { libc::shutdown(fd, how) })?;
    Ok(())
}

/// `dup(fd)`: a second descriptor for the same socket.
///
/// Both are equal. The connection ends when both are closed, or when one of them is shut down.
/// The copy stays open across `execve`, even if `fd` would not.
///
/// # Errors
///
/// - `EBADF`: not open.
/// - `EMFILE`: the table of open files is full. Close something first.
///
/// See dup(2).
pub fn dup(fd: RawFd) -> io::Result<RawFd> {
    // SAFETY: `dup` takes a number by value and touches no memory of ours.
    cvt(unsafe { libc::dup(fd) })
}

/// `setsockopt(fd, SOL_SOCKET, SO_LINGER, linger, len)`: say what `close` does with unsent bytes.
///
/// - `None`, as every socket begins: `close` returns at once, and the kernel sends the rest.
/// - `Some(0)`: `close` throws the rest away and resets the connection.
/// - `Some(n)`: `close` waits until the peer has confirmed everything, `n` seconds at most. Linux
///   does not refuse a negative number.
///
/// # Errors
///
/// `EBADF`, `ENOTSOCK`: not open, or not a socket.
///
/// See socket(7). Step 8 is about `setsockopt` itself.
pub fn set_linger(fd: RawFd, seconds: Option<c_int>) -> io::Result<()> {
    let linger = libc::linger {
        l_onoff: seconds.is_some().into(),
        l_linger: seconds.unwrap_or(0),
    };
    let (value, length) = (
        (&raw const linger).cast(),
        size_of_val(&linger) as socklen_t,
    );
    // SAFETY: `length` is the size of `linger`, which lives until after the call.
    cvt(unsafe { libc::setsockopt(fd, SOL_SOCKET, SO_LINGER, value, length) })?;
    Ok(())
}
