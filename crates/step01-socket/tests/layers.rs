//! What each layer adds to `socket`.

use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::socket::{AddressFamily, SockFlag, SockProtocol, SockType};
use socket2::{Domain, Protocol, Type};
use step01_socket::{with_libc, with_nix, with_socket2, with_std};

#[test]
fn libc_adds_no_close_on_exec() {
    assert!(!closes_on_exec(&libc_socket(0)));
}

#[cfg(target_os = "linux")]
#[test]
fn libc_sets_close_on_exec_when_asked() {
    assert!(closes_on_exec(&libc_socket(libc::SOCK_CLOEXEC)));
}

#[test]
fn nix_adds_no_close_on_exec() {
    assert!(!closes_on_exec(&nix_socket(SockFlag::empty())));
}

#[cfg(target_os = "linux")]
#[test]
fn nix_sets_close_on_exec_when_asked() {
    assert!(closes_on_exec(&nix_socket(SockFlag::SOCK_CLOEXEC)));
}

#[test]
fn socket2_adds_close_on_exec() {
    let socket = with_socket2::socket(Domain::IPV4, Type::STREAM, None).unwrap();
    assert!(closes_on_exec(&socket));
}

#[test]
fn socket2_raw_adds_nothing() {
    let socket = with_socket2::socket_raw(Domain::IPV4, Type::STREAM, None).unwrap();
    assert!(!closes_on_exec(&socket));
}

#[test]
fn std_keeps_the_number_and_adds_nothing() {
    let descriptor = nix_socket(SockFlag::empty());
    let number = descriptor.as_raw_fd();

    let stream = with_std::stream_from(descriptor);
    assert_eq!(stream.as_raw_fd(), number);
    assert!(!closes_on_exec(&stream));

    let listener = with_std::listener_from(with_std::into_descriptor(stream));
    assert_eq!(listener.as_raw_fd(), number);
    assert!(!closes_on_exec(&listener));
}

#[test]
fn std_learns_at_the_first_use_what_a_descriptor_is_not() {
    let listener = with_std::listener_from(nix_socket(SockFlag::empty()));
    let error = listener.accept().unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
}

#[test]
fn a_stream_over_udp_is_refused_in_the_error_of_each_layer() {
    let raw = with_libc::socket(libc::AF_INET, libc::SOCK_STREAM, libc::IPPROTO_UDP);
    assert_eq!(raw.unwrap_err().raw_os_error(), Some(libc::EPROTONOSUPPORT));

    let (family, kind) = (AddressFamily::Inet, SockType::Stream);
    let typed = with_nix::socket(family, kind, SockFlag::empty(), Some(SockProtocol::Udp));
    assert_eq!(typed.unwrap_err(), Errno::EPROTONOSUPPORT);

    let owned = with_socket2::socket(Domain::IPV4, Type::STREAM, Some(Protocol::UDP));
    assert_eq!(
        owned.unwrap_err().raw_os_error(),
        Some(libc::EPROTONOSUPPORT)
    );
}

#[test]
fn an_unknown_family_can_be_written_in_libc_and_socket2() {
    let raw = with_libc::socket(12345, libc::SOCK_STREAM, 0);
    assert_eq!(raw.unwrap_err().raw_os_error(), Some(libc::EAFNOSUPPORT));

    let owned = with_socket2::socket(Domain::from(12345), Type::STREAM, None);
    assert_eq!(owned.unwrap_err().raw_os_error(), Some(libc::EAFNOSUPPORT));
}

#[test]
fn cvt_takes_both_widths_and_only_minus_one() {
    assert_eq!(with_libc::cvt(0_i32).unwrap(), 0);
    assert_eq!(with_libc::cvt(-2_i32).unwrap(), -2);
    assert_eq!(with_libc::cvt(4096_isize).unwrap(), 4096);
    assert!(with_libc::cvt(-1_isize).is_err());
}

#[test]
fn cvt_reads_errno() {
    // SAFETY: -1 is never an open descriptor, and `listen` takes two numbers by value.
    let error = with_libc::cvt(unsafe { libc::listen(-1, 0) }).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EBADF));
    assert_eq!(
        error.kind(),
        io::Error::from_raw_os_error(libc::EBADF).kind()
    );
}

#[track_caller]
fn libc_socket(flags: libc::c_int) -> OwnedFd {
    let fd = with_libc::socket(libc::AF_INET, libc::SOCK_STREAM | flags, 0).unwrap();
    // SAFETY: `socket` has just opened `fd`, and nothing else owns it.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

#[track_caller]
fn nix_socket(flags: SockFlag) -> OwnedFd {
    with_nix::socket(AddressFamily::Inet, SockType::Stream, flags, None).unwrap()
}

/// Whether the descriptor bears the mark close-on-exec.
#[track_caller]
fn closes_on_exec(socket: &impl AsFd) -> bool {
    let flags = fcntl(socket.as_fd(), FcntlArg::F_GETFD).unwrap();
    FdFlag::from_bits_retain(flags).contains(FdFlag::FD_CLOEXEC)
}
