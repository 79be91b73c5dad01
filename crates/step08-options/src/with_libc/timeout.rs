//! The two options whose value is a time.

use std::io::{self, ErrorKind};
use std::os::fd::RawFd;

use libc::{SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET, c_int, socklen_t, timeval};

use super::{getsockopt, setsockopt};

/// [`getsockopt`] with a `struct timeval`: `name` is `libc::SO_RCVTIMEO` or `SO_SNDTIMEO`.
///
/// Errors as for [`getsockopt`], and `InvalidInput` for another `name`, without a call.
pub fn get_timeout(fd: RawFd, name: c_int) -> io::Result<timeval> {
    is_a_time(name)?;
    let mut limit = timeval {
        tv_sec: 0,
        tv_usec: 0,
    };
    let mut length = size_of_val(&limit) as socklen_t;
    let value = (&raw mut limit).cast();
    // SAFETY: `length` is the size of `limit`, and these two options write a `timeval`, cut off there.
    unsafe { getsockopt(fd, SOL_SOCKET, name, value, &raw mut length) }?;
    Ok(limit)
}

/// [`setsockopt`] with a `struct timeval`: how long `recv` (`SO_RCVTIMEO`) or `send`
/// (`SO_SNDTIMEO`) waits at most. Zero seconds and zero microseconds mean: for ever.
///
/// With a limit any signal handler ends the wait with `EINTR`, also one that was installed with
/// `SA_RESTART` (signal(7)).
///
/// Errors as for [`setsockopt`], and `InvalidInput` for another `name`, without a call.
pub fn set_timeout(fd: RawFd, name: c_int, limit: timeval) -> io::Result<()> {
    is_a_time(name)?;
    let length = size_of_val(&limit) as socklen_t;
    // SAFETY: `length` is the size of `limit`, which lives until after the call; there is no pointer
    // in what these two options take.
    unsafe { setsockopt(fd, SOL_SOCKET, name, (&raw const limit).cast(), length) }
}

/// Refuses an option that is no time. `SO_ATTACH_FILTER` would take the same 16 bytes for a number and
/// a pointer, and the kernel would read whatever is there.
fn is_a_time(name: c_int) -> io::Result<()> {
    match name {
        SO_RCVTIMEO | SO_SNDTIMEO => Ok(()),
        _ => Err(io::Error::new(
            ErrorKind::InvalidInput,
            "of SOL_SOCKET, only SO_RCVTIMEO and SO_SNDTIMEO are times",
        )),
    }
}
