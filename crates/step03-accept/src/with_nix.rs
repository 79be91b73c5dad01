//! The same calls, almost raw.
//!
//! nix types the arguments, but `accept` is older than its use of [`OwnedFd`]: it takes a number
//! and returns a number.
//! So the functions here borrow the listener, and make the owner of the connection themselves, on
//! the line after. The owner closes the connection when it is dropped.
//!
//! nix passes null for the address and its length: who called must be asked afterwards.
//! Close-on-exec is not set, and a handler without `SA_RESTART` ends the wait with `EINTR`.

use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

use nix::sys::socket::{self, SockaddrIn};

/// `accept(fd, NULL, NULL)`: take one connection, its handshake complete, off the listener's queue.
///
/// The client's address is thrown away. [`peer_address`] can still ask for it, as long as the
/// connection lives.
///
/// # Errors
///
/// `EMFILE`: no descriptor is free, and the connection stays on the queue. Drop something or pause.
/// `ECONNABORTED`, `EINTR`: call again.
/// The others as for [`with_libc::accept`](crate::with_libc::accept), as an `Errno`.
pub fn accept(listener: impl AsFd) -> nix::Result<OwnedFd> {
    let fd = socket::accept(listener.as_fd().as_raw_fd())?;
    // SAFETY: the kernel has just opened `fd` for this call, so nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// `accept4(fd, NULL, NULL, flags)`: `accept`, with flags for the new descriptor.
///
/// `flags` is `SockFlag::empty()`, `SOCK_CLOEXEC`, `SOCK_NONBLOCK`, or both joined by `|`.
///
/// nix has it wherever the system has it; here it is Linux only.
///
/// # Errors
///
/// As for [`accept`].
#[cfg(target_os = "linux")]
pub fn accept4(listener: impl AsFd, flags: socket::SockFlag) -> nix::Result<OwnedFd> {
    let fd = socket::accept4(listener.as_fd().as_raw_fd(), flags)?;
    // SAFETY: the kernel has just opened `fd` for this call, so nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// `getpeername(fd, addr, len)`: ask for the address of the other end.
///
/// # Errors
///
/// `ENOTCONN`: a listener, or the peer has reset the connection.
/// `EINVAL`, from nix itself: the address is not an IPv4 one.
/// The others as for [`with_libc::getpeername`](crate::with_libc::getpeername), as an `Errno`.
pub fn peer_address(fd: impl AsFd) -> nix::Result<SockaddrIn> {
    socket::getpeername::<SockaddrIn>(fd.as_fd().as_raw_fd())
}
