//! Two ends of a connection.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use step02_bind_listen::with_libc::{listen_on, local_address};
use step03_accept::with_libc::accept_peer;
use step04_connect::with_libc::connect_to;
use step05_send_recv::with_libc::recv;

/// Two connected sockets.
#[track_caller]
pub(crate) fn pair() -> (OwnedFd, OwnedFd) {
    let any_port = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    let listener = owner(listen_on(any_port, 1).unwrap());
    let client = owner(connect_to(local_address(listener.as_raw_fd()).unwrap()).unwrap());
    let (fd, _) = accept_peer(listener.as_raw_fd()).unwrap();
    (client, owner(fd))
}

/// An owner for a descriptor of the libc layer, so that a test that fails closes it.
pub(crate) fn owner(fd: RawFd) -> OwnedFd {
    // SAFETY: each test passes what a call has just opened for it, and closes it in no other way.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// The other end has sent all there will be.
#[track_caller]
pub(crate) fn check_end(socket: &impl AsRawFd) {
    assert_eq!(recv(socket.as_raw_fd(), &mut [0; 16], 0).unwrap(), 0);
}
