//! Two ends of a connection.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use step02_bind_listen::with_libc::{listen_on, local_address};
use step03_accept::with_libc::accept_peer;
use step04_connect::with_libc::connect_to;

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
fn owner(fd: RawFd) -> OwnedFd {
    // SAFETY: the test has just been given `fd` by the layer below, and keeps no other copy.
    unsafe { OwnedFd::from_raw_fd(fd) }
}
