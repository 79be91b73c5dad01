//! The same call, typed.
//!
//! The crate `nix` makes the same call with the same arguments, but each argument has a type:
//! a family cannot stand where a protocol belongs.
//! The descriptor comes back as an [`OwnedFd`], which closes it on drop.
//! Errno comes back as [`nix::errno::Errno`], an enum with one name for each value.
//!
//! It sets no flag that you did not pass: close-on-exec must be asked for.

use std::os::fd::OwnedFd;

use nix::sys::socket::{self, AddressFamily, SockFlag, SockProtocol, SockType};

/// `socket(domain, type, protocol)`: ask the kernel for a socket and get a descriptor.
///
/// In C the flags are joined to the type by `|`. Here they are an argument of their own:
/// `SockFlag::empty()`, or on Linux and the BSDs `SockFlag::SOCK_CLOEXEC` and `SOCK_NONBLOCK`.
/// macOS has no such flags, and there nix has no such names.
/// A `protocol` of `None` is C's 0: the usual one.
///
/// Dropping the `OwnedFd` closes the socket.
///
/// # Errors
///
/// `EAFNOSUPPORT`, `EPROTONOSUPPORT`: each argument has its type, but whether they fit each other,
/// and this kernel, only the kernel knows. `EMFILE`: no descriptor is free; drop what is done.
/// The others as for [`with_libc::socket`](crate::with_libc::socket), as an `Errno`.
pub fn socket(
    family: AddressFamily,
    kind: SockType,
    flags: SockFlag,
    protocol: Option<SockProtocol>,
) -> nix::Result<OwnedFd> {
    socket::socket(family, kind, flags, protocol)
}
