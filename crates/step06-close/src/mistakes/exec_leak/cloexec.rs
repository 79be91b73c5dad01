//! `accept` for a descriptor that no other program inherits.

use std::io;
use std::os::fd::{OwnedFd, RawFd};

use step03_accept::{with_libc, with_nix};

/// `accept4(fd, NULL, NULL, SOCK_CLOEXEC)`
#[cfg(target_os = "linux")]
pub(super) fn accept_libc(listener: RawFd) -> io::Result<RawFd> {
    let (address, length) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: both pointers are null, so the kernel writes no address.
    unsafe { with_libc::accept4(listener, address, length, libc::SOCK_CLOEXEC) }
}

/// The same, typed.
#[cfg(target_os = "linux")]
pub(super) fn accept_nix(listener: &OwnedFd) -> nix::Result<OwnedFd> {
    with_nix::accept4(listener, nix::sys::socket::SockFlag::SOCK_CLOEXEC)
}

/// Two calls, where there is no accept4 (macOS).
/// What another thread starts in between still inherits the connection.
#[cfg(not(target_os = "linux"))]
pub(super) fn accept_libc(listener: RawFd) -> io::Result<RawFd> {
    use step02_bind_listen::with_libc::give_up;
    let (connection, _) = with_libc::accept_peer(listener)?;
    // SAFETY: F_SETFD takes two numbers by value, and touches no memory of ours.
    let result = unsafe { libc::fcntl(connection, libc::F_SETFD, libc::FD_CLOEXEC) };
    // SAFETY: `accept` has just opened the descriptor, and nobody else has heard of it.
    let give_up = |error| unsafe { give_up(connection, error) };
    step01_socket::with_libc::cvt(result).map_err(give_up)?;
    Ok(connection)
}

/// The same, typed.
#[cfg(not(target_os = "linux"))]
pub(super) fn accept_nix(listener: &OwnedFd) -> nix::Result<OwnedFd> {
    use nix::fcntl::{FcntlArg, FdFlag, fcntl};
    let connection = with_nix::accept(listener)?;
    fcntl(&connection, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
    Ok(connection)
}
