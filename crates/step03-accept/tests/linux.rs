//! What only Linux need do: `accept4`, and a client that is gone before it is accepted.
#![cfg(target_os = "linux")]

mod helpers;

use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::socket::SockFlag;
use socket2::SockRef;
use step02_bind_listen::with_libc::{empty_address, socket_addr};
use step03_accept::{with_libc, with_nix};

use helpers::{closes_on_exec, owner, queued_client};

#[test]
fn libc_accept4_sets_the_flags_it_was_given() {
    let (listener, client) = queued_client();
    let (mut address, mut length) = empty_address();
    let (out, length_out) = ((&raw mut address).cast(), &raw mut length);
    let flags = libc::SOCK_CLOEXEC;
    // SAFETY: `length` is the size of `address`, and both outlive the call.
    let fd = unsafe { with_libc::accept4(listener.as_raw_fd(), out, length_out, flags) }.unwrap();
    assert!(closes_on_exec(&owner(fd)));
    assert_eq!(
        SocketAddr::V4(socket_addr(&address).unwrap()),
        client.local_addr().unwrap()
    );
    assert_eq!(length, empty_address().1);
}

#[test]
fn nix_accept4_sets_the_flags_it_was_given() {
    let (listener, _client) = queued_client();
    let connection = with_nix::accept4(&listener, SockFlag::SOCK_CLOEXEC).unwrap();
    assert!(closes_on_exec(&connection));
}

#[test]
fn of_a_client_that_is_gone_only_accept_itself_can_tell_the_address() {
    let (listener, client) = queued_client();
    let address = client.local_addr().unwrap();
    reset(client);
    let (fd, peer) = with_libc::accept_peer(listener.as_raw_fd()).unwrap();
    let _connection = owner(fd);
    assert_eq!(SocketAddr::V4(peer), address);

    let (listener, client) = queued_client();
    reset(client);
    let connection = with_nix::accept(&listener).unwrap();
    assert_eq!(
        with_nix::peer_address(&connection).unwrap_err(),
        Errno::ENOTCONN
    );
}

/// Ends the connection with a RST: a close that lingers for 0 seconds.
#[track_caller]
fn reset(client: TcpStream) {
    SockRef::from(&client)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
}
