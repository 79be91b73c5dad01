//! The raw calls, and the address as the kernel wants it.
//!
//! Nothing is added: no `SO_REUSEADDR`, no close-on-exec, and the backlog goes down as it is.
//! A function that makes a descriptor and then fails must close it by hand: see [`give_up`].
//!
//! **A bare number is trusted**, here and in `with_libc` of all later steps. The kernel checks that
//! it is open, and a socket (`EBADF`, `ENOTSOCK`). Nobody checks that it is still the socket you
//! mean: once closed, a number may be another's. By Rust's rule of I/O safety (see [`std::io`])
//! such functions would be `unsafe`. To read as in C, a call without pointers is safe here, and the
//! rule is yours to keep. In the other layers an owner, or a borrow of it, keeps it.

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
///   Stop the other program, or take another port; 0 takes a free one.
/// - `EADDRNOTAVAIL`: no interface of this machine has this address.
/// - `EACCES`: the port needs a privilege, as below 1024 on Linux, unless that was changed.
/// - `EAFNOSUPPORT`, `EINVAL`: the family does not fit the socket, the length does not fit the
///   family, or the socket has an address already.
/// - `EBADF`, `ENOTSOCK`: not open, or not a socket.
///
/// See bind(2).
pub unsafe fn bind(fd: RawFd, address: *const sockaddr, length: socklen_t) -> io::Result<()> {
    // SAFETY: the caller promises `length` readable bytes, and the kernel only reads them.
    cvt(unsafe { libc::bind(fd, address, length) })?;
    Ok(())
}

/// `listen(fd, backlog)`: let the kernel answer clients and queue those whose handshake is done.
///
/// `backlog` is how many connections may wait for `accept`. Linux cuts it to
/// `net.core.somaxconn`, and the queue is full when it holds one more than that number.
///
/// # Errors
///
/// - `EOPNOTSUPP`: a socket of this type has no connections to wait for: `SOCK_DGRAM`.
/// - `EADDRINUSE`: another socket listens here; or this one has no port, and none is free.
/// - `EBADF`, `ENOTSOCK`: not open, or not a socket.
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
/// `length` must point to a `socklen_t` that may be read and written, and as many bytes as it says
/// must be writable at `address`.
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
    // SAFETY: the caller promises that `*length` bytes and the length itself may be written, and
    // the kernel writes nothing else.
    cvt(unsafe { libc::getsockname(fd, address, length) })?;
    Ok(())
}

/// The socket's own IPv4 address and port, by [`getsockname`].
///
/// # Errors
///
/// As for [`getsockname`]. `EAFNOSUPPORT`, from [`socket_addr`]: the socket is not `AF_INET`.
pub fn local_address(fd: RawFd) -> io::Result<SocketAddrV4> {
    let (mut address, mut length) = empty_address();
    // SAFETY: `length` is the size of `address`, and both live until after the call.
    unsafe { getsockname(fd, (&raw mut address).cast(), &raw mut length) }?;
    socket_addr(&address)
}

/// Two calls: `socket`, `bind`. A socket with an address, which does not listen.
///
/// # Errors
///
/// As for `socket` and [`bind`]. If `bind` fails, the descriptor is closed.
pub fn bound_to(address: SocketAddrV4) -> io::Result<RawFd> {
    let fd = socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    // SAFETY: `socket` has just opened `fd`, and nobody else has heard of it.
    bind_ipv4(fd, address).map_err(|error| unsafe { give_up(fd, error) })?;
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
    // SAFETY: `bound_to` has just opened `fd`, and nobody else has heard of it.
    listen(fd, backlog).map_err(|error| unsafe { give_up(fd, error) })?;
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
///
/// # Errors
///
/// `EAFNOSUPPORT`: not an IPv4 address. The kernel writes that of any socket here, cut off, and
/// only the family tells. In an [`empty_address`] there is none yet.
pub fn socket_addr(address: &libc::sockaddr_in) -> io::Result<SocketAddrV4> {
    if c_int::from(address.sin_family) != libc::AF_INET {
        return Err(io::Error::from_raw_os_error(libc::EAFNOSUPPORT));
    }
    let ip = Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr));
    Ok(SocketAddrV4::new(ip, u16::from_be(address.sin_port)))
}

/// Room for an IPv4 address, all zeroes, and its size in bytes: for the kernel to write in.
pub fn empty_address() -> (libc::sockaddr_in, socklen_t) {
    // SAFETY: `sockaddr_in` is made of integers, and zero is a value of each.
    let address: libc::sockaddr_in = unsafe { mem::zeroed() };
    (address, size_of_val(&address) as socklen_t)
}

/// `close(fd)` after a failure: close what was half made, and hand on the error that came first.
///
/// The error was copied out of errno before, so `close` cannot overwrite it.
///
/// # Safety
///
/// The caller has opened `fd`, has passed it on to nobody, and does not use the number again.
///
/// ```compile_fail,E0133
/// let error = std::io::Error::from_raw_os_error(libc::EBADF);
/// // Whose descriptor is 0? Without `unsafe` this does not compile.
/// step02_bind_listen::with_libc::give_up(0, error);
/// ```
pub unsafe fn give_up(fd: RawFd, error: io::Error) -> io::Error {
    // SAFETY: `close` touches no memory of ours, and the caller promises that nobody misses `fd`.
    unsafe { libc::close(fd) };
    error
}
