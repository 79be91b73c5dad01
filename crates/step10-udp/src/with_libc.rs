//! The raw calls.
//!
//! Nothing is added: no flag, no retry, no close-on-exec.

mod multicast;

pub use multicast::{join, send_groups_by};

use std::io;
use std::net::SocketAddrV4;
use std::os::fd::RawFd;

use libc::{c_int, sockaddr, socklen_t};
use step01_socket::with_libc::{cvt, socket};
use step02_bind_listen::with_libc::{bind_ipv4, empty_address, give_up, sockaddr_in, socket_addr};
use step04_connect::with_libc::connect;
use step08_options::with_libc::set_int;

/// `sendto(fd, buf, len, flags, addr, addrlen)`: send one datagram to this address.
///
/// Returns how many bytes were taken, which is all of them. They may be none: an empty datagram.
/// When it returns, the datagram has left this socket. What becomes of it is not known.
///
/// # Errors
///
/// - `EMSGSIZE`: more bytes than a datagram holds, see [`LONGEST`](crate::LONGEST). Nothing is sent.
/// - `EACCES`: a broadcast address, and the option `SO_BROADCAST` is not set.
/// - `ECONNREFUSED`: on a connected socket, an earlier datagram was refused. This one is not sent.
/// - `ENETUNREACH`, `EHOSTUNREACH`: there is no way to that address.
/// - `EINVAL`: on Linux, port 0.
/// - `EAGAIN`: the socket is non-blocking, and the send buffer is full.
/// - `EBADF`, `ENOTSOCK`: not open, or not a socket.
///
/// See sendto(2), udp(7).
pub fn send_to(fd: RawFd, bytes: &[u8], flags: c_int, to: SocketAddrV4) -> io::Result<usize> {
    let to = sockaddr_in(to);
    let (buffer, length) = (bytes.as_ptr().cast(), bytes.len());
    let (address, address_length) = ((&raw const to).cast(), size_of_val(&to) as socklen_t);
    // SAFETY: each length is the size of what its pointer leads to, and the kernel only reads there.
    let sent = cvt(unsafe { libc::sendto(fd, buffer, length, flags, address, address_length) })?;
    Ok(sent as usize)
}

/// `recvfrom(fd, buf, len, flags, addr, addrlen)`: receive one datagram, with its sender.
///
/// Waits until there is one. Returns how many bytes were written to the front of `buffer`; what the
/// datagram has more than that is gone. 0 is an empty datagram.
///
/// `flags` is 0, or `libc::MSG_PEEK` (leave the datagram there), `MSG_DONTWAIT` (never wait),
/// on Linux `MSG_TRUNC` (return how long the datagram was, also if `buffer` is shorter), ….
///
/// # Errors
///
/// - `ECONNREFUSED`: on a connected socket, a datagram that was sent earlier was refused: nobody
///   receives at that port. An unconnected socket does not learn of it.
/// - `EAGAIN`: the socket is non-blocking, or has a receive timeout, and nothing has arrived.
/// - `EINTR`: before a datagram arrived, a signal handler ran that was installed without `SA_RESTART`
///   (if the socket has a receive timeout, any handler: signal(7)). Nothing is lost: call again.
/// - `EAFNOSUPPORT`, from step 2's `socket_addr`: there is no IPv4 address, so this is no UDP socket of
///   IPv4. The bytes are in `buffer`.
/// - `EBADF`, `ENOTSOCK`: not open, or not a socket.
///
/// See recvfrom(2), udp(7).
pub fn recv_from(fd: RawFd, buffer: &mut [u8], flags: c_int) -> io::Result<(usize, SocketAddrV4)> {
    let (mut from, mut from_length) = empty_address();
    let (start, length) = (buffer.as_mut_ptr().cast(), buffer.len());
    let address: *mut sockaddr = (&raw mut from).cast();
    // SAFETY: each length is the size of what its pointer leads to, which is ours alone meanwhile; a
    // longer datagram and a longer address are cut off there.
    let count =
        cvt(unsafe { libc::recvfrom(fd, start, length, flags, address, &raw mut from_length) })?;
    Ok((count as usize, socket_addr(&from)?))
}

/// One call: `socket`. A socket without an address: the kernel gives it one with the first datagram.
///
/// # Errors
///
/// As for `socket`.
pub fn unbound() -> io::Result<RawFd> {
    socket(libc::AF_INET, libc::SOCK_DGRAM, 0)
}

/// Two calls: `socket`, `bind`. A socket that receives what is sent to this address.
///
/// # Errors
///
/// As for `socket` and `bind`. If `bind` fails, the descriptor is closed.
pub fn bound_to(address: SocketAddrV4) -> io::Result<RawFd> {
    let fd = unbound()?;
    // SAFETY: `unbound` has just opened `fd`, and nobody else has heard of it.
    bind_ipv4(fd, address).map_err(|error| unsafe { give_up(fd, error) })?;
    Ok(fd)
}

/// `connect(fd, addr, len)`: note this one peer. Nothing is sent, and nobody need be there.
///
/// May be called again, for another peer.
///
/// # Errors
///
/// - `EACCES`: a broadcast address, and the option `SO_BROADCAST` is not set.
/// - `ENETUNREACH`: there is no way to that address.
///
/// See connect(2), udp(7).
pub fn set_peer(fd: RawFd, peer: SocketAddrV4) -> io::Result<()> {
    let peer = sockaddr_in(peer);
    let length = size_of_val(&peer) as socklen_t;
    // SAFETY: `length` is the size of `peer`, which lives until after the call.
    unsafe { connect(fd, (&raw const peer).cast(), length) }
}

/// Two calls: `socket`, `connect`. A socket for one peer, with a port of the kernel's choice.
///
/// # Errors
///
/// As for `socket` and [`set_peer`]. If `connect` fails, the descriptor is closed.
pub fn connected_to(peer: SocketAddrV4) -> io::Result<RawFd> {
    let fd = unbound()?;
    // SAFETY: `unbound` has just opened `fd`, and nobody else has heard of it.
    set_peer(fd, peer).map_err(|error| unsafe { give_up(fd, error) })?;
    Ok(fd)
}

/// `setsockopt(fd, SOL_SOCKET, SO_BROADCAST, 1)`: this socket may send to broadcast addresses.
///
/// # Errors
///
/// As for `setsockopt`.
pub fn allow_broadcast(fd: RawFd) -> io::Result<()> {
    set_int(fd, libc::SOL_SOCKET, libc::SO_BROADCAST, 1)
}
