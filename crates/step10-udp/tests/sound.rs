//! Whatever socket and flags a safe function is given: an answer or an error, and nothing else.
#![forbid(unsafe_code)]

#[path = "../../../tests/src/skip.rs"]
mod skip;

use std::io::Write;
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixDatagram;

use socket2::Socket;
use step10_udp::{with_libc, with_nix, with_socket2, with_std};

use skip::not_run;

/// A stream with four bytes to receive, and its other end.
fn stream() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sender = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (receiver, _) = listener.accept().unwrap();
    sender.write_all(b"four").unwrap();
    receiver.peek(&mut [0; 4]).unwrap();
    (receiver, sender)
}

/// On a stream this flag throws the bytes away and returns how many they were: nothing is written.
#[cfg(target_os = "linux")]
#[test]
fn what_msg_trunc_has_not_written_is_zero_and_not_what_was_there() {
    let (receiver, _sender) = stream();
    let receiver = Socket::from(receiver);
    let buffer = &mut [MaybeUninit::new(0xaa); 8];
    let flags = libc::MSG_TRUNC;
    let received = with_socket2::recv_from_with_flags(&receiver, buffer, flags);
    let (length, bytes, _) = received.unwrap();
    assert_eq!((length, bytes), (4, &[0; 4][..]));

    // In std such a stream can be made a UdpSocket, for a descriptor is only a number.
    let (receiver, _sender) = stream();
    let receiver = UdpSocket::from(OwnedFd::from(receiver));
    let buffer = &mut [MaybeUninit::uninit(); 8];
    let received = with_std::recv_from_with_flags(&receiver, buffer, flags);
    let (length, bytes, _) = received.unwrap();
    assert_eq!((length, bytes), (4, &[0; 4][..]));
}

#[test]
fn a_stream_has_no_sender_and_libc_makes_an_error_of_it() {
    let (receiver, _sender) = stream();
    let buffer = &mut [0; 8];
    let error = with_libc::recv_from(receiver.as_raw_fd(), buffer, 0).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EAFNOSUPPORT));
    assert_eq!(buffer, b"four\0\0\0\0");

    let (receiver, _sender) = stream();
    let received = with_nix::recv_from(OwnedFd::from(receiver), buffer).unwrap();
    assert_eq!(received, (4, None));
}

#[test]
fn nor_is_a_sender_of_another_family_taken_for_an_ipv4_address() {
    let (here, there) = UnixDatagram::pair().unwrap();
    there.send(b"unix").unwrap();
    let error = with_libc::recv_from(here.as_raw_fd(), &mut [0; 8], 0).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EAFNOSUPPORT));

    let Ok(six) = UdpSocket::bind("[::1]:0") else {
        return not_run("a sender of another family", "no IPv6");
    };
    let address = six.local_addr().unwrap();
    for _ in 0..2 {
        six.send_to(b"six", address).unwrap();
    }
    let error = with_libc::recv_from(six.as_raw_fd(), &mut [0; 8], 0).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EAFNOSUPPORT));
    let received = with_nix::recv_from(OwnedFd::from(six), &mut [0; 8]).unwrap();
    assert_eq!(received, (3, None));
}

#[test]
fn the_number_that_comes_back_may_be_more_than_the_buffer_has() {
    let (here, there) = UnixDatagram::pair().unwrap();
    there.send(&[7; 100]).unwrap();
    let here = Socket::from(OwnedFd::from(here));
    let buffer = &mut [MaybeUninit::uninit(); 4];
    let flags = libc::MSG_TRUNC;
    let received = with_socket2::recv_from_with_flags(&here, buffer, flags);
    // Linux says how long it was, other systems only what came.
    let (length, bytes, _) = received.unwrap();
    assert!(length == 100 || length == 4, "{length}");
    assert_eq!(bytes, [7; 4]);
}
