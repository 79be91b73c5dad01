//! The two addresses of a traced program's socket.

use nix::sys::socket::SockaddrStorage;
use record::address;
use record::event::{Address, Ends};
use std::mem;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// The addresses as they were copied, to be decoded later.
#[derive(Debug)]
pub(super) struct RawEnds {
    local: Option<Vec<u8>>,
    peer: Option<Vec<u8>>,
}

/// `getsockname` and, for a connected socket, `getpeername`: asks the kernel through a copy of the descriptor.
///
/// `None` where the system does not give the copy.
pub(super) fn look(process: BorrowedFd<'_>, fd: i32, connected: bool) -> Option<RawEnds> {
    let copy = copy(process, fd)?;
    Some(RawEnds {
        local: name(&copy, libc::getsockname),
        peer: if connected {
            name(&copy, libc::getpeername)
        } else {
            None
        },
    })
}

/// `pidfd_getfd`: a copy of another process's descriptor. `None` before Linux 5.6, or where it is refused.
pub(super) fn copy(process: BorrowedFd<'_>, fd: i32) -> Option<OwnedFd> {
    // SAFETY: pidfd_getfd takes three numbers and touches no memory.
    let copy = unsafe { libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), fd, 0) };
    let copy = i32::try_from(copy).ok().filter(|&copy| copy >= 0)?;
    // SAFETY: the kernel has just made this descriptor for us, so nobody else owns it.
    Some(unsafe { OwnedFd::from_raw_fd(copy) })
}

impl RawEnds {
    pub(super) fn decode(&self) -> Ends {
        Ends {
            local: self.local.as_deref().map(address::decode),
            peer: self.peer.as_deref().map(address::decode),
        }
    }
}

type Ask = unsafe extern "C" fn(i32, *mut libc::sockaddr, *mut libc::socklen_t) -> i32;

/// An address of TCP, decoded.
pub(super) fn inet(bytes: Vec<u8>) -> Option<SocketAddr> {
    match address::decode(&bytes) {
        Address::Inet(address) => Some(address),
        _ => None,
    }
}

/// `getsockname` or `getpeername`.
pub(super) fn name(socket: &OwnedFd, ask: Ask) -> Option<Vec<u8>> {
    let mut bytes = [0_u8; mem::size_of::<SockaddrStorage>()];
    let mut length = bytes.len() as libc::socklen_t;
    // SAFETY: getsockname and getpeername write at most `length` bytes to the address, all of which are in `bytes`.
    let result = unsafe { ask(socket.as_raw_fd(), bytes.as_mut_ptr().cast(), &mut length) };
    if result == -1 {
        return None;
    }
    // The length is that of the whole address, which may be longer than what was written.
    Some(bytes[..bytes.len().min(length as usize)].to_vec())
}
