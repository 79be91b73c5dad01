//! The same calls through std.
//!
//! A [`UdpSocket`] is always bound: `UdpSocket::bind` calls `socket` (with close-on-exec) and `bind`,
//! and std has no other way to make one from nothing. Who only wants to send binds to port 0.
//! No option is set, not even `SO_REUSEADDR`, which `TcpListener::bind` does set.
//!
//! `send_to` and `send` pass `MSG_NOSIGNAL`. What a signal has ended (`EINTR`) is not called again.
//! Dropping the socket closes it.
//!
//! std has no flags, and no way to say by which interface multicast goes out.
//! For these it drops a layer: [`SockRef`] lends the descriptor to socket2 for one call.

use std::io;
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};

use socket2::{SockAddr, SockRef};

use crate::with_socket2;

/// `sendto(fd, buf, len, MSG_NOSIGNAL, addr, addrlen)`: send one datagram to this address.
///
/// # Errors
///
/// `EMSGSIZE`: more bytes than a datagram holds. `ECONNREFUSED`: on a connected socket, an earlier one was
/// refused; send this one again. The others as for [`with_libc::send_to`](crate::with_libc::send_to).
pub fn send_to(socket: &UdpSocket, bytes: &[u8], to: SocketAddr) -> io::Result<usize> {
    socket.send_to(bytes, to)
}

/// `recvfrom(fd, buf, len, 0, addr, addrlen)`: receive one datagram, with its sender.
///
/// Returns how many bytes were written to the front of `buffer`. 0 is an empty datagram.
///
/// # Errors
///
/// `WouldBlock`: nothing there yet, or the receive timeout is over. `Interrupted`: call again.
/// The others as for [`with_libc::recv_from`](crate::with_libc::recv_from).
pub fn recv_from(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
    socket.recv_from(buffer)
}

/// `recvfrom(fd, buf, len, flags, addr, addrlen)`: the same with flags, one layer below.
///
/// # Errors
///
/// As for [`with_socket2::recv_from_with_flags`].
pub fn recv_from_with_flags<'buffer>(
    socket: &UdpSocket,
    buffer: &'buffer mut [MaybeUninit<u8>],
    flags: i32,
) -> io::Result<(usize, &'buffer [u8], SockAddr)> {
    with_socket2::recv_from_with_flags(&SockRef::from(socket), buffer, flags)
}

/// `send(fd, buf, len, MSG_NOSIGNAL)`: send one datagram to the peer that `connect` has noted.
///
/// # Errors
///
/// `EDESTADDRREQ`: no peer is noted. `ECONNREFUSED`: an earlier datagram was refused; send this one again.
/// The others as for [`with_libc::send_to`](crate::with_libc::send_to).
pub fn send(socket: &UdpSocket, bytes: &[u8]) -> io::Result<usize> {
    socket.send(bytes)
}

/// `recv(fd, buf, len, 0)`: receive one datagram, of the peer that `connect` has noted.
///
/// # Errors
///
/// `ConnectionRefused`: an earlier datagram was refused, and no later one is touched by that.
/// `WouldBlock` and `Interrupted` as for [`recv_from`].
pub fn recv(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<usize> {
    socket.recv(buffer)
}

/// `bind(fd, addr, len)`: a new socket that receives what is sent to this address.
///
/// # Errors
///
/// `EADDRINUSE`: another socket has this port. `EADDRNOTAVAIL`: the address is not of this machine.
/// The others as for [`with_libc::bound_to`](crate::with_libc::bound_to).
pub fn bound_to(address: SocketAddrV4) -> io::Result<UdpSocket> {
    UdpSocket::bind(address)
}

/// `connect(fd, addr, len)`: note this one peer. Nothing is sent, and nobody need be there.
///
/// # Errors
///
/// `ENETUNREACH`: there is no way to that address. That nobody is there is no error.
/// The others as for [`with_libc::set_peer`](crate::with_libc::set_peer).
pub fn set_peer(socket: &UdpSocket, peer: SocketAddrV4) -> io::Result<()> {
    socket.connect(peer)
}

/// Three calls: `socket`, `bind`, `connect`. A socket for one peer, from a port of the kernel's choice.
///
/// # Errors
///
/// As for [`bound_to`] and [`set_peer`]. If one fails, the socket is closed by drop.
pub fn connected_to(peer: SocketAddrV4) -> io::Result<UdpSocket> {
    let socket = bound_to(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0))?;
    set_peer(&socket, peer)?;
    Ok(socket)
}

/// `setsockopt(fd, SOL_SOCKET, SO_BROADCAST, 1)`: this socket may send to broadcast addresses.
///
/// # Errors
///
/// Hardly any: every socket has the option.
pub fn allow_broadcast(socket: &UdpSocket) -> io::Result<()> {
    socket.set_broadcast(true)
}

/// `setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, …)`: receive what is sent to this group.
///
/// # Errors
///
/// `EINVAL`: `group` is no multicast address. `ENODEV`: no interface has that address.
/// The others as for [`with_libc::join`](crate::with_libc::join).
pub fn join(socket: &UdpSocket, group: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
    socket.join_multicast_v4(&group, &interface)
}

/// `setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, …)`: send to groups by the interface with this
/// address, one layer below.
///
/// # Errors
///
/// `EADDRNOTAVAIL`: no interface has that address.
/// The others as for [`with_libc::send_groups_by`](crate::with_libc::send_groups_by).
pub fn send_groups_by(socket: &UdpSocket, interface: Ipv4Addr) -> io::Result<()> {
    with_socket2::send_groups_by(&SockRef::from(socket), interface)
}
