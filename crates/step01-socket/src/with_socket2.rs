//! The same call on an owned socket.
//!
//! The crate `socket2` has one type, [`Socket`], and each system call is a method of it.
//! A `Socket` owns its descriptor and closes it on drop.
//! `Domain`, `Type` and `Protocol` are thin types around C's numbers,
//! so what socket2 has no name for can still be written: `Domain::from(12345)`.
//!
//! [`Socket::new`] adds close-on-exec, and on Apple systems `SO_NOSIGPIPE`.
//! [`Socket::new_raw`] adds nothing. The difference between the two is what socket2 thinks
//! every program wants.

use std::io;

use socket2::{Domain, Protocol, Socket, Type};

/// `socket(domain, type | SOCK_CLOEXEC, protocol)`: ask the kernel for a socket that no other
/// program inherits.
///
/// On Linux the flag goes with the call itself, so there is no moment without it.
/// On a system that has no such flag, socket2 sets it in a second call (`fcntl`).
/// A `protocol` of `None` is C's 0: the usual one.
///
/// # Errors
///
/// `EAFNOSUPPORT`, `EPROTONOSUPPORT`: not to be had from this kernel, or not together.
/// `EMFILE`: no descriptor is free; drop what is done.
/// The others as for [`with_libc::socket`](crate::with_libc::socket).
pub fn socket(domain: Domain, kind: Type, protocol: Option<Protocol>) -> io::Result<Socket> {
    Socket::new(domain, kind, protocol)
}

/// `socket(domain, type, protocol)`: the same call with nothing added.
///
/// The socket is still owned and closed on drop, but it stays open across `execve`.
///
/// # Errors
///
/// As for [`socket`].
pub fn socket_raw(domain: Domain, kind: Type, protocol: Option<Protocol>) -> io::Result<Socket> {
    Socket::new_raw(domain, kind, protocol)
}
