//! Addresses of either family, in memory for the kernel.

use std::io;
use std::mem;
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};
use std::os::fd::RawFd;

use libc::{sockaddr_in, sockaddr_in6, sockaddr_storage, socklen_t};
use step02_bind_listen::with_libc as step02;
use step03_accept::with_libc as step03;

use super::Entry;

/// Room for an address of any family, all zeroes, and its size in bytes.
///
/// A `sockaddr_in` has 16 bytes and a `sockaddr_in6` has 28. A `sockaddr_storage` has room for both,
/// and is aligned so that it can be read as either.
pub fn empty_storage() -> (sockaddr_storage, socklen_t) {
    // SAFETY: `sockaddr_storage` is made of integers, and for each of them zero is a valid value.
    let storage: sockaddr_storage = unsafe { mem::zeroed() };
    (storage, size_of_val(&storage) as socklen_t)
}

/// An address as the kernel reads it, and how many bytes of it count.
pub fn storage_of(address: SocketAddr) -> (sockaddr_storage, socklen_t) {
    let mut storage = empty_storage().0;
    let length = match address {
        SocketAddr::V4(address) => {
            let place: *mut sockaddr_in = (&raw mut storage).cast();
            // SAFETY: a `sockaddr_storage` is larger than a `sockaddr_in`, and aligned for it.
            unsafe { place.write(step02::sockaddr_in(address)) };
            size_of::<sockaddr_in>()
        }
        SocketAddr::V6(address) => {
            let place: *mut sockaddr_in6 = (&raw mut storage).cast();
            // SAFETY: a `sockaddr_storage` is larger than a `sockaddr_in6`, and aligned for it.
            unsafe { place.write(sockaddr_in6(address)) };
            size_of::<sockaddr_in6>()
        }
    };
    (storage, length as socklen_t)
}

/// An address as the kernel wrote it; `None` if it is of another family, or too short for its own.
pub fn socket_addr(storage: &sockaddr_storage, length: socklen_t) -> Option<SocketAddr> {
    let has = |size: usize| length as usize >= size;
    match libc::c_int::from(storage.ss_family) {
        libc::AF_INET if has(size_of::<sockaddr_in>()) => {
            let place: *const sockaddr_in = (&raw const *storage).cast();
            // SAFETY: a storage is larger than a `sockaddr_in` and aligned for it, and any bytes are one.
            step02::socket_addr(unsafe { &*place }).map(Into::into).ok()
        }
        libc::AF_INET6 if has(size_of::<sockaddr_in6>()) => {
            let place: *const sockaddr_in6 = (&raw const *storage).cast();
            // SAFETY: a storage is larger than a `sockaddr_in6` and aligned for it, and any bytes are one.
            let address = unsafe { &*place };
            let ip = Ipv6Addr::from(address.sin6_addr.s6_addr);
            let port = u16::from_be(address.sin6_port);
            let (flow, scope) = (address.sin6_flowinfo, address.sin6_scope_id);
            Some(SocketAddrV6::new(ip, port, flow, scope).into())
        }
        _ => None,
    }
}

/// The address of one entry of the resolver's list, copied; `None` if it is of a third family.
pub fn address_of(entry: Entry<'_>) -> Option<SocketAddr> {
    let (mut storage, room) = empty_storage();
    let length = entry.length().min(room);
    let (from, to): (*const u8, *mut u8) = (entry.as_ptr().cast(), (&raw mut storage).cast());
    // SAFETY: `from` has `entry.length()` bytes, which the entry's loan keeps alive; `to` has `room`; and no more
    // than the smaller of both are copied, from the C library's memory to ours.
    unsafe { from.copy_to_nonoverlapping(to, length as usize) };
    socket_addr(&storage, length)
}

/// An IPv6 address and port as the kernel reads them: as for IPv4, but with 16 bytes of address.
///
/// The bytes of the address stand in order as they are written, so only the port has to be turned.
pub fn sockaddr_in6(address: SocketAddrV6) -> sockaddr_in6 {
    // SAFETY: `sockaddr_in6` is made of integers, and for each of them zero is a valid value.
    let mut c_address: sockaddr_in6 = unsafe { mem::zeroed() };
    c_address.sin6_family = libc::AF_INET6 as libc::sa_family_t;
    c_address.sin6_port = address.port().to_be();
    c_address.sin6_addr.s6_addr = address.ip().octets();
    c_address.sin6_flowinfo = address.flowinfo();
    c_address.sin6_scope_id = address.scope_id();
    c_address
}

/// `getsockname(fd, addr, len)`: the socket's own address, of either family.
///
/// # Errors
///
/// As for step 2's `getsockname`; `EAFNOSUPPORT` from here: the address is of a third family.
pub fn local_address(fd: RawFd) -> io::Result<SocketAddr> {
    let (mut storage, mut length) = empty_storage();
    // SAFETY: `length` is the size of `storage`: a longer address is cut off. Both live until after the call.
    unsafe { step02::getsockname(fd, (&raw mut storage).cast(), &raw mut length) }?;
    socket_addr(&storage, length).ok_or_else(third_family)
}

/// `accept(fd, addr, len)`: the new descriptor, and who called, of either family.
///
/// # Errors
///
/// As for step 3's `accept`; `EAFNOSUPPORT` from here, and the connection is closed: the address is of
/// a third family.
pub fn accept_peer(listener: RawFd) -> io::Result<(RawFd, SocketAddr)> {
    let (mut storage, mut length) = empty_storage();
    // SAFETY: `length` is the size of `storage`: a longer address is cut off. Both live until after the call.
    let fd = unsafe { step03::accept(listener, (&raw mut storage).cast(), &raw mut length) }?;
    let peer = socket_addr(&storage, length);
    // SAFETY: `accept` has just opened `fd`, and nobody else has heard of it.
    let peer = peer.ok_or_else(|| unsafe { step02::give_up(fd, third_family()) })?;
    Ok((fd, peer))
}

fn third_family() -> io::Error {
    io::Error::from_raw_os_error(libc::EAFNOSUPPORT)
}
