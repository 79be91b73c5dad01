//! The other half of a connection, and questions about a descriptor.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use step02_bind_listen::with_libc::{listen_on, local_address};
use step03_accept::with_libc::{accept_peer, peer_address};

/// Both ends agree on who they are: the client's own address is the peer the server sees.
#[track_caller]
pub(crate) fn check_connected(listener: &OwnedFd, client: &impl AsRawFd) {
    let (fd, peer) = accept_peer(listener.as_raw_fd()).unwrap();
    let _server = owner(fd);
    assert_eq!(local_address(client.as_raw_fd()).unwrap(), peer);
    let expected = local_address(listener.as_raw_fd()).unwrap();
    assert_eq!(peer_address(client.as_raw_fd()).unwrap(), expected);
    assert_ne!(peer.port(), 0);
}

#[track_caller]
pub(crate) fn listener() -> (OwnedFd, SocketAddrV4) {
    let any_port = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    let listener = owner(listen_on(any_port, 5).unwrap());
    let address = local_address(listener.as_raw_fd()).unwrap();
    (listener, address)
}

/// An owner for a descriptor of the libc layer, so that a test that fails closes it.
pub(crate) fn owner(fd: RawFd) -> OwnedFd {
    // SAFETY: each test passes what a call has just opened for it, and closes it in no other way.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// Whether the descriptor bears the mark close-on-exec.
#[track_caller]
pub(crate) fn closes_on_exec(socket: &impl AsFd) -> bool {
    let flags = fcntl(socket.as_fd(), FcntlArg::F_GETFD).unwrap();
    FdFlag::from_bits_retain(flags).contains(FdFlag::FD_CLOEXEC)
}

/// Whether the socket waits: `O_NONBLOCK` is not set.
#[track_caller]
pub(crate) fn blocks(socket: &impl AsFd) -> bool {
    let flags = fcntl(socket.as_fd(), FcntlArg::F_GETFL).unwrap();
    !OFlag::from_bits_retain(flags).contains(OFlag::O_NONBLOCK)
}
