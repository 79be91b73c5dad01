//! The raw calls, and the address as the kernel wants it.
//!
//! Nothing is added: no `SO_REUSEADDR`, no close-on-exec, and the backlog goes down as it is.
//! A function that makes a descriptor and then fails must close it by hand: see [`give_up`].

use std::io;
use std::mem;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::RawFd;

use libc::{c_int, sockaddr, socklen_t};
use step01_socket::with_libc::{cvt, socket};

/// `bind(fd, addr, len)`: give the socket a local address.
///
/// `length` is in bytes: 16 for a `sockaddr_in`.
///
/// # Safety
///
/// `length` bytes must be readable at `address`.
///
/// # Errors
///
/// - `EADDRINUSE`: another socket has this address and port, or a closed one is still in TIME_WAIT.
/// - `EADDRNOTAVAIL`: no interface of this machine has this address.
/// - `EACCES`: the port needs a privilege, as on Linux all below 1024 do.
/// - `EAFNOSUPPORT`, `EINVAL`: the family does not fit the socket, the length does not fit the
///   family, or the socket has an address already.
///
/// See bind(2).
pub unsafe fn bind(fd: RawFd, address: *const sockaddr, length: socklen_t) -> io::Result<()> {
    // SAFETY: the caller promises `length` readable bytes, and the kernel only reads them.
    cvt(unsafe { libc::bind(fd, address, length) })?;
    Ok(())
}

/// `listen(fd, backlog)`: let the kernel answer clients, and queue the finished connections.
///
/// `backlog` is how many connections may wait for `accept`. Linux cuts it to
/// `net.core.somaxconn`, and the queue is full when it holds one more than that number.
///
/// # Errors
///
/// - `EOPNOTSUPP`: a socket of this type has no connections to wait for: `SOCK_DGRAM`.
/// - `EADDRINUSE`: another socket listens here; or this one has no port, and none is free.
///
/// See listen(2).
pub fn listen(fd: RawFd, backlog: c_int) -> io::Result<()> {
    // SAFETY: `listen` takes two numbers by value and touches no memory of ours.
    cvt(unsafe { libc::listen(fd, backlog) })?;
    Ok(())
}

/// `getsockname(fd, addr, len)`: ask for the socket's own address.
///
/// `length` is a *value-result* argument. In: how many bytes there is room for. Out: how many the
/// address has, also if that is more than was written.
///
/// # Safety
///
/// `length` must point to a `socklen_t`, and that many bytes must be writable at `address`.
///
/// # Errors
///
/// `EBADF`, `ENOTSOCK`: not open, or not a socket.
///
/// See getsockname(2).
pub unsafe fn getsockname(
    fd: RawFd,
    address: *mut sockaddr,
    length: *mut socklen_t,
) -> io::Result<()> {
    // SAFETY: the caller promises `*length` writable bytes, and the kernel writes no more.
    cvt(unsafe { libc::getsockname(fd, address, length) })?;
    Ok(())
}

/// The socket's own IPv4 address and port, by [`getsockname`]. The socket must be an `AF_INET` one.
///
/// # Errors
///
/// As for [`getsockname`].
pub fn local_address(fd: RawFd) -> io::Result<SocketAddrV4> {
    let (mut address, mut length) = empty_address();
    // SAFETY: `length` is the size of `address`, and both live until after the call.
    unsafe { getsockname(fd, (&raw mut address).cast(), &raw mut length) }?;
    Ok(socket_addr(&address))
}

/// Two calls: `socket`, `bind`. A socket with an address, which does not listen.
///
/// # Errors
///
/// As for `socket` and [`bind`]. If `bind` fails, the descriptor is closed.
pub fn bound_to(address: SocketAddrV4) -> io::Result<RawFd> {
    let fd = socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    bind_ipv4(fd, address).map_err(|error| give_up(fd, error))?;
    Ok(fd)
}

/// [`bind`] with an IPv4 address, of a socket of any type. Errors as there.
pub fn bind_ipv4(fd: RawFd, address: SocketAddrV4) -> io::Result<()> {
    let address = sockaddr_in(address);
    let length = size_of_val(&address) as socklen_t;
    // SAFETY: `length` is the size of `address`, which lives until after the call.
    unsafe { bind(fd, (&raw const address).cast(), length) }
}

/// Three calls: `socket`, `bind`, `listen`. A descriptor that waits for clients.
///
/// # Errors
///
/// As for each of the three. If `bind` or `listen` fails, the descriptor is closed.
pub fn listen_on(address: SocketAddrV4, backlog: c_int) -> io::Result<RawFd> {
    let fd = bound_to(address)?;
    listen(fd, backlog).map_err(|error| give_up(fd, error))?;
    Ok(fd)
}

/// Address and port as the kernel reads them: `to_be` is C's `htons` and `htonl`.
pub fn sockaddr_in(address: SocketAddrV4) -> libc::sockaddr_in {
    let mut c_address = empty_address().0;
    c_address.sin_family = libc::AF_INET as libc::sa_family_t;
    c_address.sin_port = address.port().to_be();
    c_address.sin_addr.s_addr = u32::from(*address.ip()).to_be();
    c_address
}

/// Address and port as the kernel wrote them: `from_be` is C's `ntohs` and `ntohl`.
pub fn socket_addr(address: &libc::sockaddr_in) -> SocketAddrV4 {
    let ip = Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr));
    SocketAddrV4::new(ip, u16::from_be(address.sin_port))
}

/// Room for an IPv4 address, all zeroes, and its size in bytes: for the kernel to write in.
pub fn empty_address() -> (libc::sockaddr_in, socklen_t) {
    // SAFETY: `sockaddr_in` is made of integers, and for each of them zero is a valid value.
    let address: libc::sockaddr_in = unsafe { mem::zeroed() };
    (address, size_of_val(&address) as socklen_t)
}

/// `close(fd)` after a failure: close what was half made, and hand on the error that came first.
///
/// The error was copied out of errno before, so `close` cannot overwrite it.
pub fn give_up(fd: RawFd, error: io::Error) -> io::Error {
    // SAFETY: `close` takes a number by value; the caller made `fd` and will not use it again.
    unsafe { libc::close(fd) };
    error
}
