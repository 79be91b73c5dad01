//! The same calls, typed.
//!
//! Every option is a type of the module [`sockopt`], and that type knows
//! the level, the number, and the type of the value: `bool`, `usize`, `TimeVal`, ….
//! A value of another type does not compile. Neither does setting what can only be read.
//!
//! For an option that nix has no name for, its macro `sockopt_impl!` declares one.
//! Nothing is added to the calls.
//!
//! `fd` is any owner of a descriptor, or a loan of one ([`AsFd`]): an `OwnedFd`, whose drop closes it, or a
//! socket of a layer above that lends its own.

use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::sys::socket::{self, GetSockOpt, SetSockOpt, sockopt};

// Apple systems have another name for it.
#[cfg(target_vendor = "apple")]
use sockopt::TcpKeepAlive as TcpKeepIdle;
#[cfg(not(target_vendor = "apple"))]
use sockopt::TcpKeepIdle;

/// `getsockopt(fd, level, optname, optval, optlen)`: ask for the value of an option.
///
/// `option` is `sockopt::KeepAlive`, `sockopt::RcvBuf`, …: a type with no content, whose name is all.
///
/// # Errors
///
/// `ENOPROTOOPT`: this kernel has no such option. `EOPNOTSUPP`: this kind of socket has none of that level.
/// The others as for [`with_libc::getsockopt`](crate::with_libc::getsockopt), as an `Errno`; but for
/// `EINVAL`, because the length comes from the type.
pub fn getsockopt<O: GetSockOpt>(fd: impl AsFd, option: O) -> nix::Result<O::Val> {
    socket::getsockopt(&fd, option)
}

/// `setsockopt(fd, level, optname, optval, optlen)`: change the value of an option.
///
/// # Errors
///
/// `EINVAL`: the value has the right type, and cannot be had. `EPERM`: this option needs a privilege.
/// The others as for [`with_libc::setsockopt`](crate::with_libc::setsockopt), as an `Errno`.
pub fn setsockopt<O: SetSockOpt>(fd: impl AsFd, option: O, value: &O::Val) -> nix::Result<()> {
    socket::setsockopt(&fd, option, value)
}

/// Four calls: `SO_KEEPALIVE` on, then `TCP_KEEPIDLE`, `TCP_KEEPINTVL` and `TCP_KEEPCNT`.
///
/// `idle` and `interval` are seconds; as for [`with_libc::set_keepalive`](crate::with_libc::set_keepalive).
///
/// # Errors
///
/// `EINVAL`: a value is 0 or too large. What was set before it stays set.
pub fn set_keepalive(fd: impl AsFd, idle: u32, interval: u32, count: u32) -> nix::Result<()> {
    let fd = fd.as_fd();
    setsockopt(fd, sockopt::KeepAlive, &true)?;
    setsockopt(fd, TcpKeepIdle, &idle)?;
    setsockopt(fd, sockopt::TcpKeepInterval, &interval)?;
    setsockopt(fd, sockopt::TcpKeepCount, &count)
}

/// `getsockopt(fd, SOL_SOCKET, SO_ERROR, …)`: take the error that waits in the socket, if there is
/// one. Reading it clears it: the next reader finds none.
///
/// To nix the option is one more number, with 0 for no error. This makes it an `Errno`.
///
/// # Errors
///
/// `ENOTSOCK`: the descriptor is no socket. The outer result is about the call, the inner value about the
/// socket.
pub fn take_error(fd: impl AsFd) -> nix::Result<Option<Errno>> {
    let errno = getsockopt(fd, sockopt::SocketError)?;
    Ok((errno != 0).then(|| Errno::from_raw(errno)))
}
