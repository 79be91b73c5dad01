//! The raw calls, and the address that is a path.
//!
//! `socket`, `bind`, `listen`, `accept`, `connect`, `send` and `recv` are those of the steps before:
//! they take an address of any family. New are the [`address`], a call that makes two sockets at once,
//! a call that sends more than bytes ([`message`]), and a question about the other end ([`peer`]).
//!
//! Nothing is added: no close-on-exec, no `unlink`, and a path that does not fit is an error.

pub mod address;
pub mod message;
pub mod peer;

use std::io;
use std::os::fd::RawFd;

use libc::c_int;
use step01_socket::with_libc::{cvt, socket};
use step02_bind_listen::with_libc::{bind, give_up, listen};
use step03_accept::with_libc::accept;
use step04_connect::with_libc::connect;

use address::{UnixAddress, empty_address};

/// Three calls: `socket`, `bind`, `listen`. A descriptor that waits for clients under this name.
///
/// # Errors
///
/// As for each of the three, and from `bind`:
///
/// - `EADDRINUSE`: there is a file with this path, whether somebody listens or not.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `EROFS`: no file can be made there.
///
/// If `bind` or `listen` fails, the descriptor is closed.
pub fn listen_at(address: &UnixAddress, backlog: c_int) -> io::Result<RawFd> {
    let fd = bound_at(libc::SOCK_STREAM, address)?;
    // SAFETY: `bound_at` has just opened `fd`, and nobody else has heard of it.
    listen(fd, backlog).map_err(|error| unsafe { give_up(fd, error) })?;
    Ok(fd)
}

/// Two calls: `socket`, `bind`. For `SOCK_DGRAM` that is all: it can be written to.
///
/// # Errors
///
/// As for [`listen_at`].
pub fn bound_at(kind: c_int, address: &UnixAddress) -> io::Result<RawFd> {
    let fd = socket(libc::AF_UNIX, kind, 0)?;
    // SAFETY: a `UnixAddress` is never longer than its structure, and it lives until after the call.
    let bound = unsafe { bind(fd, address.as_ptr(), address.length()) };
    // SAFETY: `socket` has just opened `fd`, and nobody else has heard of it.
    bound.map_err(|error| unsafe { give_up(fd, error) })?;
    Ok(fd)
}

/// `accept(fd, addr, len)` with room for a Unix address: the new descriptor, and the client's name.
///
/// # Errors
///
/// As for step 3's `accept`; `EAFNOSUPPORT` from here, and the connection is closed: it is no Unix socket.
pub fn accept_peer(listener: RawFd) -> io::Result<(RawFd, UnixAddress)> {
    let (mut address, mut length) = empty_address();
    // SAFETY: `length` is the size of `address`: a longer one is cut off. Both live until after the call.
    let fd = unsafe { accept(listener, (&raw mut address).cast(), &raw mut length) }?;
    let peer = UnixAddress::written(address, length);
    // SAFETY: `accept` has just opened `fd`, and nobody else has heard of it.
    let peer = peer.map_err(|error| unsafe { give_up(fd, error) })?;
    Ok((fd, peer))
}

/// Two calls: `socket`, `connect`. A descriptor with a server at the other end.
///
/// # Errors
///
/// As for each of the two, and from `connect`:
///
/// - `ENOENT`: there is no such file.
/// - `ECONNREFUSED`: there is a file, and nobody listens at it.
/// - `EACCES`: connecting takes the permission to write to the file.
/// - `EPROTOTYPE`: a socket of another type is bound there.
///
/// If `connect` fails, the descriptor is closed.
pub fn connect_to(address: &UnixAddress) -> io::Result<RawFd> {
    let fd = socket(libc::AF_UNIX, libc::SOCK_STREAM, 0)?;
    // SAFETY: `socket` has just opened `fd`, and nobody else has heard of it.
    set_peer(fd, address).map_err(|error| unsafe { give_up(fd, error) })?;
    Ok(fd)
}

/// `connect(fd, addr, len)` with a Unix address, of a socket of any type. Errors as for [`connect_to`].
pub fn set_peer(fd: RawFd, address: &UnixAddress) -> io::Result<()> {
    // SAFETY: a `UnixAddress` is never longer than its structure, and it lives until after the call.
    unsafe { connect(fd, address.as_ptr(), address.length()) }
}

/// `socketpair(domain, type, protocol, sv)`: two sockets that are connected to each other.
///
/// Neither has a name. One is usually left to a child process, which inherits it.
///
/// # Errors
///
/// - `EOPNOTSUPP`: a family other than `AF_UNIX`.
/// - `EMFILE`, `ENFILE`: the table of open files has no room for two.
///
/// See socketpair(2).
pub fn socketpair(domain: c_int, kind: c_int, protocol: c_int) -> io::Result<[RawFd; 2]> {
    let mut pair = [-1; 2];
    // SAFETY: the call writes two descriptors (socketpair(2)), for which `pair` has room.
    cvt(unsafe { libc::socketpair(domain, kind, protocol, pair.as_mut_ptr()) })?;
    Ok(pair)
}
