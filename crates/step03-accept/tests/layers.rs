//! What each layer adds to `accept` and `getpeername`.
//!
//! The client is std's: connecting is the next step. One thread plays both halves, because the
//! kernel finishes the handshake before anyone accepts.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

use nix::errno::Errno;
use nix::sys::socket::SockaddrIn;
use socket2::Socket;
use step01_socket::with_libc::cvt;
use step02_bind_listen::with_libc::{bound_to, empty_address, local_address, socket_addr};
use step03_accept::{with_libc, with_nix, with_socket2, with_std};

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

#[cfg(target_os = "linux")]
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
        SocketAddr::V4(socket_addr(&address)),
        client.local_addr().unwrap()
    );
    assert_eq!(length, empty_address().1);
}

#[test]
fn nix_gives_an_owner_and_no_close_on_exec_and_the_peer_when_asked() {
    let (listener, client) = queued_client();
    let connection = with_nix::accept(&listener).unwrap();
    assert!(!closes_on_exec(&connection));
    let peer: SockaddrIn = with_nix::peer_address(&connection).unwrap();
    assert_eq!(SocketAddr::from(peer), client.local_addr().unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn nix_accept4_sets_the_flags_it_was_given() {
    use nix::sys::socket::SockFlag;

    let (listener, _client) = queued_client();
    let connection = with_nix::accept4(&listener, SockFlag::SOCK_CLOEXEC).unwrap();
    assert!(closes_on_exec(&connection));
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
    assert_eq!(std_error.kind(), std::io::ErrorKind::InvalidInput);
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

#[test]
fn nix_refuses_an_address_of_another_family() {
    let Ok(listener) = TcpListener::bind("[::1]:0") else {
        println!("not on this machine: no IPv6");
        return;
    };
    let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let connection = with_nix::accept(&OwnedFd::from(listener)).unwrap();
    assert_eq!(
        with_nix::peer_address(&connection).unwrap_err(),
        Errno::EINVAL
    );
}

/// A listener with one finished connection on its queue, and the client at its other end.
#[track_caller]
fn queued_client() -> (OwnedFd, TcpStream) {
    let any_port = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    let listener = owner(step02_bind_listen::with_libc::listen_on(any_port, 5).unwrap());
    let address = local_address(listener.as_raw_fd()).unwrap();
    (listener, TcpStream::connect(address).unwrap())
}

/// An owner for a descriptor of the libc layer, so that a test that fails closes it.
fn owner(fd: RawFd) -> OwnedFd {
    // SAFETY: the test has just been given `fd` by the layer below, and keeps no other copy.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// Whether the descriptor bears the mark close-on-exec.
#[track_caller]
fn closes_on_exec(socket: &impl AsFd) -> bool {
    // SAFETY: the borrow keeps the descriptor open, and F_GETFD only reads its flags.
    let flags = unsafe { libc::fcntl(socket.as_fd().as_raw_fd(), libc::F_GETFD) };
    cvt(flags).unwrap() & libc::FD_CLOEXEC != 0
}
