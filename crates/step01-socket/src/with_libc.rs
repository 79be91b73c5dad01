//! The raw call.
//!
//! The crate `libc` is the C library's own functions, declared in Rust. It adds nothing:
//!
//! - A descriptor is a bare number ([`RawFd`]). Nobody owns it, and nobody closes it for you.
//! - Failure is the return value -1. The reason is in `errno`, one variable for each thread,
//!   and the next call that fails writes over it.
//! - No flag is set that you did not pass.

use std::io;
use std::os::fd::RawFd;

use libc::c_int;

/// `socket(domain, type, protocol)`: ask the kernel for a socket and get a descriptor.
///
/// `domain` is `libc::AF_INET`, `AF_INET6`, `AF_UNIX`, ….
/// `type_` is `libc::SOCK_STREAM`, `SOCK_DGRAM`, …; on Linux it also carries the flags
/// `SOCK_CLOEXEC` and `SOCK_NONBLOCK`, joined by `|`.
/// `protocol` is 0 for the usual one, or for instance `libc::IPPROTO_TCP`.
///
/// This function spells out what every C call needs: look for -1, and read errno at once.
/// All other calls of the course leave that to [`cvt`].
///
/// The descriptor is open until you close it. It stays open across `execve`.
///
/// # Errors
///
/// - `EAFNOSUPPORT`: this kernel does not know the address family. Without IPv6, go on with IPv4.
/// - `EPROTONOSUPPORT`: the family knows the type, but not with this protocol: a stream over UDP.
///   Pass 0.
/// - `EINVAL`: on Linux, a number that is no type, no flag or no protocol at all.
/// - `ESOCKTNOSUPPORT`: the type exists, but not in this family.
/// - `EACCES`, `EPERM`: this kind of socket needs a privilege, as `SOCK_RAW` does.
/// - `EMFILE`, `ENFILE`: the table of open files is full, of this process or of the whole system.
///   Close what is done; to call again at once fails again.
///
/// See socket(2).
pub fn socket(domain: c_int, type_: c_int, protocol: c_int) -> io::Result<RawFd> {
    // SAFETY: `socket` takes three numbers by value and touches no memory of ours.
    let fd = unsafe { libc::socket(domain, type_, protocol) };
    if fd == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(fd)
}

/// What a C call returned, as a Rust result: -1 becomes the error that errno names.
///
/// Call it on the very value the C function returned, with no other call in between:
/// [`io::Error::last_os_error`] reads errno, and any call may change errno.
/// Of a -1 that came from anywhere else it makes the error of some earlier call.
///
/// It serves every call of the course: those that return a C `int` (a descriptor, or 0)
/// and those that return an `ssize_t` (a number of bytes).
///
/// # Errors
///
/// The value of errno, if `result` is -1.
pub fn cvt<T: PartialEq + From<i8>>(result: T) -> io::Result<T> {
    if result == T::from(-1) {
        return Err(io::Error::last_os_error());
    }
    Ok(result)
}
