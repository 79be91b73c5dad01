//! The raw calls.
//!
//! Nothing is added: the new descriptor is a bare number that you must close, it stays open across
//! `execve`, and a signal that arrives while you wait ends the call with `EINTR`.

use std::io;
use std::net::SocketAddrV4;
use std::os::fd::RawFd;

use libc::{sockaddr, socklen_t};
use step01_socket::with_libc::cvt;
use step02_bind_listen::with_libc::{empty_address, socket_addr};

/// `accept(fd, addr, len)`: take one finished connection off the queue.
///
/// Waits while the queue is empty. Returns a new descriptor for this one connection;
/// the listener stays as it was.
///
/// The client's address goes to `address`, highest byte first.
/// `length` is a *value-result* argument, in bytes.
/// In: how much room there is.
/// Out: how long the address is, also if that is more than was written.
/// Both may be null: then the address is not wanted.
///
/// # Safety
///
/// Either both pointers are null, or `length` points to a `socklen_t` and that many bytes are
/// writable at `address`.
///
/// # Errors
///
/// - `EINVAL`: the socket does not listen. `listen` was forgotten.
/// - `EOPNOTSUPP`: a socket of this type never has connections: `SOCK_DGRAM`.
/// - `EMFILE`, `ENFILE`: no descriptor is free, in this process or in the system.
///   The connection stays on the queue, so the next `accept` fails in the same way.
/// - `EINTR`: a signal handler ran before a connection came. Nothing is lost: call again.
/// - `EAGAIN`: the listener is non-blocking and the queue is empty.
/// - `ECONNABORTED`: the client was gone before it was accepted. Not on Linux, which hands out the
///   dead connection all the same; its first `recv` tells.
/// - On Linux also network errors that wait on the new socket, such as `ENETDOWN`: call again.
///
/// See accept(2).
pub unsafe fn accept(
    listener: RawFd,
    address: *mut sockaddr,
    length: *mut socklen_t,
) -> io::Result<RawFd> {
    // SAFETY: the caller promises two nulls, or `*length` writable bytes at `address`.
    cvt(unsafe { libc::accept(listener, address, length) })
}

/// `accept4(fd, addr, len, flags)`: `accept`, with flags for the new descriptor.
///
/// `flags` is 0, `libc::SOCK_CLOEXEC`, `libc::SOCK_NONBLOCK`, or both joined by `|`.
/// They are set together with the making of the descriptor. `accept` and then `fcntl` leaves a gap:
/// a thread that forks and calls `execve` in it gives the connection away.
///
/// Linux and the BSDs have this call; macOS does not. Here it is Linux only.
///
/// # Safety
///
/// As for [`accept`].
///
/// # Errors
///
/// As for [`accept`]. `EINVAL` also for a flag that does not exist.
///
/// See accept(2).
#[cfg(target_os = "linux")]
pub unsafe fn accept4(
    listener: RawFd,
    address: *mut sockaddr,
    length: *mut socklen_t,
    flags: libc::c_int,
) -> io::Result<RawFd> {
    // SAFETY: the caller promises two nulls, or `*length` writable bytes at `address`.
    cvt(unsafe { libc::accept4(listener, address, length, flags) })
}

/// `getpeername(fd, addr, len)`: ask for the address of the other end.
///
/// `length` is value-result, as in [`accept`].
///
/// # Safety
///
/// `length` must point to a `socklen_t`, and that many bytes must be writable at `address`.
///
/// # Errors
///
/// - `ENOTCONN`: there is no other end. The socket is a listener, or the peer has reset the
///   connection.
/// - `EBADF`, `ENOTSOCK`: not open, or not a socket.
///
/// See getpeername(2).
pub unsafe fn getpeername(
    fd: RawFd,
    address: *mut sockaddr,
    length: *mut socklen_t,
) -> io::Result<()> {
    // SAFETY: the caller promises `*length` writable bytes, and the kernel writes no more.
    cvt(unsafe { libc::getpeername(fd, address, length) })?;
    Ok(())
}

/// [`accept`] with room for the client's IPv4 address: the new descriptor, and who called.
///
/// The listener must be an `AF_INET` one: the address of another family would be cut off.
///
/// # Errors
///
/// As for [`accept`].
pub fn accept_peer(listener: RawFd) -> io::Result<(RawFd, SocketAddrV4)> {
    let (mut address, mut length) = empty_address();
    // SAFETY: `length` is the size of `address`, and both live until after the call.
    let fd = unsafe { accept(listener, (&raw mut address).cast(), &raw mut length) }?;
    Ok((fd, socket_addr(&address)))
}

/// The IPv4 address of the other end, by [`getpeername`]. The socket must be an `AF_INET` one.
///
/// # Errors
///
/// As for [`getpeername`].
pub fn peer_address(fd: RawFd) -> io::Result<SocketAddrV4> {
    let (mut address, mut length) = empty_address();
    // SAFETY: `length` is the size of `address`, and both live until after the call.
    unsafe { getpeername(fd, (&raw mut address).cast(), &raw mut length) }?;
    Ok(socket_addr(&address))
}
