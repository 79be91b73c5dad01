//! What each layer adds to `close` and `shutdown`.

mod helpers;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Shutdown, SocketAddrV4, TcpStream};
use std::os::fd::{AsRawFd, IntoRawFd};

use nix::errno::Errno;
use socket2::Socket;
use step05_send_recv::with_libc::{recv, send};
use step06_close::{with_libc, with_nix, with_socket2, with_std};

use helpers::{check_end, owner, pair};

#[test]
fn close_ends_the_connection_in_every_layer() {
    let (mine, peer) = pair();
    with_libc::close(mine.into_raw_fd()).unwrap();
    check_end(&peer);

    let (mine, peer) = pair();
    with_nix::close(mine).unwrap();
    check_end(&peer);

    let (mine, peer) = pair();
    with_socket2::close(mine.into());
    check_end(&peer);

    let (mine, peer) = pair();
    with_std::close(mine.into());
    check_end(&peer);
}

#[test]
fn libc_closes_what_was_never_open_and_says_so() {
    let error = with_libc::close(-1).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EBADF));
}

#[test]
fn after_a_half_close_the_other_direction_goes_on_in_every_layer() {
    let (mine, peer) = pair();
    with_libc::shutdown(mine.as_raw_fd(), libc::SHUT_WR).unwrap();
    check_half_closed(&mine, &peer);

    let (mine, peer) = pair();
    with_nix::shutdown(&mine, nix::sys::socket::Shutdown::Write).unwrap();
    check_half_closed(&mine, &peer);

    let (mine, peer) = pair();
    let mine = Socket::from(mine);
    with_socket2::shutdown(&mine, Shutdown::Write).unwrap();
    check_half_closed(&mine, &peer);

    let (mine, peer) = pair();
    let mine = TcpStream::from(mine);
    with_std::shutdown(&mine, Shutdown::Write).unwrap();
    check_half_closed(&mine, &peer);
}

#[test]
fn without_a_connection_there_is_nothing_to_shut_down() {
    let any_port = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    let bound = owner(step02_bind_listen::with_libc::bound_to(any_port).unwrap());
    let raw = with_libc::shutdown(bound.as_raw_fd(), libc::SHUT_WR).unwrap_err();
    assert_eq!(raw.raw_os_error(), Some(libc::ENOTCONN));
    let typed = with_nix::shutdown(&bound, nix::sys::socket::Shutdown::Write).unwrap_err();
    assert_eq!(typed, Errno::ENOTCONN);
    let stream = TcpStream::from(bound);
    let error = with_std::shutdown(&stream, Shutdown::Write).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
}

/// The peer has seen the end, can still answer, and the answer arrives.
#[track_caller]
fn check_half_closed(mine: &impl AsRawFd, peer: &impl AsRawFd) {
    check_end(peer);
    send(peer.as_raw_fd(), b"answer", 0).unwrap();
    let mut buffer = [0; 16];
    let count = recv(mine.as_raw_fd(), &mut buffer, 0).unwrap();
    assert_eq!(&buffer[..count], b"answer");
    let error = send(mine.as_raw_fd(), b"?", 0).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EPIPE));
}
