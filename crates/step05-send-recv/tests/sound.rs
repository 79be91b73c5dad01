//! What the functions make of what does not fit, in a program without `unsafe`.
#![forbid(unsafe_code)]

use std::fs::File;
use std::io::ErrorKind;
use std::mem::MaybeUninit;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;

use nix::errno::Errno;
use nix::sys::socket::MsgFlags;
use socket2::Socket;
use step05_send_recv::{with_libc, with_nix, with_socket2};

/// More was sent than there is room for: what comes back is what was written, and no more.
#[test]
fn of_a_datagram_that_does_not_fit_only_what_was_written_has_a_value() {
    let (receiver, sender) = datagrams();
    sender.send(b"hello").unwrap();
    let receiver = Socket::from(receiver);
    let mut buffer = [MaybeUninit::uninit(); 2];
    assert_eq!(with_socket2::recv(&receiver, &mut buffer).unwrap(), b"he");
}

#[cfg(target_os = "linux")]
#[test]
fn with_msg_trunc_the_number_of_a_datagram_is_its_whole_length() {
    let (receiver, sender) = datagrams();
    sender.send(b"hello").unwrap();
    let mut buffer = *b"..";
    let count = with_libc::recv(receiver.as_raw_fd(), &mut buffer, libc::MSG_TRUNC).unwrap();
    assert_eq!((count, &buffer), (5, b"he"));
}

#[cfg(target_os = "linux")]
#[test]
fn with_msg_trunc_the_bytes_of_a_connection_are_thrown_away() {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sender = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (receiver, _) = listener.accept().unwrap();
    sender.write_all(b"hello").unwrap();
    let mut buffer = *b"..";
    let count = with_nix::recv(&receiver, &mut buffer, MsgFlags::MSG_TRUNC).unwrap();
    assert_eq!((count, &buffer), (2, b".."));
    let count = with_libc::recv(receiver.as_raw_fd(), &mut buffer, 0).unwrap();
    assert_eq!((count, &buffer), (2, b"ll"));
}

#[test]
fn an_empty_buffer_receives_nothing_and_an_empty_slice_sends_nothing() {
    let (receiver, sender) = datagrams();
    with_libc::send_all(sender.as_raw_fd(), b"", 0).unwrap();
    with_nix::send_all(&sender, b"", MsgFlags::empty()).unwrap();
    // Neither has made a call: not even an empty datagram is there.
    receiver.set_nonblocking(true).unwrap();
    let nothing = with_libc::recv(receiver.as_raw_fd(), &mut [0; 2], 0).unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::WouldBlock);

    sender.send(b"hello").unwrap();
    assert_eq!(
        with_libc::recv(receiver.as_raw_fd(), &mut [], 0).unwrap(),
        0
    );
}

#[test]
fn what_is_not_open_or_not_a_socket_is_an_error_of_each_call() {
    let file = File::open("/dev/null").unwrap();
    for (number, expected) in [(-1, libc::EBADF), (file.as_raw_fd(), libc::ENOTSOCK)] {
        let sent = with_libc::send(number, b"?", 0).unwrap_err();
        assert_eq!(sent.raw_os_error(), Some(expected));
        let received = with_libc::recv(number, &mut [0], 0).unwrap_err();
        assert_eq!(received.raw_os_error(), Some(expected));
    }
    let none = MsgFlags::empty();
    assert_eq!(with_nix::send(&file, b"?", none), Err(Errno::ENOTSOCK));
    assert_eq!(with_nix::recv(&file, &mut [0], none), Err(Errno::ENOTSOCK));
}

/// A receiver, and a sender whose peer it is.
fn datagrams() -> (UdpSocket, UdpSocket) {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.connect(receiver.local_addr().unwrap()).unwrap();
    (receiver, sender)
}
