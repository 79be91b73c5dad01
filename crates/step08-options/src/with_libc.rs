//! The raw calls, and a few typed helpers on top.
//!
//! C passes a pointer without a type, and a length. Whether both fit the option, nobody checks
//! before the kernel does, and the kernel can only look at the length. What the length counts is up to
//! the option: see [`getsockopt`].
//!
//! The helpers are safe to call with any number for a level and a name.

mod bytes;
mod timeout;

use std::io;
use std::os::fd::RawFd;

use libc::{IPPROTO_TCP, SO_ERROR, SO_KEEPALIVE, SOL_SOCKET, TCP_KEEPCNT, TCP_KEEPINTVL};
use libc::{c_int, c_void, socklen_t};
use step01_socket::with_libc::cvt;

use bytes::{BEHIND, in_bytes, no_int};

pub use timeout::{get_timeout, set_timeout};

#[cfg(target_vendor = "apple")]
pub use libc::TCP_KEEPALIVE as TCP_KEEPIDLE; // Apple systems have another name for it.
#[cfg(not(target_vendor = "apple"))]
pub use libc::TCP_KEEPIDLE;

/// `getsockopt(fd, level, optname, optval, optlen)`: ask for the value of an option.
///
/// `length` is a *value-result* argument. In: how many bytes there is room for. Out: how many were
/// written; of `NETLINK_LIST_MEMBERSHIPS`, how many there are. Mostly a value that has more bytes than
/// there is room for is cut off, without an error.
///
/// # Safety
///
/// `length` must point to a `socklen_t`, and what the kernel writes must find room at `value`. That is
/// `*length` bytes, but not for every option. Linux has these exceptions:
///
/// - `SO_GET_FILTER`, which is `SO_ATTACH_FILTER` read: `*length` counts instructions of eight bytes, in
///   and out.
/// - `IP_MSFILTER`, `MCAST_MSFILTER`: behind the structure stand addresses, as many as the value itself
///   says before the call.
/// - `TCP_AO_GET_KEYS` (by the kernel's sources, `net/ipv4/tcp_ao.c`): likewise, and `*length` is the size
///   of one of them.
///
/// Where a value has pointers in it, as that of `TCP_ZEROCOPY_RECEIVE` has (`linux/tcp.h`), what they lead to
/// must be the caller's to give away, too.
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
    // SAFETY: the caller promises room for what this option writes.
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
/// `length` bytes must be readable at `value`. Where they have a pointer in them, as the value of
/// `SO_ATTACH_FILTER` has, so must be what it leads to.
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
    // SAFETY: the caller promises what the kernel reads of this option's value, and it only reads.
    cvt(unsafe { libc::setsockopt(fd, level, name, value, length) })?;
    Ok(())
}

/// [`getsockopt`] with an `int`, as most options have. On and off are 1 and 0.
///
/// Of a value that is longer than an `int`, that is the first four bytes.
///
/// # Errors
///
/// As for [`getsockopt`], and without an errno:
///
/// - `InvalidData`: the value is not as long as an `int`.
/// - `InvalidInput`, before any call: `SO_GET_FILTER`, whose length does not count bytes.
pub fn get_int(fd: RawFd, level: c_int, name: c_int) -> io::Result<c_int> {
    in_bytes(level, name)?;
    // More room than the kernel is told of: not every option keeps to its length.
    let mut room = [0; 1 + BEHIND / size_of::<c_int>()];
    let mut length = size_of::<c_int>() as socklen_t;
    // SAFETY: the length counts bytes, and behind these four there are more than any option is known to
    // add. The value is 0 before the call, and whatever bytes the kernel writes are ints.
    unsafe { getsockopt(fd, level, name, room.as_mut_ptr().cast(), &raw mut length) }?;
    match length as usize == size_of::<c_int>() {
        true => Ok(room[0]),
        false => Err(no_int(length)),
    }
}

/// The most bytes of a value that [`get_bytes`] asks for.
const MOST: usize = 512;

/// [`getsockopt`] with as many bytes as the option has, 512 of them at most.
///
/// # Errors
///
/// As for [`getsockopt`], and `InvalidInput` for `SO_GET_FILTER`, whose length does not count bytes.
pub(crate) fn get_bytes(fd: RawFd, level: c_int, name: c_int) -> io::Result<Vec<u8>> {
    in_bytes(level, name)?;
    let mut room = vec![0_u8; MOST + BEHIND];
    let mut length = MOST as socklen_t;
    // SAFETY: the length counts bytes, and behind these there are more than any option is known to
    // add. The bytes are 0 before the call: there is no pointer in them, and no number of entries.
    unsafe { getsockopt(fd, level, name, room.as_mut_ptr().cast(), &raw mut length) }?;
    room.truncate(MOST.min(length as usize));
    Ok(room)
}

/// [`setsockopt`] with an `int`, as most options have. On and off are 1 and 0.
///
/// Errors as for [`setsockopt`].
pub fn set_int(fd: RawFd, level: c_int, name: c_int, value: c_int) -> io::Result<()> {
    let length = size_of_val(&value) as socklen_t;
    // SAFETY: `length` is the size of `value`, which lives until after the call; no option has a pointer
    // in an `int`.
    unsafe { setsockopt(fd, level, name, (&raw const value).cast(), length) }
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
