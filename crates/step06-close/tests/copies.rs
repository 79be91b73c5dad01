//! What each layer makes of a copy of a descriptor.

mod helpers;

use std::net::TcpStream;
use std::os::fd::{AsFd, AsRawFd};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use socket2::Socket;
use step05_send_recv::with_libc::{recv, send};
use step06_close::{with_libc, with_nix, with_socket2, with_std};

use helpers::{check_end, owner, pair};

#[test]
fn libc_copies_without_close_on_exec_and_the_copy_keeps_the_connection() {
    let (mine, peer) = pair();
    let copy = owner(with_libc::dup(mine.as_raw_fd()).unwrap());
    assert!(!closes_on_exec(&copy));
    check_copy_keeps_it(mine, copy, &peer);
}

#[test]
fn nix_copies_without_close_on_exec_and_the_copy_keeps_the_connection() {
    let (mine, peer) = pair();
    let copy = with_nix::dup(&mine).unwrap();
    assert!(!closes_on_exec(&copy));
    check_copy_keeps_it(mine, copy, &peer);
}

#[test]
fn socket2_copies_with_close_on_exec_and_the_copy_keeps_the_connection() {
    let (mine, peer) = pair();
    let mine = Socket::from(mine);
    let copy = with_socket2::try_clone(&mine).unwrap();
    assert!(closes_on_exec(&copy));
    check_copy_keeps_it(mine, copy, &peer);
}

#[test]
fn std_copies_with_close_on_exec_and_the_copy_keeps_the_connection() {
    let (mine, peer) = pair();
    let mine = TcpStream::from(mine);
    let copy = with_std::try_clone(&mine).unwrap();
    assert!(closes_on_exec(&copy));
    check_copy_keeps_it(mine, copy, &peer);
}

#[test]
fn a_shutdown_is_felt_through_every_copy() {
    let (mine, peer) = pair();
    let copy = with_nix::dup(&mine).unwrap();
    with_nix::shutdown(&mine, nix::sys::socket::Shutdown::Write).unwrap();
    check_end(&peer);
    let error = send(copy.as_raw_fd(), b"?", libc::MSG_NOSIGNAL).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EPIPE));
}

/// One of two descriptors is closed: the other still carries bytes. Both are: the end.
#[track_caller]
fn check_copy_keeps_it(first: impl AsRawFd, copy: impl AsRawFd, peer: &impl AsRawFd) {
    drop(first);
    send(copy.as_raw_fd(), b"still here", 0).unwrap();
    let mut buffer = [0; 16];
    let count = recv(peer.as_raw_fd(), &mut buffer, 0).unwrap();
    assert_eq!(&buffer[..count], b"still here");
    drop(copy);
    check_end(peer);
}

/// Whether the descriptor bears the mark close-on-exec.
#[track_caller]
fn closes_on_exec(socket: &impl AsFd) -> bool {
    let flags = fcntl(socket.as_fd(), FcntlArg::F_GETFD).unwrap();
    FdFlag::from_bits_retain(flags).contains(FdFlag::FD_CLOEXEC)
}
