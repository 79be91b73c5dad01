//! socket2 has no `getaddrinfo` and no `getnameinfo`: how to drop a layer and come back.
//!
//! It leaves names to std, which has `ToSocketAddrs`: `SockAddr::from` takes std's addresses.
//! Here the layer below is asked instead, because std cannot be given hints.
//! A [`SockAddr`] has room for an address of any family, and knows its family for `Socket::new`.
//!
//! Dropping a [`Socket`] closes it.

use std::ffi::{CStr, CString};
use std::io;
use std::net::SocketAddr;

use socket2::{Domain, SockAddr, Socket, Type};
use step01_socket::with_socket2 as step01;
use step02_bind_listen::with_socket2 as step02;
use step04_connect::with_socket2 as step04;

use crate::with_libc::{self, Hints, ResolverError};

/// `getaddrinfo(node, service, hints, res)` of the layer below, with its list as socket2's addresses.
///
/// An address that is neither IPv4 nor IPv6 would be left out.
///
/// # Errors
///
/// `EAI_NONAME`: there is no such name. `EAI_AGAIN`: no name server answered; ask again later.
/// The others as for [`with_libc::getaddrinfo`].
pub fn lookup(
    node: Option<&CStr>,
    service: Option<&CStr>,
    hints: &Hints,
) -> Result<Vec<SockAddr>, ResolverError> {
    let list = with_libc::getaddrinfo(node, service, hints)?;
    let addresses = list.iter().filter_map(with_libc::address_of);
    Ok(addresses.map(SockAddr::from).collect())
}

/// `getnameinfo(addr, addrlen, …)` of the layer below.
///
/// # Errors
///
/// `EAI_FAMILY`: the address is of another family. `EAI_NONAME`: with `NI_NAMEREQD`, it has no name.
/// The others as for [`with_libc::getnameinfo`].
pub fn name_of(address: &SockAddr, flags: i32) -> Result<(CString, CString), ResolverError> {
    // SAFETY: socket2 gives the pointer to its own storage, 128 bytes, and how many of them count; a path in it
    // ends with a NUL at the latest with the storage, which was zeroes.
    unsafe { with_libc::getnameinfo(address.as_ptr().cast(), address.len(), flags) }
}

/// Two calls: `socket`, `connect`, for an address of any family.
///
/// # Errors
///
/// `ECONNREFUSED`: nobody listens there. `EAFNOSUPPORT`: this machine has no such family; try the next address.
/// The others as for each of the two. If `connect` fails, the socket is closed by drop.
pub fn connect_to(address: &SockAddr) -> io::Result<Socket> {
    let connection = step01::socket(address.domain(), Type::STREAM, None)?;
    step04::connect(&connection, address)?;
    Ok(connection)
}

/// [`connect_to`] for one address after the other, until one is connected. socket2 has no such function.
///
/// # Errors
///
/// That of the last address. Of an empty list, `EADDRNOTAVAIL`.
pub fn connect_each(addresses: &[SockAddr]) -> io::Result<Socket> {
    let mut last = io::Error::from_raw_os_error(libc::EADDRNOTAVAIL);
    for address in addresses {
        match connect_to(address) {
            Ok(connection) => return Ok(connection),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// `socket`, `setsockopt(IPV6_V6ONLY)` where the address is an IPv6 one, `bind`, `listen`.
///
/// # Errors
///
/// `EADDRINUSE`: the port is taken, perhaps by a socket that takes both families. `EAFNOSUPPORT`: no IPv6 here.
/// The others as for each of them. The socket is closed by drop, whichever `?` ends the function.
pub fn listen_on(address: SocketAddr, v6only: bool, backlog: i32) -> io::Result<Socket> {
    let listener = step01::socket(Domain::for_address(address), Type::STREAM, None)?;
    if address.is_ipv6() {
        listener.set_only_v6(v6only)?;
    }
    step02::bind(&listener, &SockAddr::from(address))?;
    step02::listen(&listener, backlog)?;
    Ok(listener)
}
