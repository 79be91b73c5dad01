//! What each layer adds to `sendto` and `recvfrom`.

mod helpers;

use std::io::ErrorKind;
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::socket::{MsgFlags, SockaddrIn};
use socket2::SockAddr;
use step02_bind_listen as step02;
use step10_udp::{LONGEST, with_libc, with_nix, with_socket2, with_std};

use helpers::{ANY_PORT, owner, port_of, receiver};

#[test]
fn a_word_and_its_sender_through_every_layer() {
    let mut buffer = [0; 16];
    let here = owner(with_libc::bound_to(ANY_PORT).unwrap());
    let address = step02::with_libc::local_address(here.as_raw_fd()).unwrap();
    let there = owner(with_libc::unbound().unwrap());
    assert_eq!(
        with_libc::send_to(there.as_raw_fd(), b"raw", 0, address).unwrap(),
        3
    );
    // Its own address is still 0.0.0.0, every address of the machine: only the port is settled.
    let port = step02::with_libc::local_address(there.as_raw_fd())
        .unwrap()
        .port();
    let sender = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
    let received = with_libc::recv_from(here.as_raw_fd(), &mut buffer, 0).unwrap();
    assert_eq!((received, &buffer[..3]), ((3, sender), &b"raw"[..]));

    let here = with_nix::bound_to(ANY_PORT).unwrap();
    let address = step02::with_nix::local_address(&here).unwrap();
    let there = with_nix::unbound().unwrap();
    let none = MsgFlags::empty();
    assert_eq!(
        with_nix::send_to(&there, b"typed", none, address).unwrap(),
        5
    );
    let port = step02::with_nix::local_address(&there).unwrap().port();
    let sender = SockaddrIn::new(127, 0, 0, 1, port);
    let received = with_nix::recv_from(&here, &mut buffer).unwrap();
    assert_eq!((received, &buffer[..5]), ((5, Some(sender)), &b"typed"[..]));

    let here = with_socket2::bound_to(ANY_PORT).unwrap();
    let there = with_socket2::unbound().unwrap();
    let address = here.local_addr().unwrap();
    assert_eq!(
        with_socket2::send_to(&there, b"owned", &address).unwrap(),
        5
    );
    let mut room = [MaybeUninit::uninit(); 16];
    let (received, sender) = with_socket2::recv_from(&here, &mut room).unwrap();
    assert_eq!(received, b"owned");
    let port = |address: &SockAddr| address.as_socket().map(|address| address.port());
    assert_eq!(port(&sender), port(&there.local_addr().unwrap()));

    let (here, there) = (receiver(), receiver());
    let address = here.local_addr().unwrap();
    assert_eq!(with_std::send_to(&there, b"std", address).unwrap(), 3);
    let received = with_std::recv_from(&here, &mut buffer).unwrap();
    let expected = (3, there.local_addr().unwrap());
    assert_eq!((received, &buffer[..3]), (expected, &b"std"[..]));
}

#[test]
fn a_socket_that_has_not_sent_has_no_port_and_std_has_one_from_the_start() {
    let raw = owner(with_libc::unbound().unwrap());
    assert_eq!(
        step02::with_libc::local_address(raw.as_raw_fd())
            .unwrap()
            .port(),
        0
    );
    with_libc::send_to(raw.as_raw_fd(), b"", 0, port_of(&receiver())).unwrap();
    assert_ne!(
        step02::with_libc::local_address(raw.as_raw_fd())
            .unwrap()
            .port(),
        0
    );
    assert_ne!(receiver().local_addr().unwrap().port(), 0);
}

#[test]
fn who_asks_for_close_on_exec_and_who_does_not() {
    assert!(!closes_on_exec(&owner(with_libc::unbound().unwrap())));
    assert!(!closes_on_exec(&with_nix::unbound().unwrap()));
    assert!(closes_on_exec(&with_socket2::unbound().unwrap()));
    assert!(closes_on_exec(&receiver()));
}

#[test]
fn one_byte_more_than_a_datagram_holds_is_not_sent() {
    let (here, bytes) = (receiver(), vec![b'x'; LONGEST + 1]);
    let address = port_of(&here);
    let raw = owner(with_libc::unbound().unwrap());
    let error = with_libc::send_to(raw.as_raw_fd(), &bytes, 0, address).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EMSGSIZE));
    let typed = with_nix::unbound().unwrap();
    let none = MsgFlags::empty();
    let errno = with_nix::send_to(&typed, &bytes, none, SockaddrIn::from(address)).unwrap_err();
    assert_eq!(errno, Errno::EMSGSIZE);
    let owned = with_socket2::unbound().unwrap();
    let error = with_socket2::send_to(&owned, &bytes, &SockAddr::from(address)).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EMSGSIZE));
    let error = with_std::send_to(&receiver(), &bytes, address.into()).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EMSGSIZE));

    // The longest does arrive, whole.
    let sent = with_libc::send_to(raw.as_raw_fd(), &bytes[1..], 0, address).unwrap();
    let (received, _) = with_std::recv_from(&here, &mut vec![0; LONGEST]).unwrap();
    assert_eq!((sent, received), (LONGEST, LONGEST));
}

#[test]
fn a_connected_socket_hears_its_peer_only() {
    let (here, peer, stranger) = (receiver(), receiver(), receiver());
    let address = here.local_addr().unwrap();
    with_std::set_peer(&here, port_of(&peer)).unwrap();
    with_std::send_to(&stranger, b"spam", address).unwrap();
    with_std::send_to(&peer, b"hi", address).unwrap();
    let mut buffer = [0; 16];
    assert_eq!(with_std::recv(&here, &mut buffer).unwrap(), 2);

    // Connected again, to the other one: now it is the peer that is not heard.
    with_std::set_peer(&here, port_of(&stranger)).unwrap();
    with_std::send_to(&peer, b"late", address).unwrap();
    with_std::send_to(&stranger, b"now", address).unwrap();
    assert_eq!(with_std::recv(&here, &mut buffer).unwrap(), 3);
}

#[test]
fn a_socket_connected_to_itself_talks_to_itself() {
    let here = receiver();
    with_std::set_peer(&here, port_of(&here)).unwrap();
    with_std::send(&here, b"hello").unwrap();
    let mut buffer = [0; 16];
    let (count, from): (usize, SocketAddr) = with_std::recv_from(&here, &mut buffer).unwrap();
    assert_eq!((count, from), (5, here.local_addr().unwrap()));
}

#[test]
fn a_refusal_is_told_to_a_connected_socket_once() {
    let deaf = receiver();
    with_std::set_peer(&deaf, port_of(&deaf)).unwrap();
    let here = with_std::connected_to(port_of(&deaf)).unwrap();
    with_std::send(&here, b"one").unwrap();
    let refused = with_std::recv(&here, &mut [0; 1]).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    here.set_nonblocking(true).unwrap();
    let nothing = with_std::recv(&here, &mut [0; 1]).unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
}

/// Whether the descriptor bears the mark close-on-exec.
#[track_caller]
fn closes_on_exec(socket: &impl AsFd) -> bool {
    let flags = fcntl(socket.as_fd(), FcntlArg::F_GETFD).unwrap();
    FdFlag::from_bits_retain(flags).contains(FdFlag::FD_CLOEXEC)
}
