//! nix has no `getaddrinfo` and no `getnameinfo`: how to drop a layer and come back.
//!
//! nix wraps system calls, and the resolver is not one. What it has of this step is
//! `unistd::gethostname`, the option `Ipv6V6Only`, and [`SockaddrStorage`]: one type for an address of any family,
//! which is what a list of the resolver's needs.
//!
//! The error stays the resolver's own: an `Errno` would be a lie.
//!
//! A connection and a listener are an [`OwnedFd`]: dropping it closes the socket.

use std::ffi::{CStr, CString};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::sys::socket::sockopt::Ipv6V6Only;
use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, SockaddrLike, SockaddrStorage};
use step01_socket::with_nix as step01;
use step02_bind_listen::with_nix as step02;
use step04_connect::with_nix as step04;
use step08_options::with_nix as step08;

use crate::with_libc::{self, Hints, ResolverError};

/// `getaddrinfo(node, service, hints, res)` of the layer below, with its list as nix's addresses.
///
/// The list is copied and freed. An address that is neither IPv4 nor IPv6 would be left out.
///
/// # Errors
///
/// `EAI_NONAME`: there is no such name. `EAI_AGAIN`: no name server answered; ask again later.
/// The others as for [`with_libc::getaddrinfo`].
pub fn lookup(
    node: Option<&CStr>,
    service: Option<&CStr>,
    hints: &Hints,
) -> Result<Vec<SockaddrStorage>, ResolverError> {
    let list = with_libc::getaddrinfo(node, service, hints)?;
    let addresses = list.iter().filter_map(with_libc::address_of);
    Ok(addresses.map(SockaddrStorage::from).collect())
}

/// `getnameinfo(addr, addrlen, …)` of the layer below.
///
/// # Errors
///
/// `EAI_FAMILY`: the address is of another family. `EAI_NONAME`: with `NI_NAMEREQD`, it has no name.
/// The others as for [`with_libc::getnameinfo`].
pub fn name_of(address: &SockaddrStorage, flags: i32) -> Result<(CString, CString), ResolverError> {
    // SAFETY: nix gives the pointer to its own address and how many bytes of it count; a path in it ends with a
    // NUL, for nix makes each from zeroes.
    unsafe { with_libc::getnameinfo(address.as_ptr(), address.len(), flags) }
}

/// Two calls: `socket`, `connect`, for an address of any family.
///
/// # Errors
///
/// `ECONNREFUSED`: nobody listens there. `EAFNOSUPPORT`: this machine has no such family; try the next address.
/// The others as for each of the two. If `connect` fails, the descriptor is closed by drop.
pub fn connect_to(address: &SockaddrStorage) -> nix::Result<OwnedFd> {
    let family = address.family().ok_or(Errno::EAFNOSUPPORT)?;
    let connection = step01::socket(family, SockType::Stream, SockFlag::empty(), None)?;
    step04::connect(&connection, address)?;
    Ok(connection)
}

/// [`connect_to`] for one address after the other, until one is connected. nix has no such function.
///
/// # Errors
///
/// That of the last address. Of an empty list, `EADDRNOTAVAIL`.
pub fn connect_each(addresses: &[SockaddrStorage]) -> nix::Result<OwnedFd> {
    let mut last = Errno::EADDRNOTAVAIL;
    for address in addresses {
        match connect_to(address) {
            Ok(connection) => return Ok(connection),
            Err(errno) => last = errno,
        }
    }
    Err(last)
}

/// `socket`, `setsockopt(IPV6_V6ONLY)` where the address is an IPv6 one, `bind`, `listen`.
///
/// # Errors
///
/// `EADDRINUSE`: the port is taken, perhaps by a socket that takes both families. `EAFNOSUPPORT`: no IPv6 here.
/// The others as for each of them. The descriptor is closed by drop, whichever `?` ends the function.
pub fn listen_on(address: SocketAddr, v6only: bool, backlog: Backlog) -> nix::Result<OwnedFd> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::Inet,
        SocketAddr::V6(_) => AddressFamily::Inet6,
    };
    let listener = step01::socket(family, SockType::Stream, SockFlag::empty(), None)?;
    if address.is_ipv6() {
        step08::setsockopt(&listener, Ipv6V6Only, &v6only)?;
    }
    step02::bind(&listener, &SockaddrStorage::from(address))?;
    step02::listen(&listener, backlog)?;
    Ok(listener)
}
