//! Sockets, and questions about them.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

pub(crate) const ANY_PORT: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);

/// A bound socket. What does not come within half a minute is an error, and not waited for any longer.
#[track_caller]
pub(crate) fn receiver() -> UdpSocket {
    let socket = UdpSocket::bind(ANY_PORT).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    socket
}

#[track_caller]
pub(crate) fn port_of(socket: &UdpSocket) -> SocketAddrV4 {
    match socket.local_addr().unwrap() {
        SocketAddr::V4(address) => address,
        SocketAddr::V6(address) => panic!("{address} is not an IPv4 address"),
    }
}

/// An owner for a descriptor of the libc layer, so that a test that fails closes it.
pub(crate) fn owner(fd: RawFd) -> OwnedFd {
    // SAFETY: the test has just been given `fd` by the layer below, and keeps no other copy.
    unsafe { OwnedFd::from_raw_fd(fd) }
}
