//! What each layer adds to `connect`.

mod helpers;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::AsRawFd;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::socket::SockaddrIn;
use socket2::{Domain, SockAddr, Type};
use step01_socket::with_socket2::socket;
use step02_bind_listen::with_libc::{bound_to, local_address};
use step04_connect::{with_libc, with_nix, with_socket2, with_std};

use helpers::{blocks, check_connected, closes_on_exec, listener, owner};

/// Longer than any handshake on one machine, shorter than patience.
const LONG: Duration = Duration::from_secs(10);

#[test]
fn libc_connects_and_adds_nothing() {
    let (listener, address) = listener();
    let client = owner(with_libc::connect_to(address).unwrap());
    assert!(!closes_on_exec(&client));
    check_connected(&listener, &client);
}

#[test]
fn nix_connects_and_adds_nothing() {
    let (listener, address) = listener();
    let client = with_nix::connect_to(address).unwrap();
    assert!(!closes_on_exec(&client));
    check_connected(&listener, &client);
}

#[test]
fn socket2_connects_a_socket_that_closes_on_exec() {
    let (listener, address) = listener();
    let client = with_socket2::connect_to(address).unwrap();
    assert!(closes_on_exec(&client));
    check_connected(&listener, &client);
}

#[test]
fn std_connects_a_socket_that_closes_on_exec() {
    let (listener, address) = listener();
    let client = with_std::connect_to(address).unwrap();
    assert!(closes_on_exec(&client));
    check_connected(&listener, &client);
}

#[test]
fn with_a_time_limit_the_socket_is_blocking_again_afterwards() {
    let (listener, address) = listener();

    let client = socket(Domain::IPV4, Type::STREAM, None).unwrap();
    with_socket2::connect_timeout(&client, &SockAddr::from(address), LONG).unwrap();
    assert!(blocks(&client));
    check_connected(&listener, &client);

    let client = with_std::connect_timeout(address, LONG).unwrap();
    assert!(blocks(&client));
    check_connected(&listener, &client);
}

#[test]
fn nobody_listens_in_the_error_of_each_layer() {
    // Bound and not listening: nobody else can take the port while the test runs.
    let bound = owner(bound_to(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap());
    let address = local_address(bound.as_raw_fd()).unwrap();

    let raw = with_libc::connect_to(address).unwrap_err();
    assert_eq!(raw.raw_os_error(), Some(libc::ECONNREFUSED));
    assert_eq!(
        with_nix::connect_to(address).unwrap_err(),
        Errno::ECONNREFUSED
    );
    let owned = with_socket2::connect_to(address).unwrap_err();
    assert_eq!(owned.kind(), ErrorKind::ConnectionRefused);
    let std_error = with_std::connect_to(address).unwrap_err();
    assert_eq!(std_error.kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn nobody_listens_is_not_a_timeout() {
    let bound = owner(bound_to(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap());
    let address = local_address(bound.as_raw_fd()).unwrap();

    let client = socket(Domain::IPV4, Type::STREAM, None).unwrap();
    let owned = with_socket2::connect_timeout(&client, &SockAddr::from(address), LONG);
    assert_eq!(owned.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    let std_error = with_std::connect_timeout(address, LONG).unwrap_err();
    assert_eq!(std_error.kind(), ErrorKind::ConnectionRefused);
}

#[cfg(target_os = "linux")]
#[test]
fn an_over_full_queue_answers_nobody_and_the_time_limit_is_the_layers_own_error() {
    use step02_bind_listen::with_libc::listen_on;

    // On Linux a backlog of 0 admits one connection, and the next SYN is dropped.
    let any_port = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    let listener = owner(listen_on(any_port, 0).unwrap());
    let address = local_address(listener.as_raw_fd()).unwrap();
    let _queued = with_std::connect_to(address).unwrap();
    let short = Duration::from_millis(20);

    let client = socket(Domain::IPV4, Type::STREAM, None).unwrap();
    let owned = with_socket2::connect_timeout(&client, &SockAddr::from(address), short);
    let owned = owned.unwrap_err();
    assert_eq!(
        (owned.kind(), owned.raw_os_error()),
        (ErrorKind::TimedOut, None)
    );
    let std_error = with_std::connect_timeout(address, short).unwrap_err();
    assert_eq!(
        (std_error.kind(), std_error.raw_os_error()),
        (ErrorKind::TimedOut, None)
    );
}

#[test]
fn std_refuses_a_time_limit_of_zero_and_socket2_does_not_wait() {
    let (_listener, address) = listener();
    let std_error = with_std::connect_timeout(address, Duration::ZERO).unwrap_err();
    assert_eq!(std_error.kind(), ErrorKind::InvalidInput);

    let client = socket(Domain::IPV4, Type::STREAM, None).unwrap();
    let owned = with_socket2::connect_timeout(&client, &SockAddr::from(address), Duration::ZERO);
    assert_eq!(owned.unwrap_err().kind(), ErrorKind::TimedOut);
}

#[test]
fn a_second_connect_says_that_there_is_a_connection() {
    let (_listener, address) = listener();
    let client = with_socket2::connect_to(address).unwrap();
    let again = with_socket2::connect(&client, &SockAddr::from(address)).unwrap_err();
    assert_eq!(again.raw_os_error(), Some(libc::EISCONN));
    let again = with_nix::connect(client, &SockaddrIn::from(address)).unwrap_err();
    assert_eq!(again, Errno::EISCONN);
}
