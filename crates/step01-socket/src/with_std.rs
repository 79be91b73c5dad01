//! std has no such call: how to drop a layer and come back.
//!
//! std makes sockets only inside larger functions.
//! `TcpListener::bind` calls `socket`, `setsockopt`, `bind` and `listen`.
//! `TcpStream::connect` calls `socket` and `connect`.
//! So there is never a TCP or UDP socket of std's that is not yet bound or connected, and no moment
//! to set an option in between.
//! (`UnixDatagram::unbound` is the one function of std that makes a socket and nothing more.)
//!
//! Who needs that moment makes the socket one layer below and hands it to std as an [`OwnedFd`].
//! The way back is open too.
//! Neither way makes a system call: only the owner changes, the number stays the same.

use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;

/// No call: std's connected socket from a descriptor of another layer.
///
/// Nothing is checked: what the descriptor is not, the first use tells. `ENOTCONN`: not connected.
/// `ENOTSOCK`: no socket at all. An address that is neither IPv4 nor IPv6 is an error of the kind
/// `InvalidInput`.
/// Nothing is added either: what was made without close-on-exec stays without it.
/// Dropping the stream closes the descriptor.
pub fn stream_from(descriptor: OwnedFd) -> TcpStream {
    TcpStream::from(descriptor)
}

/// No call: std's listening socket from a descriptor of another layer.
///
/// Nothing is checked. If no one has called `listen` on it, the first `accept` fails with `EINVAL`.
/// Dropping the listener closes the descriptor.
pub fn listener_from(descriptor: OwnedFd) -> TcpListener {
    TcpListener::from(descriptor)
}

/// No call: the descriptor of a std socket, for another layer to work on.
///
/// The std socket is used up, and its descriptor stays open: closing it is now the business of
/// the `OwnedFd`. To lend a descriptor and keep the socket there is `as_fd`.
pub fn into_descriptor(socket: impl Into<OwnedFd>) -> OwnedFd {
    socket.into()
}
