//! The same calls, with an owner.
//!
//! An [`OwnedFd`] closes its descriptor on drop: not forgotten, and not done twice.
//! Drop has no way to return an error, so the error of that `close` is lost.
//! Who wants to see it calls [`close`], which takes the owner away.
//!
//! `OwnedFd` is std's, and socket2 and std's own sockets have one inside.
//! In a debug build its drop first asks `fcntl(F_GETFD)`. If the descriptor is not open any more,
//! someone has closed it behind the owner's back, and the program aborts.
//! A release build does not ask (Rust 1.95).
//!
//! What does not end the descriptor only borrows it: nix's own `dup` and `setsockopt` do, its
//! `shutdown` still takes a bare number.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::sys::socket::{self, Shutdown, setsockopt, sockopt};
use nix::unistd;

#[cfg(not(target_vendor = "apple"))]
use sockopt::Linger;
// On Apple systems SO_LINGER counts clock ticks; this is the one that counts seconds.
#[cfg(target_vendor = "apple")]
use sockopt::LingerSec as Linger;

/// `close(fd)`: give a descriptor back to the kernel, and see whether that worked.
///
/// `drop(fd)` makes the same call and looks at no error.
/// The owner is used up: a second `close(fd)` does not compile.
///
/// ```compile_fail,E0382
/// let fd = std::os::fd::OwnedFd::from(std::net::TcpListener::bind("127.0.0.1:0")?);
/// step06_close::with_nix::close(fd)?;
/// step06_close::with_nix::close(fd)?;
/// # std::io::Result::Ok(())
/// ```
///
/// # Errors
///
/// `EINTR`: closed all the same, on Linux.
/// `EBADF`: somebody has closed the number behind the owner's back.
/// See [`with_libc::close`](crate::with_libc::close).
pub fn close(fd: OwnedFd) -> nix::Result<()> {
    unistd::close(fd)
}

/// `shutdown(fd, how)`: end one direction of the connection, or both. The descriptor stays open.
///
/// `how` is `Shutdown::Write`, `Read` or `Both`.
///
/// # Errors
///
/// `ENOTCONN`: there is no connection, or the peer has reset it: then only closing is left.
/// The others as for [`with_libc::shutdown`](crate::with_libc::shutdown), as an `Errno`.
pub fn shutdown(fd: impl AsFd, how: Shutdown) -> nix::Result<()> {
    socket::shutdown(fd.as_fd().as_raw_fd(), how)
}

/// `dup(fd)`: a second descriptor for the same socket, with an owner of its own.
///
/// The copy has no close-on-exec. `OwnedFd::try_clone`, which is std's, makes one that has.
///
/// # Errors
///
/// `EMFILE`: the table of open files is full; drop something first.
/// The others as for [`with_libc::dup`](crate::with_libc::dup), as an `Errno`.
pub fn dup(fd: impl AsFd) -> nix::Result<OwnedFd> {
    unistd::dup(fd)
}

/// `setsockopt(fd, SOL_SOCKET, SO_LINGER, linger, len)`: say what `close` does with unsent bytes.
///
/// Each option is a type, so the value has the right size; inside it is still the C struct.
/// `seconds` as for [`with_libc::set_linger`](crate::with_libc::set_linger).
///
/// # Errors
///
/// `ENOTSOCK`: not a socket.
pub fn set_linger(fd: impl AsFd, seconds: Option<i32>) -> nix::Result<()> {
    let linger = libc::linger {
        l_onoff: seconds.is_some().into(),
        l_linger: seconds.unwrap_or(0),
    };
    setsockopt(&fd, Linger, &linger)
}
