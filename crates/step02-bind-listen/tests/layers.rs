//! What each layer adds to `bind`, `listen` and `getsockname`.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::sys::socket::sockopt::{AcceptConn, ReuseAddr};
use nix::sys::socket::{Backlog, getsockopt};
use step02_bind_listen::{with_libc, with_nix, with_socket2, with_std};

/// A port the kernel chooses, reachable from this machine only.
const ANY_PORT: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);

#[test]
fn bound_is_not_listening() {
    let socket = owner(with_libc::bound_to(ANY_PORT).unwrap());
    assert!(!listens(&socket));
}

#[test]
fn libc_listens_and_adds_nothing() {
    let listener = owner(with_libc::listen_on(ANY_PORT, 5).unwrap());
    assert!(listens(&listener));
    assert!(!reuses_address(&listener));
}

#[test]
fn nix_listens_and_adds_nothing() {
    let listener = with_nix::listen_on(ANY_PORT, Backlog::new(5).unwrap()).unwrap();
    assert!(listens(&listener));
    assert!(!reuses_address(&listener));
}

#[test]
fn socket2_listens_and_adds_nothing() {
    let listener = with_socket2::listen_on(ANY_PORT, 5).unwrap();
    assert!(listens(&listener));
    assert!(!reuses_address(&listener));
}

#[test]
fn std_listens_and_adds_reuse_of_the_address() {
    let listener = with_std::listen_on(ANY_PORT).unwrap();
    assert!(listens(&listener));
    assert!(reuses_address(&listener));
}

#[test]
fn std_over_a_lower_layer_lacks_reuse_of_the_address() {
    let listener = with_std::listen_with(ANY_PORT, 5).unwrap();
    assert!(listens(&listener));
    assert!(!reuses_address(&listener));
}

#[test]
fn nix_refuses_a_backlog_that_the_kernel_would_cut_down() {
    let too_much = libc::SOMAXCONN + 1;
    assert_eq!(Backlog::new(too_much).unwrap_err(), Errno::EINVAL);

    let listener = owner(with_libc::bound_to(ANY_PORT).unwrap());
    with_libc::listen(listener.as_raw_fd(), too_much).unwrap();
    assert!(listens(&listener));
}

#[test]
fn every_layer_learns_what_port_0_became() {
    let raw = owner(with_libc::listen_on(ANY_PORT, 5).unwrap());
    let raw_address = with_libc::local_address(raw.as_raw_fd()).unwrap();
    assert_eq!(*raw_address.ip(), Ipv4Addr::LOCALHOST);
    assert_ne!(raw_address.port(), 0);

    // The same socket, asked through each of the other layers.
    let typed = with_nix::local_address(&raw).unwrap();
    assert_eq!(SocketAddrV4::from(typed), raw_address);
    let owned = with_socket2::local_address(&socket2::Socket::from(raw.try_clone().unwrap()));
    assert_eq!(owned.unwrap().as_socket_ipv4(), Some(raw_address));
    let std_address = with_std::local_address(&raw.into()).unwrap();
    assert_eq!(std_address, SocketAddr::V4(raw_address));
}

#[test]
fn the_length_comes_back_whole_though_less_was_written() {
    let listener = owner(with_libc::listen_on(ANY_PORT, 5).unwrap());
    let (mut address, full) = with_libc::empty_address();
    let mut length = 4;
    let (out, length_out) = ((&raw mut address).cast(), &raw mut length);
    // SAFETY: `length` is 4, `address` has room for more than that, and both outlive the call.
    unsafe { with_libc::getsockname(listener.as_raw_fd(), out, length_out) }.unwrap();
    assert_eq!(length, full);
    assert_ne!(address.sin_port, 0);
    assert_eq!(address.sin_addr.s_addr, 0);
}

#[test]
fn an_address_in_use_is_refused_in_the_error_of_each_layer() {
    let first = with_socket2::listen_on(ANY_PORT, 5).unwrap();
    let taken = with_socket2::local_address(&first)
        .unwrap()
        .as_socket_ipv4()
        .unwrap();

    let raw = with_libc::listen_on(taken, 5).unwrap_err();
    assert_eq!(raw.raw_os_error(), Some(libc::EADDRINUSE));
    let typed = with_nix::listen_on(taken, Backlog::new(5).unwrap()).unwrap_err();
    assert_eq!(typed, Errno::EADDRINUSE);
    let owned = with_socket2::listen_on(taken, 5).unwrap_err();
    assert_eq!(owned.kind(), ErrorKind::AddrInUse);
    let std_error = with_std::listen_on(taken).unwrap_err();
    assert_eq!(std_error.kind(), ErrorKind::AddrInUse);
}

/// An owner for a descriptor of the libc layer, so that a test that fails closes it.
fn owner(fd: RawFd) -> OwnedFd {
    // SAFETY: each test passes what a call has just opened for it, and closes it in no other way.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

#[track_caller]
fn listens(socket: &impl AsFd) -> bool {
    getsockopt(&socket.as_fd(), AcceptConn).unwrap()
}

#[track_caller]
fn reuses_address(socket: &impl AsFd) -> bool {
    getsockopt(&socket.as_fd(), ReuseAddr).unwrap()
}
