//! The same calls, typed.
//!
//! Pointer and length come from one typed address, so they always fit each other.
//! The sender comes back as an `Option`: `None` where the kernel gave no address of the type asked for.
//! nix's `recvfrom` takes no flags; [`step05_send_recv::with_nix::recv`] does, and tells no sender.
//!
//! Otherwise nothing is added: no flag, no retry, no close-on-exec.
//!
//! A socket is an [`OwnedFd`], whose drop closes it. Where the functions only use one, they take any owner or
//! loan of a descriptor ([`AsFd`]).

use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::sockopt::{Broadcast, IpAddMembership};
use nix::sys::socket::{
    self, AddressFamily, IpMembershipRequest, MsgFlags, SockFlag, SockType, SockaddrIn,
};
use step01_socket::with_nix as step01;
use step02_bind_listen::with_nix as step02;
use step04_connect::with_nix as step04;
use step08_options::with_nix as step08;

use crate::with_libc;

/// `sendto(fd, buf, len, flags, addr, addrlen)`: send one datagram to this address.
///
/// # Errors
///
/// `EMSGSIZE`: more bytes than a datagram holds. `ECONNREFUSED`: on a connected socket, an earlier one was
/// refused; send this one again. The others as for [`with_libc::send_to`], as an `Errno`.
pub fn send_to(fd: impl AsFd, bytes: &[u8], flags: MsgFlags, to: SockaddrIn) -> nix::Result<usize> {
    socket::sendto(fd.as_fd().as_raw_fd(), bytes, &to, flags)
}

/// `recvfrom(fd, buf, len, 0, addr, addrlen)`: receive one datagram, with its sender.
///
/// Returns how many bytes were written to the front of `buffer`. 0 is an empty datagram.
///
/// # Errors
///
/// `ECONNREFUSED`: on a connected socket, an earlier datagram was refused. `EINTR`: call again.
/// The others as for [`with_libc::recv_from`], as an `Errno`, without `EAFNOSUPPORT`.
pub fn recv_from(fd: impl AsFd, buffer: &mut [u8]) -> nix::Result<(usize, Option<SockaddrIn>)> {
    socket::recvfrom(fd.as_fd().as_raw_fd(), buffer)
}

/// One call: `socket`. A socket without an address: the kernel gives it one with the first datagram.
///
/// # Errors
///
/// `EMFILE`: the table of open files is full. The others as for `socket`.
pub fn unbound() -> nix::Result<OwnedFd> {
    let none = SockFlag::empty();
    step01::socket(AddressFamily::Inet, SockType::Datagram, none, None)
}

/// Two calls: `socket`, `bind`. A socket that receives what is sent to this address.
///
/// # Errors
///
/// `EADDRINUSE`: another socket has this port. `EADDRNOTAVAIL`: the address is not of this machine.
/// The others as for each of the two. If `bind` fails, the descriptor is closed by drop.
pub fn bound_to(address: SocketAddrV4) -> nix::Result<OwnedFd> {
    let fd = unbound()?;
    step02::bind(&fd, &SockaddrIn::from(address))?;
    Ok(fd)
}

/// `connect(fd, addr, len)`: note this one peer. Nothing is sent, and nobody need be there.
///
/// # Errors
///
/// `ENETUNREACH`: there is no way to that address. That nobody is there is no error.
/// The others as for [`with_libc::set_peer`], as an `Errno`.
pub fn set_peer(fd: impl AsFd, peer: SocketAddrV4) -> nix::Result<()> {
    step04::connect(fd, &SockaddrIn::from(peer))
}

/// Two calls: `socket`, `connect`. A socket for one peer, with a port of the kernel's choice.
///
/// # Errors
///
/// As for [`unbound`] and [`set_peer`]. If `connect` fails, the descriptor is closed by drop.
pub fn connected_to(peer: SocketAddrV4) -> nix::Result<OwnedFd> {
    let fd = unbound()?;
    set_peer(&fd, peer)?;
    Ok(fd)
}

/// `setsockopt(fd, SOL_SOCKET, SO_BROADCAST, 1)`: this socket may send to broadcast addresses.
///
/// # Errors
///
/// Hardly any: every socket has the option. `ENOTSOCK`: the descriptor is no socket.
pub fn allow_broadcast(fd: impl AsFd) -> nix::Result<()> {
    step08::setsockopt(fd, Broadcast, &true)
}

/// `setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, …)`: receive what is sent to this group.
///
/// # Errors
///
/// `EINVAL`: `group` is no multicast address. `ENODEV`: no interface has that address.
/// The others as for [`with_libc::join`], as an `Errno`.
pub fn join(fd: impl AsFd, group: Ipv4Addr, interface: Ipv4Addr) -> nix::Result<()> {
    let request = IpMembershipRequest::new(group, Some(interface));
    step08::setsockopt(fd, IpAddMembership, &request)
}

/// `setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, …)`: send to groups by the interface with this address.
///
/// nix has no such option, so this drops a layer: the libc layer borrows the descriptor for the one call.
///
/// # Errors
///
/// `EADDRNOTAVAIL`: no interface has that address. The others as for [`with_libc::send_groups_by`].
pub fn send_groups_by(fd: impl AsFd, interface: Ipv4Addr) -> nix::Result<()> {
    let set = with_libc::send_groups_by(fd.as_fd().as_raw_fd(), interface);
    set.map_err(|error| {
        error
            .raw_os_error()
            .map_or(Errno::UnknownErrno, Errno::from_raw)
    })
}
