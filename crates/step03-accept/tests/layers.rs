//! What each layer adds to `accept` and `getpeername`.
//!
//! The client is std's: connecting is the next step. One thread plays both halves, because the
//! kernel completes the handshake before anyone accepts.

mod helpers;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener};
use std::os::fd::AsRawFd;
use std::ptr;

use nix::errno::Errno;
use nix::sys::socket::SockaddrIn;
use socket2::Socket;
use step02_bind_listen::with_libc::{bound_to, local_address};
use step03_accept::{with_libc, with_nix, with_socket2, with_std};

use helpers::{closes_on_exec, owner, queued_client};

#[test]
fn libc_gives_a_number_and_the_peer_and_no_close_on_exec() {
    let (listener, client) = queued_client();
    let (fd, peer) = with_libc::accept_peer(listener.as_raw_fd()).unwrap();
    let connection = owner(fd);
    assert_eq!(SocketAddr::V4(peer), client.local_addr().unwrap());
    assert!(!closes_on_exec(&connection));
}

#[test]
fn libc_accept_takes_two_nulls() {
    let (listener, client) = queued_client();
    // SAFETY: both pointers are null, which `accept` allows.
    let fd = unsafe { with_libc::accept(listener.as_raw_fd(), ptr::null_mut(), ptr::null_mut()) };
    let connection = owner(fd.unwrap());
    let peer = with_libc::peer_address(connection.as_raw_fd()).unwrap();
    assert_eq!(SocketAddr::V4(peer), client.local_addr().unwrap());
}

#[test]
fn nix_gives_an_owner_and_no_close_on_exec_and_the_peer_when_asked() {
    let (listener, client) = queued_client();
    let connection = with_nix::accept(&listener).unwrap();
    assert!(!closes_on_exec(&connection));
    let peer: SockaddrIn = with_nix::peer_address(&connection).unwrap();
    assert_eq!(SocketAddr::from(peer), client.local_addr().unwrap());
}

#[test]
fn socket2_gives_the_peer_and_adds_close_on_exec() {
    let (listener, client) = queued_client();
    let (connection, peer) = with_socket2::accept(&Socket::from(listener)).unwrap();
    assert!(closes_on_exec(&connection));
    assert_eq!(peer.as_socket(), Some(client.local_addr().unwrap()));
    assert_eq!(with_socket2::peer_address(&connection).unwrap(), peer);
}

#[test]
fn socket2_raw_gives_the_peer_and_adds_nothing() {
    let (listener, client) = queued_client();
    let (connection, peer) = with_socket2::accept_raw(&Socket::from(listener)).unwrap();
    assert!(!closes_on_exec(&connection));
    assert_eq!(peer.as_socket(), Some(client.local_addr().unwrap()));
}

#[test]
fn std_gives_the_peer_and_adds_close_on_exec() {
    let (listener, client) = queued_client();
    let (connection, peer) = with_std::accept(&TcpListener::from(listener)).unwrap();
    assert!(closes_on_exec(&connection));
    assert_eq!(peer, client.local_addr().unwrap());
    assert_eq!(with_std::peer_address(&connection).unwrap(), peer);
}

#[test]
fn the_connection_has_the_port_of_the_listener() {
    let (listener, _client) = queued_client();
    let (fd, _) = with_libc::accept_peer(listener.as_raw_fd()).unwrap();
    let connection = owner(fd);
    let listens_on = local_address(listener.as_raw_fd()).unwrap();
    assert_eq!(local_address(connection.as_raw_fd()).unwrap(), listens_on);
}

#[test]
fn without_listen_each_layer_says_so_in_its_own_error() {
    let socket = owner(bound_to(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap());

    let raw = with_libc::accept_peer(socket.as_raw_fd()).unwrap_err();
    assert_eq!(raw.raw_os_error(), Some(libc::EINVAL));
    assert_eq!(with_nix::accept(&socket).unwrap_err(), Errno::EINVAL);
    let owned = with_socket2::accept(&Socket::from(socket.try_clone().unwrap())).unwrap_err();
    assert_eq!(owned.raw_os_error(), Some(libc::EINVAL));
    let std_error = with_std::accept(&TcpListener::from(socket)).unwrap_err();
    assert_eq!(std_error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn a_listener_has_no_peer() {
    let (listener, _client) = queued_client();
    let raw = with_libc::peer_address(listener.as_raw_fd()).unwrap_err();
    assert_eq!(raw.raw_os_error(), Some(libc::ENOTCONN));
    assert_eq!(
        with_nix::peer_address(&listener).unwrap_err(),
        Errno::ENOTCONN
    );
}
