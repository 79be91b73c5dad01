//! What the scenes of this step have in common.

use std::ffi::{CStr, CString};
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::fd::RawFd;

use lab::{Stage, Trouble};
use nix::sys::socket::SockaddrStorage;
use step09_names::with_libc::{self, ResolverError, hints};

/// Both texts in figures.
pub(crate) const FIGURES: i32 = libc::NI_NUMERICHOST | libc::NI_NUMERICSERV;

/// What a name is on this machine: its addresses of one family, or of both.
pub(crate) fn addresses(
    stage: &mut Stage,
    name: &CStr,
    family: i32,
) -> Result<Vec<IpAddr>, ResolverError> {
    let hints = hints(family, libc::SOCK_STREAM, 0);
    let list = stage.resolver(|| with_libc::getaddrinfo(Some(name), None, &hints))?;
    let addresses = list.iter().filter_map(with_libc::address_of);
    Ok(addresses.map(|address| address.ip()).collect())
}

/// A list in words, or why there is none.
pub(crate) fn list<T: Display>(found: Result<Vec<T>, ResolverError>) -> String {
    match found {
        Ok(list) => list
            .iter()
            .map(T::to_string)
            .collect::<Vec<_>>()
            .join(" and "),
        Err(error) => error.to_string(),
    }
}

/// A number as the text that `getaddrinfo` takes.
pub(crate) fn text(port: u16) -> CString {
    CString::new(port.to_string()).unwrap_or_default() // Figures have no NUL.
}

pub(crate) fn nothing() -> Trouble {
    Trouble::new("getaddrinfo gave an empty list, which it should not")
}

/// nix's address of any family as std's.
pub(crate) fn std_address(address: &SockaddrStorage) -> Result<SocketAddr, Trouble> {
    let four = address
        .as_sockaddr_in()
        .map(|a| SocketAddr::V4((*a).into()));
    let six = address
        .as_sockaddr_in6()
        .map(|a| SocketAddr::V6((*a).into()));
    four.or(six).ok_or_else(third_family)
}

pub(crate) fn third_family() -> Trouble {
    Trouble::new("the kernel gave an address that is neither IPv4 nor IPv6")
}

/// Scenes with both families need `::1`.
pub(crate) fn ipv6() -> Result<(), String> {
    let bound = TcpListener::bind("[::1]:0").map(drop);
    bound.map_err(|error| format!("no IPv6 here (bind [::1]:0: {error})"))
}

/// `close(fd)` (step 6): what every raw descriptor needs at its end.
pub(crate) fn close(fd: RawFd) {
    // A failure has nothing to tell here: the descriptor is given back all the same.
    let _ = step06_close::with_libc::close(fd);
}
