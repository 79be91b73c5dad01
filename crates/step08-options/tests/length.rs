//! What the length of an option counts on Linux: mostly bytes. These are the options where it does not.
#![cfg(target_os = "linux")]

#[path = "../../../tests/src/skip.rs"]
mod skip;

use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use libc::{IPPROTO_IP, SO_ATTACH_FILTER, SOL_SOCKET, c_int, socklen_t};
use socket2::{SockFilter, SockRef};
use step01_socket::with_libc::socket;
use step08_options::with_libc::{get_int, getsockopt, set_int};

use skip::not_run;

/// The number of `SO_ATTACH_FILTER`, by the name that it has when it is read (`asm/socket.h`).
const SO_GET_FILTER: c_int = SO_ATTACH_FILTER;

/// Room for an option that the kernel is told less of, and the call. Returns the length that came back.
#[track_caller]
fn ask(fd: &impl AsRawFd, level: c_int, name: c_int, room: &mut [u8; 64], told: u32) -> u32 {
    let mut length: socklen_t = told;
    let value = room.as_mut_ptr().cast();
    // SAFETY: the tests ask for at most 32 bytes, whatever they tell, and there is room for 64.
    unsafe { getsockopt(fd.as_raw_fd(), level, name, value, &raw mut length) }.unwrap();
    length
}

#[test]
fn so_get_filter_is_told_four_and_writes_thirty_two_bytes() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    // Four times BPF_RET | BPF_K: take this many bytes of the datagram, here 65,535. The first ends the filter.
    let filter = [0xffff; 4].map(|bytes| SockFilter::new(0x06, 0, 0, bytes));
    SockRef::from(&socket).attach_filter(&filter).unwrap();

    let mut room = [0xaa; 64];
    assert_eq!(ask(&socket, SOL_SOCKET, SO_GET_FILTER, &mut room, 4), 4);
    let instruction = [&6_u16.to_ne_bytes()[..], &[0, 0], &0xffff_u32.to_ne_bytes()].concat();
    assert_eq!(room[..32], instruction.repeat(4));
    assert_eq!(room[32..], [0xaa; 32]);
}

#[test]
fn ip_msfilter_is_told_sixteen_and_writes_what_the_value_says() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (group, lo) = (Ipv4Addr::new(239, 255, 8, 8), Ipv4Addr::LOCALHOST);
    for last in 1..=3 {
        let source = Ipv4Addr::new(127, 0, 0, last);
        if let Err(error) = SockRef::from(&socket).join_ssm_v4(&source, &group, &lo) {
            let why = format!("the loopback interface joins no group: {error}");
            return not_run("IP_MSFILTER", &why);
        }
    }
    // struct ip_msfilter: group, interface, mode, number of sources; then the sources.
    let head = |sources: u32| {
        let mut room = [0xaa; 64];
        room[..4].copy_from_slice(&group.octets());
        room[4..8].copy_from_slice(&lo.octets());
        room[12..16].copy_from_slice(&sources.to_ne_bytes());
        room
    };
    let mut room = head(0);
    assert_eq!(
        ask(&socket, IPPROTO_IP, libc::IP_MSFILTER, &mut room, 16),
        16
    );
    assert_eq!(room[16..], [0xaa; 48]);
    let mut room = head(9);
    assert_eq!(
        ask(&socket, IPPROTO_IP, libc::IP_MSFILTER, &mut room, 16),
        28
    );
    assert_eq!(room[16..28], [127, 0, 0, 1, 127, 0, 0, 2, 127, 0, 0, 3]);
    assert_eq!(room[28..], [0xaa; 36]);
}

#[test]
fn netlink_list_memberships_says_how_many_there_are_and_not_how_many_it_wrote() {
    let fd = socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_ROUTE).unwrap();
    // SAFETY: `socket` has just made `fd`, so nothing else owns it.
    let owner = unsafe { OwnedFd::from_raw_fd(fd) };
    let group = libc::RTNLGRP_LINK as c_int;
    set_int(fd, libc::SOL_NETLINK, libc::NETLINK_ADD_MEMBERSHIP, group).unwrap();
    let (level, name) = (libc::SOL_NETLINK, libc::NETLINK_LIST_MEMBERSHIPS);
    let mut room = [0xaa; 64];
    let all = ask(&owner, level, name, &mut room, 4);
    assert!(all > 4, "{all} bytes of memberships");
    assert_eq!(room[..4], 1_u32.to_ne_bytes(), "the first group");
    assert_eq!(room[4..], [0xaa; 60]);
    // So it is no int, and nobody is to take it for one.
    let error = get_int(fd, level, name).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData, "{error}");
}
