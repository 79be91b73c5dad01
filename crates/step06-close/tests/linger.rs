//! What each layer makes of `SO_LINGER`.

mod helpers;

use std::net::TcpStream;
use std::os::fd::{AsFd, AsRawFd, IntoRawFd};
use std::time::Duration;

use socket2::{SockRef, Socket};
use step05_send_recv::with_libc::recv;
use step06_close::{with_libc, with_nix, with_socket2, with_std};

use helpers::{check_end, pair};

const NOW: Option<Duration> = Some(Duration::ZERO);

#[test]
fn a_linger_of_zero_resets_in_every_layer() {
    let (mine, peer) = pair();
    with_libc::set_linger(mine.as_raw_fd(), Some(0)).unwrap();
    with_libc::close(mine.into_raw_fd()).unwrap();
    check_reset(&peer);

    let (mine, peer) = pair();
    with_nix::set_linger(&mine, Some(0)).unwrap();
    with_nix::close(mine).unwrap();
    check_reset(&peer);

    let (mine, peer) = pair();
    let mine = Socket::from(mine);
    with_socket2::set_linger(&mine, NOW).unwrap();
    with_socket2::close(mine);
    check_reset(&peer);

    let (mine, peer) = pair();
    let mine = TcpStream::from(mine);
    with_std::set_linger(&mine, NOW).unwrap();
    with_std::close(mine);
    check_reset(&peer);
}

#[test]
fn a_linger_taken_back_ends_in_order() {
    let (mine, peer) = pair();
    with_libc::set_linger(mine.as_raw_fd(), Some(0)).unwrap();
    with_libc::set_linger(mine.as_raw_fd(), None).unwrap();
    with_libc::close(mine.into_raw_fd()).unwrap();
    check_end(&peer);
}

#[test]
fn every_layer_sets_seconds_and_takes_them_back() {
    let (socket, _peer) = pair();
    assert_eq!(linger(&socket), None);
    with_libc::set_linger(socket.as_raw_fd(), Some(7)).unwrap();
    assert_eq!(linger(&socket), Some(Duration::from_secs(7)));
    with_nix::set_linger(&socket, None).unwrap();
    assert_eq!(linger(&socket), None);
    with_nix::set_linger(&socket, Some(8)).unwrap();
    assert_eq!(linger(&socket), Some(Duration::from_secs(8)));
    with_libc::set_linger(socket.as_raw_fd(), None).unwrap();
    assert_eq!(linger(&socket), None);

    // What is no whole second is cut off.
    let stream = TcpStream::from(socket);
    with_std::set_linger(&stream, Some(Duration::from_millis(2900))).unwrap();
    assert_eq!(linger(&stream), Some(Duration::from_secs(2)));
}

#[track_caller]
fn check_reset(socket: &impl AsRawFd) {
    let error = recv(socket.as_raw_fd(), &mut [0; 16], 0).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::ECONNRESET));
}

#[track_caller]
fn linger(socket: &impl AsFd) -> Option<Duration> {
    SockRef::from(socket).linger().unwrap()
}
