//! What the functions make of what does not fit, in a program without `unsafe`.
#![forbid(unsafe_code)]

#[path = "../../../tests/src/skip.rs"]
mod skip;

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixDatagram;

use nix::errno::Errno;
use nix::sys::socket::SockaddrIn;
use socket2::{Domain, Socket, Type};
use step02_bind_listen::{with_libc, with_nix};

use skip::not_run;

#[test]
fn the_address_of_an_ipv6_socket_is_no_ipv4_address() {
    let Ok(listener) = TcpListener::bind("[::1]:0") else {
        return not_run("the address of an IPv6 socket", "no IPv6");
    };
    let raw = with_libc::local_address(listener.as_raw_fd()).unwrap_err();
    assert_eq!(raw.raw_os_error(), Some(libc::EAFNOSUPPORT));
    // nix's functions borrow from whatever has a descriptor.
    assert_eq!(with_nix::local_address(&listener), Err(Errno::EINVAL));
}

#[test]
fn the_address_of_a_unix_socket_is_no_ipv4_address() {
    // Without a name it is shorter than any IPv4 address: a family and nothing more.
    let socket = UnixDatagram::unbound().unwrap();
    let raw = with_libc::local_address(socket.as_raw_fd()).unwrap_err();
    assert_eq!(raw.raw_os_error(), Some(libc::EAFNOSUPPORT));
    assert_eq!(with_nix::local_address(&socket), Err(Errno::EINVAL));
}

#[test]
fn an_ipv4_socket_of_any_type_has_an_ipv4_address() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let raw = with_libc::local_address(socket.as_raw_fd()).unwrap();
    assert_eq!(socket.local_addr().unwrap(), raw.into());
}

#[test]
fn a_structure_of_another_family_is_no_ipv4_address() {
    // Its fields are public: anybody can write another family there.
    let mut address = with_libc::sockaddr_in(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80));
    address.sin_family = libc::AF_INET6 as libc::sa_family_t;
    let error = with_libc::socket_addr(&address).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EAFNOSUPPORT));
}

#[test]
fn where_nothing_was_written_there_is_no_address() {
    let error = with_libc::socket_addr(&with_libc::empty_address().0).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EAFNOSUPPORT));
}

#[test]
fn what_is_not_open_or_not_a_socket_is_an_error_of_each_call() {
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    let file = File::open("/dev/null").unwrap();
    for (number, expected) in [(-1, libc::EBADF), (file.as_raw_fd(), libc::ENOTSOCK)] {
        let errors = [
            with_libc::bind_ipv4(number, address).unwrap_err(),
            with_libc::listen(number, 1).unwrap_err(),
            with_libc::local_address(number).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.raw_os_error(), Some(expected));
        }
    }
    assert_eq!(
        with_nix::local_address(OwnedFd::from(file)),
        Err(Errno::ENOTSOCK)
    );
}

#[test]
fn an_ipv4_address_does_not_fit_an_ipv6_socket() {
    let Ok(socket) = Socket::new(Domain::IPV6, Type::STREAM, None) else {
        return not_run("an IPv4 address for an IPv6 socket", "no IPv6");
    };
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    with_libc::bind_ipv4(socket.as_raw_fd(), address).unwrap_err();
    with_nix::bind(&socket, &SockaddrIn::from(address)).unwrap_err();
}
