//! What the functions make of what does not fit, in a program without `unsafe`.
#![forbid(unsafe_code)]

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::socket::SockaddrIn;
use socket2::{Domain, SockAddr, Socket, Type};
use step04_connect::{with_nix, with_socket2};

/// What a socket says of an address of another family; of a Unix socket Linux says it so.
const NO_SUCH_FAMILY: Errno = if cfg!(target_os = "linux") {
    Errno::EINVAL
} else {
    Errno::EAFNOSUPPORT
};

#[test]
fn an_ipv4_address_does_not_fit_a_unix_socket() {
    let address = SockaddrIn::from(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 9));
    let socket = UnixDatagram::unbound().unwrap();
    // nix's function borrows from whatever has a descriptor.
    assert_eq!(with_nix::connect(&socket, &address), Err(NO_SUCH_FAMILY));
}

#[test]
fn a_file_is_not_a_socket() {
    let address = SockaddrIn::from(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 9));
    let file = File::open("/dev/null").unwrap();
    assert_eq!(with_nix::connect(&file, &address), Err(Errno::ENOTSOCK));
}

/// It may have been non-blocking before: `connect_timeout` does not remember.
#[test]
fn with_a_time_limit_a_socket_is_blocking_afterwards_whatever_it_was_before() {
    let listener = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = SockAddr::from(listener.local_addr().unwrap());
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_nonblocking(true).unwrap();
    with_socket2::connect_timeout(&socket, &address, Duration::from_secs(10)).unwrap();
    let flags = OFlag::from_bits_retain(fcntl(&socket, FcntlArg::F_GETFL).unwrap());
    assert!(!flags.contains(OFlag::O_NONBLOCK));
}
