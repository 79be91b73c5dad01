//! Lists, owners, and questions about a socket.

#[path = "../../../../tests/src/skip.rs"]
mod skip;

use std::ffi::{CStr, CString};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

use libc::c_int;
use step09_names::with_libc::{self, AddrList, Hints, ResolverError, hints};

use skip::not_run;

/// Both in figures, so that nobody is asked.
pub(crate) const FIGURES: c_int = libc::NI_NUMERICHOST | libc::NI_NUMERICSERV;

/// Streams of either family, in figures.
pub(crate) fn asked() -> Hints {
    hints(libc::AF_UNSPEC, libc::SOCK_STREAM, libc::AI_NUMERICHOST)
}

/// The list of one address in figures.
#[track_caller]
pub(crate) fn list_of(host: &CStr, service: &CStr) -> AddrList {
    with_libc::getaddrinfo(Some(host), Some(service), &asked()).unwrap()
}

/// A port as the resolver takes it.
pub(crate) fn port_text(address: SocketAddr) -> CString {
    CString::new(address.port().to_string()).unwrap()
}

/// What getnameinfo said, as Rust's strings.
#[track_caller]
pub(crate) fn figures(name: Result<(CString, CString), ResolverError>) -> (String, String) {
    let (host, service) = name.unwrap();
    (host.into_string().unwrap(), service.into_string().unwrap())
}

/// Whether this machine has IPv6; if not, a line says so.
pub(crate) fn with_ipv6() -> bool {
    let there = TcpListener::bind("[::1]:0").is_ok();
    if !there {
        not_run("IPv6 in the four layers", "no IPv6");
    }
    there
}

/// What the kernel says of the option.
#[track_caller]
pub(crate) fn v6only(fd: RawFd) -> bool {
    step08_options::with_libc::get_int(fd, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY).unwrap() != 0
}

/// An owner for a descriptor of the libc layer, so that a test that fails closes it.
pub(crate) fn owner(fd: RawFd) -> OwnedFd {
    // SAFETY: the test has just been given `fd` by the layer below, and keeps no other copy.
    unsafe { OwnedFd::from_raw_fd(fd) }
}
