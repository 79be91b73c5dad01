//! std's half of the resolver: names to addresses, and the walk along the list.
//!
//! The trait [`ToSocketAddrs`] is what `TcpStream::connect` and `TcpListener::bind` take:
//! `"localhost:9000"`, `("localhost", 9000)`, an address, a slice of addresses.
//! Behind a name is `getaddrinfo`. std asks for both families and for streams, and takes no hints.
//! The service is always a port in figures: std knows no service names.
//!
//! An error of the resolver is an `io::Error` with the resolver's own text. The code is lost: there is
//! no `raw_os_error`, and no `kind` to match on.
//!
//! The way back, `getnameinfo`, is not there: drop a layer. Nor is `IPV6_V6ONLY`.
//!
//! Dropping a `TcpStream` or a `TcpListener` closes its socket.

use std::ffi::CString;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::os::fd::{FromRawFd, OwnedFd};

use step01_socket::with_std as step01;

use crate::with_libc::{self, ResolverError};

/// `getaddrinfo(node, NULL, hints, res)`: the addresses of a name, of both families, with this port.
///
/// # Errors
///
/// An error that has only a text: `failed to lookup address information: Name or service not known`.
/// For `EAI_SYSTEM`, the errno.
pub fn lookup(node: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let addresses = (node, port).to_socket_addrs()?;
    Ok(addresses.collect())
}

/// `socket` and `connect` for one address after the other, until one is connected.
///
/// # Errors
///
/// That of the last address, such as `ECONNREFUSED`: nobody listens there. Of an empty list, `InvalidInput` and
/// no errno.
pub fn connect_each(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    TcpStream::connect(addresses)
}

/// `getnameinfo(addr, addrlen, …)`, two layers below.
///
/// # Errors
///
/// `EAI_NONAME`: with `NI_NAMEREQD`, the address has no name. `EAI_AGAIN`: no name server answered.
/// The others as for [`with_libc::getnameinfo`].
pub fn name_of(address: SocketAddr, flags: i32) -> Result<(CString, CString), ResolverError> {
    let (storage, length) = with_libc::storage_of(address);
    // SAFETY: `storage` is larger than `length`, and it lives until after the call.
    unsafe { with_libc::getnameinfo((&raw const storage).cast(), length, flags) }
}

/// `socket`, `bind`, `listen`: an IPv6 listener as the system's default has it, which on Linux is
/// `net.ipv6.bindv6only`.
///
/// # Errors
///
/// `EADDRINUSE`: a socket listens on this port, perhaps one that takes both families.
/// The others as for [`with_libc::listen_on`].
pub fn listen_on(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
}

/// `socket`, `setsockopt(IPV6_V6ONLY)`, `bind`, `listen` two layers below, and back: std's listener that was
/// told whether to take IPv4.
///
/// Close-on-exec and `SO_REUSEADDR`, which std would have set, are missing.
///
/// # Errors
///
/// `EADDRINUSE`: a socket listens on this port, or an old connection of it is in TIME_WAIT: wait a minute.
/// The others as for [`with_libc::listen_on`].
pub fn listen_v6only(address: SocketAddr, v6only: bool, backlog: i32) -> io::Result<TcpListener> {
    let fd = with_libc::listen_on(address, v6only, backlog)?;
    // SAFETY: `listen_on` has just made `fd`, so nothing else owns it.
    let listener = unsafe { OwnedFd::from_raw_fd(fd) };
    Ok(step01::listener_from(listener))
}
