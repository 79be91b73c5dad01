//! What the functions make of what does not fit, in a program without `unsafe`.
#![forbid(unsafe_code)]

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::net::UnixStream;

use nix::sys::socket::{AddressFamily, SockFlag, SockType};
use step01_socket::{with_nix, with_std};

#[test]
fn a_stream_of_a_socket_that_is_not_connected_says_so_when_it_is_read() {
    let (family, kind) = (AddressFamily::Inet, SockType::Stream);
    let socket = with_nix::socket(family, kind, SockFlag::empty(), None).unwrap();
    let error = with_std::stream_from(socket).read(&mut [0]).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::ENOTCONN));
}

#[test]
fn a_stream_of_a_file_says_so_when_it_is_read() {
    let file = File::open("/dev/null").unwrap();
    let error = with_std::stream_from(file.into()).read(&mut [0]);
    assert_eq!(error.unwrap_err().raw_os_error(), Some(libc::ENOTSOCK));
}

#[test]
fn a_stream_of_another_family_says_so_when_it_is_asked_for_an_address() {
    let (one, _other) = UnixStream::pair().unwrap();
    let stream = with_std::stream_from(one.into());
    let error = stream.local_addr().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}
