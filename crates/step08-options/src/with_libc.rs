//! The raw calls, and a few typed helpers on top.
//!
//! C passes a pointer without a type, and a length. Whether both fit the option, nobody checks
//! before the kernel does, and the kernel can only look at the length.

use std::io;
use std::os::fd::RawFd;

use libc::{IPPROTO_TCP, SO_ERROR, SO_KEEPALIVE, SOL_SOCKET, TCP_KEEPCNT, TCP_KEEPINTVL};
use libc::{c_int, c_void, socklen_t, timeval};
use step01_socket::with_libc::cvt;

#[cfg(target_vendor = "apple")]
pub use libc::TCP_KEEPALIVE as TCP_KEEPIDLE; // Apple systems have another name for it.
#[cfg(not(target_vendor = "apple"))]
pub use libc::TCP_KEEPIDLE;

/// `getsockopt(fd, level, optname, optval, optlen)`: ask for the value of an option.
///
/// `length` is a *value-result* argument. In: how many bytes there is room for. Out: how many the
/// kernel wrote. A value that has more is cut off, without an error.
///
/// # Safety
///
/// `length` must point to a `socklen_t`, and that many bytes must be writable at `value`.
///
/// # Errors
///
/// - `ENOPROTOOPT`: this level has no such option, or none that can be read.
/// - `EOPNOTSUPP`: this socket has no such level, as a UDP socket has no `IPPROTO_TCP`.
/// - `EINVAL`: the length does not fit the option.
/// - `EBADF`, `ENOTSOCK`: not open, or not a socket.
///
/// See getsockopt(2).
pub unsafe fn getsockopt(
    fd: RawFd,
    level: c_int,
    name: c_int,
    value: *mut c_void,
    length: *mut socklen_t,
) -> io::Result<()> {
    // SAFETY: the caller promises `*length` writable bytes, and the kernel writes no more.
    cvt(unsafe { libc::getsockopt(fd, level, name, value, length) })?;
    Ok(())
}

/// `setsockopt(fd, level, optname, optval, optlen)`: change the value of an option.
///
/// Some values are taken as a wish: the kernel may round them or cut them, and reports no error.
/// [`getsockopt`] tells what became of them.
///
/// # Safety
///
/// `length` bytes must be readable at `value`.
///
/// # Errors
///
/// - `ENOPROTOOPT`: no such option, or none that can be set, or no such level.
/// - `EINVAL`: fewer bytes than the option has, or a value that it cannot have.
/// - `EDOM`: a number of microseconds that is a second or more.
/// - `EPERM`: this option needs a privilege, as `SO_MARK` does.
/// - `EBADF`, `ENOTSOCK`: not open, or not a socket.
///
/// See setsockopt(2).
pub unsafe fn setsockopt(
    fd: RawFd,
    level: c_int,
    name: c_int,
    value: *const c_void,
    length: socklen_t,
) -> io::Result<()> {
    // SAFETY: the caller promises `length` readable bytes, and the kernel only reads them.
    cvt(unsafe { libc::setsockopt(fd, level, name, value, length) })?;
    Ok(())
}

/// [`getsockopt`] with an `int`, as most options have. On and off are 1 and 0.
///
/// Errors as for [`getsockopt`].
pub fn get_int(fd: RawFd, level: c_int, name: c_int) -> io::Result<c_int> {
    let mut value = 0;
    let mut length = size_of_val(&value) as socklen_t;
    // SAFETY: `length` is the size of `value`, and whatever bytes the kernel writes are an int.
    unsafe { getsockopt(fd, level, name, (&raw mut value).cast(), &raw mut length) }?;
    Ok(value)
}

/// [`setsockopt`] with an `int`, as most options have. On and off are 1 and 0.
///
/// Errors as for [`setsockopt`].
pub fn set_int(fd: RawFd, level: c_int, name: c_int, value: c_int) -> io::Result<()> {
    let length = size_of_val(&value) as socklen_t;
    // SAFETY: `length` is the size of `value`, which lives until after the call.
    unsafe { setsockopt(fd, level, name, (&raw const value).cast(), length) }
}

/// [`getsockopt`] with a `struct timeval`: `name` is `libc::SO_RCVTIMEO` or `SO_SNDTIMEO`.
///
/// Errors as for [`getsockopt`].
pub fn get_timeout(fd: RawFd, name: c_int) -> io::Result<timeval> {
    let mut limit = timeval {
        tv_sec: 0,
        tv_usec: 0,
    };
    let mut length = size_of_val(&limit) as socklen_t;
    let value = (&raw mut limit).cast();
    // SAFETY: `length` is the size of `limit`, and whatever bytes the kernel writes are two integers.
    unsafe { getsockopt(fd, SOL_SOCKET, name, value, &raw mut length) }?;
    Ok(limit)
}

/// [`setsockopt`] with a `struct timeval`: how long `recv` (`SO_RCVTIMEO`) or `send`
/// (`SO_SNDTIMEO`) waits at most. Zero seconds and zero microseconds mean: for ever.
///
/// Errors as for [`setsockopt`].
pub fn set_timeout(fd: RawFd, name: c_int, limit: timeval) -> io::Result<()> {
    let length = size_of_val(&limit) as socklen_t;
    // SAFETY: `length` is the size of `limit`, which lives until after the call.
    unsafe { setsockopt(fd, SOL_SOCKET, name, (&raw const limit).cast(), length) }
}

/// Four calls: `SO_KEEPALIVE` on, then `TCP_KEEPIDLE`, `TCP_KEEPINTVL` and `TCP_KEEPCNT`.
///
/// After `idle` seconds without a byte from the peer the kernel asks it for a sign of life, then
/// every `interval` seconds. After `count` questions without an answer the connection is over:
/// `recv` and `send` fail with `ETIMEDOUT`.
///
/// # Errors
///
/// As for [`setsockopt`]: `EINVAL` if a value is 0 or too large.
///
/// See tcp(7).
pub fn set_keepalive(fd: RawFd, idle: c_int, interval: c_int, count: c_int) -> io::Result<()> {
    set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1)?;
    set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle)?;
    set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, interval)?;
    set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, count)
}

/// `getsockopt(fd, SOL_SOCKET, SO_ERROR, …)`: take the error that waits in the socket, if there is
/// one. Reading it clears it: the next reader finds none.
///
/// # Errors
///
/// As for [`getsockopt`]: the outer result is about the call, the inner value about the socket.
pub fn take_error(fd: RawFd) -> io::Result<Option<io::Error>> {
    let errno = get_int(fd, SOL_SOCKET, SO_ERROR)?;
    Ok((errno != 0).then(|| io::Error::from_raw_os_error(errno)))
}
