//! The raw calls.
//!
//! They are functions of the C library, so a failure is not -1 and errno, but a code of the
//! resolver's own: [`ResolverError`].
//! What the crate `libc` does not declare stands in [`declared`].

mod address;
pub mod declared;
mod error;
mod figures;
mod list;
mod listen;
mod name;
mod old_pair;

use std::ffi::CStr;
use std::io;
use std::os::fd::RawFd;
use std::ptr;

use step01_socket::with_libc::socket;
use step02_bind_listen::with_libc::give_up;
use step04_connect::with_libc as step04;

pub use address::{
    accept_peer, address_of, empty_storage, local_address, sockaddr_in6, socket_addr, storage_of,
};
pub use error::ResolverError;
pub use figures::{inet_ntop, inet_pton};
pub use list::{AddrList, Entries, Entry, Hints, hints};
pub use listen::{listen_on, set_v6only};
pub use name::{gethostname, getnameinfo, name_of};
pub use old_pair::{Host, HostError, gethostbyaddr, gethostbyname, getservbyname, inet_ntoa};

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
    hints: &Hints,
) -> Result<AddrList, ResolverError> {
    let node = node.map_or(ptr::null(), CStr::as_ptr);
    let service = service.map_or(ptr::null(), CStr::as_ptr);
    let mut list = ptr::null_mut();
    // SAFETY: both texts are C strings or null, all pointers in `hints` are null, and `list` is ours to write.
    let code = unsafe { libc::getaddrinfo(node, service, hints.as_ptr(), &raw mut list) };
    match ResolverError::of(code) {
        Some(error) => Err(error),
        // SAFETY: the call has just made the list, and nobody else knows of it.
        None => Ok(unsafe { AddrList::new(list) }),
    }
}

/// Two calls for one entry: `socket`, `connect`. All five arguments come from it.
///
/// # Errors
///
/// As for `socket` and `connect`. If `connect` fails, the descriptor is closed.
pub fn connect_to(entry: Entry<'_>) -> io::Result<RawFd> {
    let fd = socket(entry.family(), entry.kind(), entry.protocol())?;
    // SAFETY: `getaddrinfo` has put that many bytes there, and the entry's loan keeps the list alive.
    let connected = unsafe { step04::connect(fd, entry.as_ptr(), entry.length()) };
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
pub fn connect_each<'list>(entries: impl IntoIterator<Item = Entry<'list>>) -> io::Result<RawFd> {
    let mut last = io::Error::from_raw_os_error(libc::EADDRNOTAVAIL);
    for entry in entries {
        match connect_to(entry) {
            Ok(fd) => return Ok(fd),
            Err(error) => last = error,
        }
    }
    Err(last)
}
