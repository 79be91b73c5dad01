//! The other half of a connection, and questions about a descriptor.

use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use step02_bind_listen::with_libc::{listen_on, local_address};

/// A listener with one connection on its queue, and the client at the other end of that.
#[track_caller]
pub(crate) fn queued_client() -> (OwnedFd, TcpStream) {
    let any_port = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    let listener = owner(listen_on(any_port, 5).unwrap());
    let address = local_address(listener.as_raw_fd()).unwrap();
    (listener, TcpStream::connect(address).unwrap())
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
