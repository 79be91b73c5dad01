//! Questions about a descriptor.

use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};

/// An owner for a descriptor of the libc layer, so that a test that fails closes it.
pub(crate) fn owner(fd: RawFd) -> OwnedFd {
    // SAFETY: the test has just been given `fd` by the layer below, and keeps no other copy.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// Whether the descriptor bears the mark close-on-exec.
#[track_caller]
pub(crate) fn closes_on_exec(socket: &impl AsFd) -> bool {
    let flags = fcntl(socket.as_fd(), FcntlArg::F_GETFD).unwrap();
    FdFlag::from_bits_retain(flags).contains(FdFlag::FD_CLOEXEC)
}
