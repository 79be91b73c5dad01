//! What scenes, mistakes and the two halves share: addresses, and words for what arrived.

use std::fmt::Display;
use std::net::SocketAddrV4;

use lab::Trouble;
use socket2::{SockAddr, Socket};
use step02_bind_listen as step02;

/// Who sent what, as a line.
pub(crate) fn heard(bytes: &[u8], from: impl Display) -> String {
    let (count, text) = (bytes.len(), bytes.escape_ascii());
    format!("{count} bytes from {from}: \"{text}\"")
}

/// Messages side by side, in quotation marks; the word that a scene is judged by.
pub(crate) fn quoted(messages: &[Vec<u8>]) -> String {
    let quoted = |message: &Vec<u8>| format!("\"{}\"", message.escape_ascii());
    messages.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// socket2's address is of any family; the sockets of this step are all `AF_INET`.
pub(crate) fn ipv4(address: &SockAddr) -> Result<SocketAddrV4, Trouble> {
    address.as_socket_ipv4().ok_or_else(no_address)
}

/// The socket's own address, by `getsockname`.
pub(crate) fn local_address(socket: &Socket) -> Result<SocketAddrV4, Trouble> {
    ipv4(&step02::with_socket2::local_address(socket)?)
}

pub(crate) fn no_address() -> Trouble {
    Trouble::new("the kernel gave an address that is not an IPv4 one")
}
