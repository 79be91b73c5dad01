//! Two ends of a connection, and what the other end may do.

use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::mpsc;
use std::thread;

use nix::sys::socket::{setsockopt, sockopt};
use step02_bind_listen::with_libc::{listen_on, local_address};
use step03_accept::with_libc::accept_peer;
use step04_connect::with_libc::connect_to;
use step05_send_recv::with_libc;

/// More than both kernel buffers of a connection hold together.
pub(crate) const LARGE: usize = 16 << 20;

/// A socket whose connection the peer has reset, after the reset has been reported once.
#[track_caller]
pub(crate) fn reset() -> OwnedFd {
    let (a, b) = pair();
    // A close that lingers for 0 seconds is a reset.
    let at_once = libc::linger {
        l_onoff: 1,
        l_linger: 0,
    };
    setsockopt(&b, sockopt::Linger, &at_once).unwrap();
    drop(b);
    let error = with_libc::recv(a.as_raw_fd(), &mut [0], 0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    a
}

/// Sends more than the buffers hold. The reader waits until the first bytes have arrived, says so,
/// and takes small bites: the sender has to come back many times.
#[track_caller]
pub(crate) fn to_a_slow_reader(send_all: impl FnOnce(OwnedFd, &[u8])) {
    let (a, b) = pair();
    let (started, has_started) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut stream = TcpStream::from(b);
        stream.peek(&mut [0]).unwrap();
        started.send(()).unwrap();
        let mut received = Vec::new();
        let mut bite = [0; 10_000];
        loop {
            match stream.read(&mut bite).unwrap() {
                0 => return received,
                count => received.extend_from_slice(&bite[..count]),
            }
        }
    });
    let bytes = pattern();
    send_all(a, &bytes);
    has_started.recv().unwrap();
    assert!(reader.join().unwrap() == bytes);
}

/// [`LARGE`] bytes in which a lost, doubled or swapped piece would show.
pub(crate) fn pattern() -> Vec<u8> {
    (0..LARGE as u32)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

/// Two connected sockets.
#[track_caller]
pub(crate) fn pair() -> (OwnedFd, OwnedFd) {
    let any_port = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    let listener = owner(listen_on(any_port, 1).unwrap());
    let client = owner(connect_to(local_address(listener.as_raw_fd()).unwrap()).unwrap());
    let (fd, _) = accept_peer(listener.as_raw_fd()).unwrap();
    (client, owner(fd))
}

/// An owner for a descriptor of the libc layer, so that a test that fails closes it.
pub(crate) fn owner(fd: RawFd) -> OwnedFd {
    // SAFETY: each test passes what a call has just opened for it, and closes it in no other way.
    unsafe { OwnedFd::from_raw_fd(fd) }
}
