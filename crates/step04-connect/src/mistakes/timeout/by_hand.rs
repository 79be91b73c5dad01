//! What socket2's and std's `connect_timeout` do, by hand: `connect` does not wait, `poll` does.
//!
//! Non-blocking sockets are step 13, poll is step 15.

use std::io;
use std::os::fd::RawFd;
use std::time::Duration;

use libc::{c_int, c_short, socklen_t};
use step01_socket::with_libc::cvt;

/// Runs `connect` on the socket `fd` and waits for its end no longer than `limit`.
///
/// If the time is over the error has the kind `TimedOut` and no errno: it is not the kernel's.
/// The handshake may go on; closing the socket ends it.
pub(super) fn within(
    limit: Duration,
    fd: RawFd,
    connect: impl FnOnce() -> io::Result<()>,
) -> io::Result<()> {
    // SAFETY: F_GETFL takes a number and returns one, and touches no memory of ours.
    let flags = cvt(unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
    // SAFETY: F_SETFL takes two numbers by value, and touches no memory of ours.
    cvt(unsafe { libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK) })?;
    match connect() {
        // The SYN is sent, and connect has not waited for the answer.
        Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => {
            wait_writable(limit, fd)?;
            pending_error(fd)?;
        }
        result => result?,
    }
    // SAFETY: F_SETFL takes two numbers by value, and touches no memory of ours.
    cvt(unsafe { libc::fcntl(fd, libc::F_SETFL, flags) })?;
    Ok(())
}

/// A connecting socket becomes writable when connect is over, well or badly.
fn wait_writable(limit: Duration, fd: RawFd) -> io::Result<()> {
    match poll(fd, libc::POLLOUT, limit.as_millis() as c_int)? {
        0 => Err(io::ErrorKind::TimedOut.into()),
        _ => Ok(()),
    }
}

/// A listener is readable when a connection stands in its queue. Waits for that, without a limit.
pub(super) fn wait_until_queued(listener: RawFd) -> io::Result<()> {
    poll(listener, libc::POLLIN, -1)?;
    Ok(())
}

/// `poll(fds, 1, milliseconds)`: how many of the one descriptor are ready, 0 when the time is over.
fn poll(fd: RawFd, events: c_short, milliseconds: c_int) -> io::Result<c_int> {
    let mut entry = libc::pollfd {
        fd,
        events,
        revents: 0,
    };
    // SAFETY: `entry` is one pollfd, as the 1 says, and lives until after the call.
    cvt(unsafe { libc::poll(&raw mut entry, 1, milliseconds) })
}

/// `getsockopt(SO_ERROR)`: how connect ended. 0 is success.
fn pending_error(fd: RawFd) -> io::Result<()> {
    let mut error: c_int = 0;
    let mut length = size_of_val(&error) as socklen_t;
    let option = (libc::SOL_SOCKET, libc::SO_ERROR);
    let value = (&raw mut error).cast();
    // SAFETY: `length` is the size of `error`, where `value` points, and both live until after the call.
    cvt(unsafe { libc::getsockopt(fd, option.0, option.1, value, &raw mut length) })?;
    match error {
        0 => Ok(()),
        errno => Err(io::Error::from_raw_os_error(errno)),
    }
}
