//! What arrives beside the bytes, in each layer.

mod helpers;

use std::mem::MaybeUninit;
use std::net::{TcpListener, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;

use nix::errno::Errno;
use nix::sys::socket::MsgFlags;
use socket2::Socket;
use step11_unix::with_libc::message;
use step11_unix::{with_nix, with_socket2, with_std};

use helpers::{closes_on_exec, owner};

/// A listener to pass, and the two ends to pass it through.
fn stage() -> (TcpListener, UnixStream, UnixStream) {
    let passed = TcpListener::bind("127.0.0.1:0").unwrap();
    let (sender, receiver) = UnixStream::pair().unwrap();
    (passed, sender, receiver)
}

/// The descriptor is another one, and the socket is the same.
#[track_caller]
fn check(arrived: OwnedFd, passed: &TcpListener) {
    assert_ne!(arrived.as_raw_fd(), passed.as_raw_fd());
    let arrived = TcpListener::from(arrived);
    assert_eq!(arrived.local_addr().unwrap(), passed.local_addr().unwrap());
}

#[test]
fn libc_passes_a_descriptor_and_gives_its_number() {
    let (passed, sender, receiver) = stage();
    let sent = message::sendmsg(sender.as_raw_fd(), b"x", &[passed.as_raw_fd()], 0);
    assert_eq!(sent.unwrap(), 1);
    let mut buffer = [0; 8];
    let received = message::recvmsg(receiver.as_raw_fd(), &mut buffer, 1, 0).unwrap();
    assert_eq!((received.count, buffer[0], received.flags), (1, b'x', 0));
    let [arrived] = received.descriptors[..] else {
        panic!("{received:?}");
    };
    let arrived = owner(arrived);
    assert!(!closes_on_exec(&arrived));
    check(arrived, &passed);
}

#[test]
fn libc_passes_several_at_once_in_order() {
    let (passed, sender, receiver) = stage();
    let second = UdpSocket::bind("127.0.0.1:0").unwrap();
    let numbers = [passed.as_raw_fd(), second.as_raw_fd()];
    message::sendmsg(sender.as_raw_fd(), b"x", &numbers, 0).unwrap();
    let received = message::recvmsg(receiver.as_raw_fd(), &mut [0; 8], 2, 0).unwrap();
    let mut arrived = received.descriptors.into_iter().map(owner);
    check(arrived.next().unwrap(), &passed);
    let other = UdpSocket::from(arrived.next().unwrap());
    assert_eq!(other.local_addr().unwrap(), second.local_addr().unwrap());
    assert_eq!(arrived.len(), 0);
}

#[test]
fn without_room_libc_tells_by_a_flag() {
    let (passed, sender, receiver) = stage();
    message::sendmsg(sender.as_raw_fd(), b"x", &[passed.as_raw_fd()], 0).unwrap();
    let received = message::recvmsg(receiver.as_raw_fd(), &mut [0; 8], 0, 0).unwrap();
    assert_eq!(received.count, 1);
    assert_eq!(received.descriptors, []);
    assert_eq!(received.flags & libc::MSG_CTRUNC, libc::MSG_CTRUNC);
}

#[test]
fn bytes_alone_bring_no_descriptor() {
    let (_, sender, receiver) = stage();
    message::sendmsg(sender.as_raw_fd(), b"x", &[], 0).unwrap();
    let received = message::recvmsg(receiver.as_raw_fd(), &mut [0; 8], 1, 0).unwrap();
    assert_eq!((received.count, received.flags), (1, 0));
    assert_eq!(received.descriptors, []);
}

#[test]
fn a_number_that_is_not_open_is_refused() {
    let (_, sender, _receiver) = stage();
    let error = message::sendmsg(sender.as_raw_fd(), b"x", &[-1], 0).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EBADF));
}

#[test]
fn nix_passes_a_descriptor_and_makes_an_error_of_the_flag() {
    let (passed, sender, receiver) = stage();
    let (number, none) = (passed.as_raw_fd(), MsgFlags::empty());
    with_nix::sendmsg(&sender, b"x", &[number], none).unwrap();
    let received = with_nix::recvmsg(&receiver, &mut [0; 8], 1, none).unwrap();
    assert_eq!(received.count, 1);
    check(received.descriptors.into_iter().next().unwrap(), &passed);

    with_nix::sendmsg(&sender, b"x", &[number], none).unwrap();
    let truncated = with_nix::recvmsg(&receiver, &mut [0; 8], 0, none);
    assert_eq!(truncated.unwrap_err(), Errno::ENOBUFS);
}

#[test]
fn socket2_passes_a_descriptor_and_says_nothing_of_one_that_is_lost() {
    let (passed, sender, receiver) = stage();
    let (sender, receiver) = (Socket::from(sender), Socket::from(receiver));
    let mut buffer = [MaybeUninit::uninit(); 8];
    with_socket2::sendmsg(&sender, b"x", &[passed.as_raw_fd()], 0).unwrap();
    let received = with_socket2::recvmsg(&receiver, &mut buffer, 1, 0).unwrap();
    assert_eq!(received.count, 1);
    check(received.descriptors.into_iter().next().unwrap(), &passed);

    with_socket2::sendmsg(&sender, b"x", &[passed.as_raw_fd()], 0).unwrap();
    let received = with_socket2::recvmsg(&receiver, &mut buffer, 0, 0).unwrap();
    assert_eq!((received.count, received.descriptors.len()), (1, 0));
}

#[test]
fn std_passes_a_descriptor_through_nix_and_closes_it_on_exec() {
    let (passed, sender, receiver) = stage();
    with_std::sendmsg(&sender, b"x", &[passed.as_fd()]).unwrap();
    let received = with_std::recvmsg(&receiver, &mut [0; 8], 1).unwrap();
    let arrived = received.descriptors.into_iter().next().unwrap();
    assert_eq!(closes_on_exec(&arrived), cfg!(target_os = "linux"));
    check(arrived, &passed);
}

#[test]
fn the_sender_may_close_while_the_descriptor_is_under_way() {
    let (passed, sender, receiver) = stage();
    let address = passed.local_addr().unwrap();
    with_std::sendmsg(&sender, b"x", &[passed.as_fd()]).unwrap();
    drop((passed, sender));
    let received = with_std::recvmsg(&receiver, &mut [0; 8], 1).unwrap();
    let arrived = TcpListener::from(received.descriptors.into_iter().next().unwrap());
    assert_eq!(arrived.local_addr().unwrap(), address);
}
