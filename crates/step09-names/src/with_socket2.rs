//! socket2 has no `getaddrinfo` and no `getnameinfo`: how to drop a layer and come back.
//!
//! It leaves names to std, which has `ToSocketAddrs`: `SockAddr::from` takes std's addresses.
//! Here the layer below is asked instead, because std cannot be given hints.
//! A [`SockAddr`] has room for an address of any family, and knows its family for `Socket::new`.

use std::ffi::{CStr, CString};
use std::io;
use std::net::SocketAddr;

use libc::addrinfo;
use socket2::{Domain, SockAddr, SockAddrStorage, Socket, Type};
use step01_socket::with_socket2 as step01;
use step02_bind_listen::with_socket2 as step02;
use step04_connect::with_socket2 as step04;

use crate::with_libc::{self, ResolverError};

/// `getaddrinfo(node, service, hints, res)` of the layer below, with its list as socket2's addresses.
///
/// # Errors
///
/// As for [`with_libc::getaddrinfo`].
pub fn lookup(
    node: Option<&CStr>,
    service: Option<&CStr>,
    hints: &addrinfo,
) -> Result<Vec<SockAddr>, ResolverError> {
    let list = with_libc::getaddrinfo(node, service, hints)?;
    Ok(list.iter().map(address).collect())
}

/// The address of one entry of the list.
fn address(entry: &addrinfo) -> SockAddr {
    let mut storage = SockAddrStorage::zeroed();
    let length = entry.ai_addrlen.min(storage.size_of());
    let (from, to): (*const u8, *mut u8) = (entry.ai_addr.cast(), (&raw mut storage).cast());
    // SAFETY: `getaddrinfo` has put `ai_addrlen` bytes at `ai_addr`, and no more than fit are copied.
    unsafe { from.copy_to_nonoverlapping(to, length as usize) };
    // SAFETY: `length` bytes of the storage are an address of the family that they begin with.
    unsafe { SockAddr::new(storage, length) }
}

/// `getnameinfo(addr, addrlen, …)` of the layer below.
///
/// # Errors
///
/// As for [`with_libc::getnameinfo`].
pub fn name_of(address: &SockAddr, flags: i32) -> Result<(CString, CString), ResolverError> {
    // SAFETY: socket2 gives pointer and length of one address.
    unsafe { with_libc::getnameinfo(address.as_ptr().cast(), address.len(), flags) }
}

/// Two calls: `socket`, `connect`, for an address of any family.
///
/// # Errors
///
/// As for each of the two. If `connect` fails, the socket is closed by drop.
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
/// As for each of them. The socket is closed by drop, whichever `?` ends the function.
pub fn listen_on(address: SocketAddr, v6only: bool, backlog: i32) -> io::Result<Socket> {
    let listener = step01::socket(Domain::for_address(address), Type::STREAM, None)?;
    if address.is_ipv6() {
        listener.set_only_v6(v6only)?;
    }
    step02::bind(&listener, &SockAddr::from(address))?;
    step02::listen(&listener, backlog)?;
    Ok(listener)
}
