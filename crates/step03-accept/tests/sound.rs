//! What the functions make of what does not fit, in a program without `unsafe`.
#![forbid(unsafe_code)]

#[path = "../../../tests/src/skip.rs"]
mod skip;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use nix::errno::Errno;
use step03_accept::{with_libc, with_nix};

use skip::not_run;

/// Longer than the end of a connection takes on one machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// Two connections to `[::1]`: the first is refused for its family, and that it is closed its client sees.
#[test]
fn a_client_of_another_family_is_an_error_and_its_connection_is_closed() {
    let Some(listener) = ipv6_listener() else {
        return;
    };
    let address = listener.local_addr().unwrap();
    let mut refused = TcpStream::connect(address).unwrap();
    let raw = with_libc::accept_peer(listener.as_raw_fd()).unwrap_err();
    assert_eq!(raw.raw_os_error(), Some(libc::EAFNOSUPPORT));
    // Were the descriptor lost but open, nothing would ever arrive.
    refused.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(refused.read(&mut [0]).unwrap(), 0);

    // The listener is as it was.
    let client = TcpStream::connect(address).unwrap();
    assert_eq!(listener.accept().unwrap().1, client.local_addr().unwrap());
}

#[test]
fn the_peer_of_an_ipv6_socket_has_no_ipv4_address() {
    let Some(listener) = ipv6_listener() else {
        return;
    };
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let raw = with_libc::peer_address(client.as_raw_fd()).unwrap_err();
    assert_eq!(raw.raw_os_error(), Some(libc::EAFNOSUPPORT));
    // nix's functions borrow from whatever has a descriptor, a listener of std too.
    let connection = with_nix::accept(&listener).unwrap();
    assert_eq!(with_nix::peer_address(&connection), Err(Errno::EINVAL));
}

#[test]
fn the_peer_of_a_unix_socket_has_no_ipv4_address() {
    let (one, _other) = UnixStream::pair().unwrap();
    let raw = with_libc::peer_address(one.as_raw_fd()).unwrap_err();
    assert_eq!(raw.raw_os_error(), Some(libc::EAFNOSUPPORT));
    assert_eq!(with_nix::peer_address(&one), Err(Errno::EINVAL));
}

#[test]
fn what_is_not_open_or_not_a_socket_is_an_error_of_each_call() {
    let file = File::open("/dev/null").unwrap();
    for (number, expected) in [(-1, libc::EBADF), (file.as_raw_fd(), libc::ENOTSOCK)] {
        let errors = [
            with_libc::accept_peer(number).unwrap_err(),
            with_libc::peer_address(number).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.raw_os_error(), Some(expected));
        }
    }
    assert_eq!(with_nix::accept(&file).unwrap_err(), Errno::ENOTSOCK);
}

/// `accept` says `EAGAIN` of an empty queue, where it may not wait.
#[test]
fn a_listener_that_does_not_wait_says_that_nobody_is_there() {
    let listener = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let raw = with_libc::accept_peer(listener.as_raw_fd()).unwrap_err();
    assert_eq!(raw.kind(), ErrorKind::WouldBlock);
    assert_eq!(with_nix::accept(&listener).unwrap_err(), Errno::EAGAIN);
}

fn ipv6_listener() -> Option<TcpListener> {
    let listener = TcpListener::bind("[::1]:0");
    if listener.is_err() {
        not_run("a client of another family", "no IPv6");
    }
    listener.ok()
}
