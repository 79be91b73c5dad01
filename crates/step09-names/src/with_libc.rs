//! The raw calls.
//!
//! They are functions of the C library, so a failure is not -1 and errno, but a code of the
//! resolver's own: [`ResolverError`].
//! What the crate `libc` does not declare stands in [`declared`].

mod address;
pub mod declared;
mod error;
mod figures;
mod listen;
mod name;
mod old_pair;

use std::ffi::CStr;
use std::io;
use std::marker::PhantomData;
use std::mem;
use std::os::fd::RawFd;
use std::ptr;

use libc::{addrinfo, c_int};
use step01_socket::with_libc::socket;
use step02_bind_listen::with_libc::give_up;
use step04_connect::with_libc as step04;

pub use address::{
    accept_peer, address_of, empty_storage, local_address, sockaddr_in6, socket_addr, storage_of,
};
pub use error::ResolverError;
pub use figures::{inet_ntop, inet_pton};
pub use listen::{listen_on, set_v6only};
pub use name::{gethostname, getnameinfo};
pub use old_pair::{Host, HostError, gethostbyaddr, gethostbyname, getservbyname, inet_ntoa};

/// What one wants of `getaddrinfo`: the three arguments that `socket` will get, and flags.
///
/// `family` is `AF_INET`, `AF_INET6`, or `AF_UNSPEC` for both.
/// `kind` should be given: with 0 each address comes three times, for stream, datagram and raw.
/// `flags` are `AI_PASSIVE`, `AI_NUMERICHOST`, …, joined by `|`.
pub fn hints(family: c_int, kind: c_int, flags: c_int) -> addrinfo {
    // SAFETY: `addrinfo` is made of integers and raw pointers, and zero is valid for both.
    let mut hints: addrinfo = unsafe { mem::zeroed() };
    hints.ai_family = family;
    hints.ai_socktype = kind;
    hints.ai_flags = flags;
    hints
}

/// `getaddrinfo(node, service, hints, res)`: make a list of addresses of two texts.
///
/// `node` is a name or an address in figures. `None` is this machine: the loopback addresses, or
/// with `AI_PASSIVE` the addresses to bind for every interface.
/// `service` is a name (`http`) or a port in figures. Of a port above 65535 glibc takes the lower
/// 16 bits, without an error.
///
/// # Errors
///
/// - `EAI_NONAME`: there is no such name; or with `AI_NUMERICHOST`, it is not written in figures.
/// - `EAI_AGAIN`: no name server answered. Perhaps later.
/// - `EAI_SERVICE`: there is no such service for this kind of socket.
/// - `EAI_FAMILY`: hints that no family fits.
/// - `EAI_SYSTEM`: see errno, which the error has kept.
///
/// See getaddrinfo(3).
pub fn getaddrinfo(
    node: Option<&CStr>,
    service: Option<&CStr>,
    hints: &addrinfo,
) -> Result<AddrList, ResolverError> {
    let node = node.map_or(ptr::null(), CStr::as_ptr);
    let service = service.map_or(ptr::null(), CStr::as_ptr);
    let mut list = ptr::null_mut();
    // SAFETY: both texts are C strings or null, `hints` is made by zeroing, and `list` is ours to write.
    let code = unsafe { libc::getaddrinfo(node, service, hints, &raw mut list) };
    match ResolverError::of(code) {
        Some(error) => Err(error),
        None => Ok(AddrList(list)),
    }
}

/// The list that [`getaddrinfo`] has made, in memory of the C library. Dropped, it calls
/// `freeaddrinfo(res)`.
#[derive(Debug)]
pub struct AddrList(*mut addrinfo);

impl AddrList {
    /// The entries, the most promising first.
    pub fn iter(&self) -> Entries<'_> {
        Entries(self.0, PhantomData)
    }
}

impl Drop for AddrList {
    fn drop(&mut self) {
        // SAFETY: `getaddrinfo` made the list, and no entry of it can be borrowed any more.
        unsafe { libc::freeaddrinfo(self.0) };
    }
}

/// Goes from entry to entry by `ai_next`.
#[derive(Debug)]
pub struct Entries<'list>(*const addrinfo, PhantomData<&'list AddrList>);

impl<'list> Iterator for Entries<'list> {
    type Item = &'list addrinfo;

    fn next(&mut self) -> Option<&'list addrinfo> {
        // SAFETY: the pointer is null or an entry of the list, which lives as long as `'list`.
        let entry = unsafe { self.0.as_ref() }?;
        self.0 = entry.ai_next;
        Some(entry)
    }
}

/// Two calls for one entry: `socket`, `connect`. All five arguments come from it.
///
/// # Errors
///
/// As for `socket` and `connect`. If `connect` fails, the descriptor is closed.
pub fn connect_to(entry: &addrinfo) -> io::Result<RawFd> {
    let fd = socket(entry.ai_family, entry.ai_socktype, entry.ai_protocol)?;
    // SAFETY: `getaddrinfo` has put `ai_addrlen` bytes at `ai_addr`, which live as long as the entry.
    let connected = unsafe { step04::connect(fd, entry.ai_addr, entry.ai_addrlen) };
    // SAFETY: `socket` has just opened `fd`, and nobody else has heard of it.
    connected.map_err(|error| unsafe { give_up(fd, error) })?;
    Ok(fd)
}

/// [`connect_to`] for one entry after the other, until one is connected.
///
/// Each gets a socket of its own: its family may differ, and a socket whose `connect` has failed is
/// good for nothing but `close`.
///
/// # Errors
///
/// That of the last entry. Of an empty list, `EADDRNOTAVAIL`.
pub fn connect_each<'a>(entries: impl IntoIterator<Item = &'a addrinfo>) -> io::Result<RawFd> {
    let mut last = io::Error::from_raw_os_error(libc::EADDRNOTAVAIL);
    for entry in entries {
        match connect_to(entry) {
            Ok(fd) => return Ok(fd),
            Err(error) => last = error,
        }
    }
    Err(last)
}
