//! More descriptors arrive than are wanted: none stays open without an owner, in no layer. Linux, for what is open
//! is read from /proc.
//!
//! One test, and so one thread: it counts what this process has open, and how much it may.
#![cfg(target_os = "linux")]

use std::fs::{File, read_dir};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

use libc::{MSG_CTRUNC, RLIMIT_NOFILE, rlimit};
use nix::errno::Errno;
use nix::sys::socket::MsgFlags;
use socket2::Socket;
use step01_socket::with_libc::cvt;
use step11_unix::with_libc::message;
use step11_unix::{with_nix, with_socket2, with_std};

/// How a layer receives: the descriptors that it gives away, or its error.
type Receive = fn(OwnedFd, usize) -> io::Result<Vec<OwnedFd>>;

const LAYERS: [(&str, Receive); 4] = [
    ("libc", |fd, room| {
        let received = message::recvmsg(fd.as_raw_fd(), &mut [0; 8], room, 0)?;
        let descriptors = received.descriptors.into_iter().map(owner).collect();
        assert_eq!(received.flags & MSG_CTRUNC, MSG_CTRUNC);
        Ok(descriptors)
    }),
    ("nix", |fd, room| {
        let received = with_nix::recvmsg(&fd, &mut [0; 8], room, MsgFlags::empty())?;
        Ok(received.descriptors)
    }),
    ("socket2", |fd, room| {
        let buffer = &mut [MaybeUninit::uninit(); 8];
        let received = with_socket2::recvmsg(&Socket::from(fd), buffer, room, 0)?;
        Ok(received.descriptors)
    }),
    ("std", |fd, room| {
        let received = with_std::recvmsg(&UnixStream::from(fd), &mut [0; 8], room)?;
        Ok(received.descriptors)
    }),
];

#[test]
fn what_is_not_wanted_is_closed() {
    let before = open();
    for (layer, receive) in LAYERS {
        // Room for one is padded: on a 64-bit system two fit into it. The kernel closes the third.
        for sent in [2, 3, 10] {
            for _ in 0..100 {
                check(layer, receive(with_sent(sent), 1), 1);
            }
            assert_eq!(open(), before, "{layer}: {sent} sent, room for 1");
        }
        check(layer, receive(with_sent(3), 0), 0);
        // Room enough, and the process may not have so many.
        let receiver = with_sent(3);
        let limit = may_have(next() + 1);
        let received = receive(receiver, 3);
        may_have(limit);
        check(layer, received, 1);
        assert_eq!(open(), before, "{layer}: at the limit");
    }
}

/// What came is at most what was wanted; nix, and so std, makes an error of the rest.
#[track_caller]
fn check(layer: &str, received: io::Result<Vec<OwnedFd>>, most: usize) {
    match (layer, received) {
        ("libc" | "socket2", Ok(descriptors)) => assert!(descriptors.len() <= most, "{layer}"),
        ("nix" | "std", Err(error)) => {
            assert_eq!(error.raw_os_error(), Some(Errno::ENOBUFS as i32), "{layer}");
        }
        (_, other) => panic!("{layer}: {other:?}"),
    }
}

/// A socket with a byte to receive, and so many descriptors beside it. The sender is gone.
#[track_caller]
fn with_sent(count: usize) -> OwnedFd {
    let (sender, receiver) = UnixStream::pair().unwrap();
    let file = File::open("/dev/null").unwrap();
    let numbers = vec![file.as_raw_fd(); count];
    message::sendmsg(sender.as_raw_fd(), b"x", &numbers, 0).unwrap();
    receiver.into()
}

/// How many descriptors this process has open.
#[track_caller]
fn open() -> usize {
    read_dir("/proc/self/fd").unwrap().count()
}

/// The number that the next descriptor gets, the lowest that is free.
#[track_caller]
fn next() -> u64 {
    File::open("/dev/null").unwrap().as_raw_fd() as u64
}

fn owner(fd: RawFd) -> OwnedFd {
    // SAFETY: the layer below has just received `fd` for this test, and keeps no other copy.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// From now on the process may have numbers below this one. Returns how it was.
#[track_caller]
fn may_have(numbers: u64) -> u64 {
    let mut limit = rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` is ours to write, and lives until after the call.
    cvt(unsafe { libc::getrlimit(RLIMIT_NOFILE, &raw mut limit) }).unwrap();
    let before = std::mem::replace(&mut limit.rlim_cur, numbers);
    // SAFETY: `limit` is read, and lives until after the call.
    cvt(unsafe { libc::setrlimit(RLIMIT_NOFILE, &raw const limit) }).unwrap();
    before
}
