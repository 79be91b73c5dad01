//! A listener that fails gives its descriptor back.
//!
//! This test looks at numbers that the whole process shares, so it has the process to itself:
//! it stands alone in its file. Keep it so.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::AsRawFd;

use nix::sys::socket::Backlog;
use step02_bind_listen::{with_libc, with_nix, with_socket2, with_std};

#[test]
fn a_failed_listen_on_gives_its_descriptor_back() {
    let any_port = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    let first = with_socket2::listen_on(any_port, 5).unwrap();
    let taken = with_socket2::local_address(&first)
        .unwrap()
        .as_socket_ipv4()
        .unwrap();
    let free = lowest_free_descriptor();

    with_libc::listen_on(taken, 5).unwrap_err();
    assert_eq!(lowest_free_descriptor(), free, "with_libc");
    with_nix::listen_on(taken, Backlog::new(5).unwrap()).unwrap_err();
    assert_eq!(lowest_free_descriptor(), free, "with_nix");
    with_socket2::listen_on(taken, 5).unwrap_err();
    assert_eq!(lowest_free_descriptor(), free, "with_socket2");
    with_std::listen_on(taken).unwrap_err();
    assert_eq!(lowest_free_descriptor(), free, "with_std");
}

/// The number that the kernel gives to whatever is opened next.
fn lowest_free_descriptor() -> i32 {
    File::open("/dev/null").unwrap().as_raw_fd()
}
