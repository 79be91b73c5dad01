//! What is true of Linux, and stands so in the lesson.
#![cfg(target_os = "linux")]

mod helpers;

use std::io::ErrorKind;
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::AsRawFd;

use nix::sys::socket::MsgFlags;
use socket2::SockRef;
use step05_send_recv as step05;
use step08_options::with_libc::set_int;
use step10_udp::{with_libc, with_nix, with_socket2, with_std};

use helpers::{ANY_PORT, owner, port_of, receiver};

#[test]
fn msg_trunc_returns_the_length_of_the_datagram_in_every_layer() {
    let trunc = libc::MSG_TRUNC;
    let sender = receiver();
    let hello = |to: SocketAddrV4| with_std::send_to(&sender, b"hello", to.into()).unwrap();

    let raw = owner(with_libc::bound_to(ANY_PORT).unwrap());
    hello(step02_bind_listen::with_libc::local_address(raw.as_raw_fd()).unwrap());
    let mut buffer = *b"____";
    let (length, _) = with_libc::recv_from(raw.as_raw_fd(), &mut buffer, trunc).unwrap();
    assert_eq!((length, &buffer), (5, b"hell"));

    let typed = with_nix::bound_to(ANY_PORT).unwrap();
    let address = step02_bind_listen::with_nix::local_address(&typed).unwrap();
    hello(SocketAddrV4::from(address));
    let length = step05::with_nix::recv(&typed, &mut buffer, MsgFlags::MSG_TRUNC);
    assert_eq!(length, Ok(5));

    let owned = with_socket2::bound_to(ANY_PORT).unwrap();
    hello(owned.local_addr().unwrap().as_socket_ipv4().unwrap());
    let mut room = [MaybeUninit::uninit(); 4];
    let (length, received, _) =
        with_socket2::recv_from_with_flags(&owned, &mut room, trunc).unwrap();
    assert_eq!((length, received), (5, &b"hell"[..]));

    let std = receiver();
    hello(port_of(&std));
    let (length, received, _) = with_std::recv_from_with_flags(&std, &mut room, trunc).unwrap();
    assert_eq!((length, received), (5, &b"hell"[..]));
}

/// The refusal does come back to an unconnected socket: with the option `IP_RECVERR` it is told.
#[test]
fn the_refusal_comes_back_and_is_not_told() {
    let deaf = receiver();
    with_std::set_peer(&deaf, port_of(&deaf)).unwrap();
    let (quiet, told) = (receiver(), receiver());
    set_int(told.as_raw_fd(), libc::IPPROTO_IP, libc::IP_RECVERR, 1).unwrap();
    for socket in [&quiet, &told] {
        with_std::send_to(socket, b"?", port_of(&deaf).into()).unwrap();
    }
    let refused = with_std::recv_from(&told, &mut [0; 1]).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    // The other one's refusal has been there before this one's.
    assert!(quiet.take_error().unwrap().is_none());
    quiet.set_nonblocking(true).unwrap();
    let nothing = with_std::recv_from(&quiet, &mut [0; 1]).unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
}

#[test]
fn the_options_of_multicast_are_the_same_in_every_layer() {
    let lo = Ipv4Addr::LOCALHOST;
    let raw = owner(with_libc::unbound().unwrap());
    with_libc::send_groups_by(raw.as_raw_fd(), lo).unwrap();
    assert_eq!(SockRef::from(&raw).multicast_if_v4().unwrap(), lo);
    let typed = with_nix::unbound().unwrap();
    with_nix::send_groups_by(&typed, lo).unwrap();
    assert_eq!(SockRef::from(&typed).multicast_if_v4().unwrap(), lo);
    let std = receiver();
    with_std::send_groups_by(&std, lo).unwrap();
    assert_eq!(SockRef::from(&std).multicast_if_v4().unwrap(), lo);

    // An address that is nobody's, and one that is no group.
    let nobody = Ipv4Addr::new(240, 0, 0, 1);
    let error = with_libc::send_groups_by(raw.as_raw_fd(), nobody).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EADDRNOTAVAIL));
    let errno = with_nix::send_groups_by(&typed, nobody).unwrap_err();
    assert_eq!(errno, nix::errno::Errno::EADDRNOTAVAIL);
    let error = with_libc::join(raw.as_raw_fd(), lo, lo).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
}

/// The interface that was named, and not the one that the kernel would choose: /proc/net/igmp lists groups by interface.
#[test]
fn a_group_is_joined_by_the_interface_with_that_address() {
    let group = Ipv4Addr::new(239, 77, 11, 10);
    let raw = owner(with_libc::unbound().unwrap());
    with_libc::join(raw.as_raw_fd(), group, Ipv4Addr::LOCALHOST).unwrap();
    let table = std::fs::read_to_string("/proc/net/igmp").unwrap();
    let number = format!("{:08X}", u32::from_ne_bytes(group.octets()));
    let mut interface = "";
    let mut joined = Vec::new();
    for line in table.lines().skip(1) {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            [first, ..] if first == number => joined.push(interface),
            [first, name, ..] if first.parse::<u32>().is_ok() && line.contains(':') => {
                interface = name
            }
            _ => {}
        }
    }
    assert_eq!(joined, ["lo"], "{table}");
}
