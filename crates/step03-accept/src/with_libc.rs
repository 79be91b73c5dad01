//! The raw calls.
//!
//! Nothing is added: the new descriptor is a bare number that you must close, it stays open across
//! `execve`, and a signal handler that was installed without `SA_RESTART` ends the wait with
//! `EINTR`.

use std::io;
use std::net::SocketAddrV4;
use std::os::fd::RawFd;

use libc::{sockaddr, socklen_t};
use step01_socket::with_libc::cvt;
use step02_bind_listen::with_libc::{empty_address, give_up, socket_addr};

/// `accept(fd, addr, len)`: take one connection, its handshake complete, off the listener's queue.
///
/// Waits while the queue is empty. Returns a new descriptor for this one connection;
/// the listener stays as it was.
///
/// The client's address goes to `address`, its port and IP address in network byte order.
/// `length` is a *value-result* argument, in bytes.
/// In: how much room there is.
/// Out: how long the address is, also if that is more than was written.
/// Both may be null: then the address is not wanted.
///
/// # Safety
///
/// Either both pointers are null, or `length` points to a `socklen_t` that may be read and written,
/// and as many bytes as it says are writable at `address`.
///
/// # Errors
///
/// - `EINVAL`: the socket does not listen. `listen` was forgotten.
/// - `EOPNOTSUPP`: a socket of this type never has connections: `SOCK_DGRAM`.
/// - `EMFILE`, `ENFILE`: no descriptor is free, in this process or in the system.
///   The connection stays on the queue, so the next `accept` fails in the same way: close something
///   first, or at least pause, or the loop keeps a processor busy.
/// - `EINTR`: a handler without `SA_RESTART` ran before a connection came (if the listener has a
///   receive timeout, any handler: signal(7)). Nothing is lost: call again.
/// - `EAGAIN`: the queue is empty, and the listener is non-blocking or its receive timeout is over.
/// - `ECONNABORTED`: the client was gone before it was accepted. Only this one is lost: call again.
///   Not on Linux, which hands out the dead connection all the same; its first `recv` tells.
/// - On Linux also network errors that wait on the new socket, such as `ENETDOWN`: call again.
/// - `EBADF`, `ENOTSOCK`: not open, or not a socket. No later call will be better: stop.
///
/// See accept(2).
pub unsafe fn accept(
    listener: RawFd,
    address: *mut sockaddr,
    length: *mut socklen_t,
) -> io::Result<RawFd> {
    // SAFETY: the caller promises two nulls, or that `*length` bytes and the length itself may be
    // written, and the kernel writes nothing else.
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
    // SAFETY: the caller promises two nulls, or that `*length` bytes and the length itself may be
    // written, and the kernel writes nothing else.
    cvt(unsafe { libc::accept4(listener, address, length, flags) })
}

/// `getpeername(fd, addr, len)`: ask for the address of the other end.
///
/// `length` is value-result, as in [`accept`].
///
/// # Safety
///
/// `length` must point to a `socklen_t` that may be read and written, and as many bytes as it says
/// must be writable at `address`.
///
/// # Errors
///
/// - `ENOTCONN`: there is no other end. The socket is a listener, or the peer has reset the
///   connection: then only `close` is left.
/// - `EBADF`, `ENOTSOCK`: not open, or not a socket.
///
/// See getpeername(2).
pub unsafe fn getpeername(
    fd: RawFd,
    address: *mut sockaddr,
    length: *mut socklen_t,
) -> io::Result<()> {
    // SAFETY: the caller promises that `*length` bytes and the length itself may be written, and
    // the kernel writes nothing else.
    cvt(unsafe { libc::getpeername(fd, address, length) })?;
    Ok(())
}

/// [`accept`] with room for the client's IPv4 address: the new descriptor, and who called.
///
/// # Errors
///
/// As for [`accept`]. `EAFNOSUPPORT`, from [`socket_addr`]: the listener, and so its client, is not
/// `AF_INET`. The connection is off the queue by then, and it is closed.
pub fn accept_peer(listener: RawFd) -> io::Result<(RawFd, SocketAddrV4)> {
    let (mut address, mut length) = empty_address();
    // SAFETY: `length` is the size of `address`, and both live until after the call.
    let fd = unsafe { accept(listener, (&raw mut address).cast(), &raw mut length) }?;
    // SAFETY: `accept` has just opened `fd`, and nobody else has heard of it.
    let peer = socket_addr(&address).map_err(|error| unsafe { give_up(fd, error) })?;
    Ok((fd, peer))
}

/// The IPv4 address of the other end, by [`getpeername`].
///
/// # Errors
///
/// As for [`getpeername`]. `EAFNOSUPPORT`, from [`socket_addr`]: the socket is not `AF_INET`.
pub fn peer_address(fd: RawFd) -> io::Result<SocketAddrV4> {
    let (mut address, mut length) = empty_address();
    // SAFETY: `length` is the size of `address`, and both live until after the call.
    unsafe { getpeername(fd, (&raw mut address).cast(), &raw mut length) }?;
    socket_addr(&address)
}
