//! What each layer adds to `send` and `recv`.

mod helpers;

use std::io::{ErrorKind, Read};
use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::os::fd::AsRawFd;

use nix::errno::Errno;
use nix::sys::socket::MsgFlags;
use socket2::Socket;
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};

use helpers::{LARGE, pair, pattern, reset, to_a_slow_reader};

#[test]
fn a_word_through_every_layer() {
    let (a, b) = pair();
    let mut buffer = [0; 16];
    assert_eq!(with_libc::send(a.as_raw_fd(), b"hello", 0).unwrap(), 5);
    assert_eq!(with_libc::recv(b.as_raw_fd(), &mut buffer, 0).unwrap(), 5);
    assert_eq!(&buffer[..5], b"hello");
    assert_eq!(with_libc::write(a.as_raw_fd(), b"again").unwrap(), 5);
    assert_eq!(with_libc::read(b.as_raw_fd(), &mut buffer).unwrap(), 5);
    assert_eq!(&buffer[..5], b"again");

    assert_eq!(with_nix::send(&a, b"typed", MsgFlags::empty()).unwrap(), 5);
    assert_eq!(
        with_nix::recv(&b, &mut buffer, MsgFlags::empty()).unwrap(),
        5
    );
    assert_eq!(&buffer[..5], b"typed");
    assert_eq!(with_nix::write(&a, b"twice").unwrap(), 5);
    assert_eq!(with_nix::read(&b, &mut buffer).unwrap(), 5);
    assert_eq!(&buffer[..5], b"twice");

    let (a, b) = (Socket::from(a), Socket::from(b));
    assert_eq!(with_socket2::send(&a, b"owned").unwrap(), 5);
    assert_eq!(
        with_socket2::recv(&b, &mut [MaybeUninit::uninit(); 16]).unwrap(),
        b"owned"
    );
    assert_eq!(with_socket2::send_with_flags(&a, b"flags", 0).unwrap(), 5);
    assert_eq!(with_socket2::read(&b, &mut buffer).unwrap(), 5);
    assert_eq!(&buffer[..5], b"flags");

    let (a, b) = (TcpStream::from(a), TcpStream::from(b));
    assert_eq!(with_std::write(&a, b"std").unwrap(), 3);
    assert_eq!(with_std::read(&b, &mut buffer).unwrap(), 3);
    assert_eq!(&buffer[..3], b"std");
}

#[test]
fn only_the_front_of_the_buffer_is_new() {
    let (a, b) = pair();
    let mut buffer = *b"________";
    with_libc::send(a.as_raw_fd(), b"hi", 0).unwrap();
    assert_eq!(with_libc::recv(b.as_raw_fd(), &mut buffer, 0).unwrap(), 2);
    assert_eq!(&buffer, b"hi______");
}

#[test]
fn the_end_is_zero_bytes_in_every_layer() {
    let (a, b) = pair();
    drop(a);
    let mut buffer = [0; 16];
    assert_eq!(with_libc::recv(b.as_raw_fd(), &mut buffer, 0).unwrap(), 0);
    assert_eq!(
        with_nix::recv(&b, &mut buffer, MsgFlags::empty()).unwrap(),
        0
    );
    let b = Socket::from(b);
    assert!(
        with_socket2::recv(&b, &mut [MaybeUninit::uninit(); 16])
            .unwrap()
            .is_empty()
    );
    assert_eq!(with_std::read(&TcpStream::from(b), &mut buffer).unwrap(), 0);
}

#[test]
fn libc_send_all_sends_everything_to_a_slow_reader() {
    to_a_slow_reader(|socket, bytes| with_libc::send_all(socket.as_raw_fd(), bytes, 0).unwrap());
}

#[test]
fn nix_send_all_sends_everything_to_a_slow_reader() {
    to_a_slow_reader(|socket, bytes| {
        with_nix::send_all(&socket, bytes, MsgFlags::empty()).unwrap();
    });
}

#[test]
fn socket2_write_all_sends_everything_to_a_slow_reader() {
    to_a_slow_reader(|socket, bytes| with_socket2::write_all(&socket.into(), bytes).unwrap());
}

#[test]
fn std_write_all_sends_everything_to_a_slow_reader() {
    to_a_slow_reader(|socket, bytes| with_std::write_all(&socket.into(), bytes).unwrap());
}

#[test]
fn send_all_says_how_far_it_came() {
    let (a, b) = pair();
    let bytes = pattern();
    // Nobody reads, and MSG_DONTWAIT does not wait for it.
    let raw = with_libc::send_all(a.as_raw_fd(), &bytes, libc::MSG_DONTWAIT);
    let (sent, error) = raw.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    assert!(0 < sent && sent < LARGE, "{sent}");

    // Another layer, from there on, may get a little further, and says so too.
    let typed = with_nix::send_all(&a, &bytes[sent..], MsgFlags::MSG_DONTWAIT);
    let (more, errno) = typed.unwrap_err();
    assert_eq!(errno, Errno::EAGAIN);

    // What was reported as sent is what arrives, to the byte.
    drop(a);
    let mut received = Vec::new();
    TcpStream::from(b).read_to_end(&mut received).unwrap();
    assert!(
        received == bytes[..sent + more],
        "{} and {}",
        received.len(),
        sent + more
    );
}

#[test]
fn nobody_reads_any_more_is_an_error_and_not_a_signal_here() {
    // A Rust program ignores SIGPIPE, so what is left to see is EPIPE, in the layers' own types.
    let socket = reset();
    let raw = with_libc::send(socket.as_raw_fd(), b"?", 0).unwrap_err();
    assert_eq!(raw.raw_os_error(), Some(libc::EPIPE));
    let typed = with_nix::send(&socket, b"?", MsgFlags::empty()).unwrap_err();
    assert_eq!(typed, Errno::EPIPE);
    let socket = Socket::from(socket);
    assert_eq!(
        with_socket2::send(&socket, b"?").unwrap_err().kind(),
        ErrorKind::BrokenPipe
    );
    let stream = TcpStream::from(socket);
    assert_eq!(
        with_std::write(&stream, b"?").unwrap_err().kind(),
        ErrorKind::BrokenPipe
    );
}
