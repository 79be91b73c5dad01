//! A client that is refused gives its descriptor back.
//!
//! This test looks at numbers that the whole process shares, so it has the process to itself:
//! it stands alone in its file. Keep it so.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::AsRawFd;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use step04_connect::{with_libc, with_nix, with_socket2, with_std};

#[test]
fn a_failed_connect_to_gives_its_descriptor_back() {
    // Bound and not listening: nobody else can take the port while the test runs.
    let bound = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any_port = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    bound.bind(&any_port.into()).unwrap();
    let address = bound.local_addr().unwrap().as_socket_ipv4().unwrap();
    let free = lowest_free_descriptor();

    with_libc::connect_to(address).unwrap_err();
    assert_eq!(lowest_free_descriptor(), free, "with_libc");
    with_nix::connect_to(address).unwrap_err();
    assert_eq!(lowest_free_descriptor(), free, "with_nix");
    with_socket2::connect_to(address).unwrap_err();
    assert_eq!(lowest_free_descriptor(), free, "with_socket2");
    with_std::connect_to(address).unwrap_err();
    assert_eq!(lowest_free_descriptor(), free, "with_std");
    with_std::connect_timeout(address, Duration::from_secs(10)).unwrap_err();
    assert_eq!(lowest_free_descriptor(), free, "with_std, with a limit");
}

/// The number that the kernel gives to whatever is opened next.
fn lowest_free_descriptor() -> i32 {
    File::open("/dev/null").unwrap().as_raw_fd()
}
