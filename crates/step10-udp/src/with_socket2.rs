//! The same calls on an owned socket.
//!
//! A [`SockAddr`] has any family; one that arrived is turned back into std's type with `as_socket`.
//! `send_to` has flags 0 and never `MSG_NOSIGNAL`. Only the socket itself has close-on-exec.
//! Dropping the [`Socket`] closes it.

use std::io;
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, SocketAddrV4};

use socket2::{Domain, SockAddr, Socket, Type};
use step01_socket::with_socket2 as step01;
use step02_bind_listen::with_socket2 as step02;
use step04_connect::with_socket2 as step04;

/// `sendto(fd, buf, len, 0, addr, addrlen)`: send one datagram to this address.
///
/// # Errors
///
/// `EMSGSIZE`: more bytes than a datagram holds. `ECONNREFUSED`: on a connected socket, an earlier one was
/// refused; send this one again. The others as for [`with_libc::send_to`](crate::with_libc::send_to).
pub fn send_to(socket: &Socket, bytes: &[u8], to: &SockAddr) -> io::Result<usize> {
    socket.send_to(bytes, to)
}

/// `recvfrom(fd, buf, len, 0, addr, addrlen)`: receive one datagram, with its sender.
///
/// What comes back is the part of `buffer` that has a value now. An empty slice is an empty datagram.
///
/// # Errors
///
/// `ECONNREFUSED`: on a connected socket, an earlier datagram was refused. `EINTR`: call again.
/// The others as for [`with_libc::recv_from`](crate::with_libc::recv_from), without `EAFNOSUPPORT`.
pub fn recv_from<'buffer>(
    socket: &Socket,
    buffer: &'buffer mut [MaybeUninit<u8>],
) -> io::Result<(&'buffer [u8], SockAddr)> {
    let (count, from) = socket.recv_from(buffer)?;
    // SAFETY: without a flag `recvfrom` returns how many bytes it has written, from the first on.
    Ok((unsafe { buffer[..count].assume_init_ref() }, from))
}

/// `recvfrom(fd, buf, len, flags, addr, addrlen)`: the same with flags, and the number that it returned.
///
/// With `libc::MSG_TRUNC` Linux returns how long the datagram was, which may be more than came. Of a TCP
/// socket it is the number of bytes that were thrown away, and none came at all (tcp(7)). So the number
/// does not say which bytes have a value, and each is given one before the call: 0.
///
/// # Errors
///
/// `ECONNREFUSED`: on a connected socket, an earlier datagram was refused. `EAGAIN`: nothing there yet.
/// The others as for [`with_libc::recv_from`](crate::with_libc::recv_from), without `EAFNOSUPPORT`.
pub fn recv_from_with_flags<'buffer>(
    socket: &Socket,
    buffer: &'buffer mut [MaybeUninit<u8>],
    flags: i32,
) -> io::Result<(usize, &'buffer [u8], SockAddr)> {
    buffer.fill(MaybeUninit::new(0));
    let (length, from) = socket.recv_from_with_flags(buffer, flags)?;
    let written = &buffer[..length.min(buffer.len())];
    // SAFETY: every byte of the buffer had a value before the call, and the kernel only gives it another.
    Ok((length, unsafe { written.assume_init_ref() }, from))
}

/// One call: `socket`. A socket without an address: the kernel gives it one with the first datagram.
///
/// # Errors
///
/// `EMFILE`: the table of open files is full. The others as for `socket`.
pub fn unbound() -> io::Result<Socket> {
    step01::socket(Domain::IPV4, Type::DGRAM, None)
}

/// Two calls: `socket`, `bind`. A socket that receives what is sent to this address.
///
/// # Errors
///
/// `EADDRINUSE`: another socket has this port. `EADDRNOTAVAIL`: the address is not of this machine.
/// The others as for each of the two. If `bind` fails, the socket is closed by drop.
pub fn bound_to(address: SocketAddrV4) -> io::Result<Socket> {
    let socket = unbound()?;
    step02::bind(&socket, &SockAddr::from(address))?;
    Ok(socket)
}

/// `connect(fd, addr, len)`: note this one peer. Nothing is sent, and nobody need be there.
///
/// # Errors
///
/// `ENETUNREACH`: there is no way to that address. That nobody is there is no error.
/// The others as for [`with_libc::set_peer`](crate::with_libc::set_peer).
pub fn set_peer(socket: &Socket, peer: SocketAddrV4) -> io::Result<()> {
    step04::connect(socket, &SockAddr::from(peer))
}

/// Two calls: `socket`, `connect`. A socket for one peer, with a port of the kernel's choice.
///
/// # Errors
///
/// As for [`unbound`] and [`set_peer`]. If `connect` fails, the socket is closed by drop.
pub fn connected_to(peer: SocketAddrV4) -> io::Result<Socket> {
    let socket = unbound()?;
    set_peer(&socket, peer)?;
    Ok(socket)
}

/// `setsockopt(fd, SOL_SOCKET, SO_BROADCAST, 1)`: this socket may send to broadcast addresses.
///
/// # Errors
///
/// Hardly any: every socket has the option. `ENOTSOCK`: the descriptor is no socket.
pub fn allow_broadcast(socket: &Socket) -> io::Result<()> {
    socket.set_broadcast(true)
}

/// `setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, …)`: receive what is sent to this group.
///
/// # Errors
///
/// `EINVAL`: `group` is no multicast address. `ENODEV`: no interface has that address.
/// The others as for [`with_libc::join`](crate::with_libc::join).
pub fn join(socket: &Socket, group: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
    socket.join_multicast_v4(&group, &interface)
}

/// `setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, …)`: send to groups by the interface with this address.
///
/// # Errors
///
/// `EADDRNOTAVAIL`: no interface has that address.
/// The others as for [`with_libc::send_groups_by`](crate::with_libc::send_groups_by).
pub fn send_groups_by(socket: &Socket, interface: Ipv4Addr) -> io::Result<()> {
    socket.set_multicast_if_v4(&interface)
}
