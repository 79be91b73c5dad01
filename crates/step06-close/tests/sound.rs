//! What the functions make of what does not fit, in a program without `unsafe`.
//! That an owner cannot be closed twice, the compiler says: see the examples of each layer's `close`.
#![forbid(unsafe_code)]

use std::fs::File;
use std::net::TcpListener;
use std::os::fd::AsRawFd;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::socket::Shutdown;
use socket2::{Domain, Socket, Type};
use step06_close::{with_libc, with_nix, with_socket2};

#[test]
fn what_is_not_open_or_not_a_socket_is_an_error_of_each_call() {
    let file = File::open("/dev/null").unwrap();
    for (number, expected) in [(-1, libc::EBADF), (file.as_raw_fd(), libc::ENOTSOCK)] {
        let errors = [
            with_libc::shutdown(number, libc::SHUT_WR).unwrap_err(),
            with_libc::set_linger(number, None).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.raw_os_error(), Some(expected));
        }
    }
    let error = with_libc::dup(-1).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EBADF));
    let how = Shutdown::Write;
    assert_eq!(with_nix::shutdown(&file, how), Err(Errno::ENOTSOCK));
    assert_eq!(with_nix::set_linger(&file, None), Err(Errno::ENOTSOCK));
}

#[test]
fn there_is_no_fourth_how() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = with_libc::shutdown(listener.as_raw_fd(), 3).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
}

/// nix's functions borrow from whatever has a descriptor, and it stays open.
#[test]
fn a_copy_of_a_borrowed_descriptor_is_one_more() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let copy = TcpListener::from(with_nix::dup(&listener).unwrap());
    assert_ne!(copy.as_raw_fd(), listener.as_raw_fd());
    assert_eq!(copy.local_addr().unwrap(), listener.local_addr().unwrap());
}

/// Both ends of a `Duration` are cut off, and either way 0 is left: a reset.
#[test]
fn seconds_that_do_not_fit_into_an_int_are_cut_off() {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    for cut in [Duration::from_millis(900), Duration::from_secs(1 << 32)] {
        with_socket2::set_linger(&socket, Some(cut)).unwrap();
        assert_eq!(socket.linger().unwrap(), Some(Duration::ZERO), "{cut:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn linux_does_not_refuse_to_linger_for_a_negative_time() {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    with_libc::set_linger(socket.as_raw_fd(), Some(-1)).unwrap();
    with_nix::set_linger(&socket, Some(-1)).unwrap();
    // Without this, what drop closes would wait as long as it takes.
    with_libc::set_linger(socket.as_raw_fd(), None).unwrap();
}
