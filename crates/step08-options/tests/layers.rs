//! What each layer adds to `getsockopt` and `setsockopt`.

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

use libc::{IPPROTO_TCP, SO_KEEPALIVE, SO_RCVBUF, SO_RCVTIMEO, SOL_SOCKET, TCP_NODELAY, timeval};
use nix::errno::Errno;
use nix::sys::socket::sockopt;
use nix::sys::time::TimeVal;
use socket2::Socket;
use step01_socket::with_libc::socket;
use step08_options::{with_libc, with_nix, with_socket2, with_std};

const SECOND: Duration = Duration::from_secs(1);

/// A new TCP socket with an owner, so that a test that fails closes it.
#[track_caller]
fn fresh() -> OwnedFd {
    owner(socket(libc::AF_INET, libc::SOCK_STREAM, 0).unwrap())
}

fn owner(fd: RawFd) -> OwnedFd {
    // SAFETY: the caller has just made `fd`, and keeps no other copy.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

#[test]
fn what_one_layer_sets_the_others_read() {
    let fd = fresh();
    let raw = fd.as_raw_fd();
    assert_eq!(
        with_libc::get_int(raw, IPPROTO_TCP, TCP_NODELAY).unwrap(),
        0
    );
    with_libc::set_int(raw, IPPROTO_TCP, TCP_NODELAY, 1).unwrap();
    assert!(with_nix::getsockopt(&fd, sockopt::TcpNoDelay).unwrap());

    with_nix::setsockopt(&fd, sockopt::TcpNoDelay, &false).unwrap();
    let socket = Socket::from(fd);
    assert!(!with_socket2::nodelay(&socket).unwrap());

    with_socket2::set_nodelay(&socket, true).unwrap();
    let stream = TcpStream::from(socket);
    assert!(with_std::nodelay(&stream).unwrap());

    with_std::set_nodelay(&stream, false).unwrap();
    let off = with_libc::get_int(stream.as_raw_fd(), IPPROTO_TCP, TCP_NODELAY).unwrap();
    assert_eq!(off, 0);
}

#[test]
fn a_timeout_is_a_structure_below_and_a_duration_above() {
    let fd = fresh();
    let limit = timeval {
        tv_sec: 1,
        tv_usec: 500_000,
    };
    with_libc::set_timeout(fd.as_raw_fd(), SO_RCVTIMEO, limit).unwrap();
    let back = with_libc::get_timeout(fd.as_raw_fd(), SO_RCVTIMEO).unwrap();
    assert_eq!((back.tv_sec, back.tv_usec), (1, 500_000));
    let typed = with_nix::getsockopt(&fd, sockopt::ReceiveTimeout).unwrap();
    assert_eq!(typed, TimeVal::new(1, 500_000));
    let socket = Socket::from(fd);
    assert_eq!(
        with_socket2::read_timeout(&socket).unwrap(),
        Some(SECOND * 3 / 2)
    );
    let stream = TcpStream::from(socket);
    assert_eq!(
        with_std::read_timeout(&stream).unwrap(),
        Some(SECOND * 3 / 2)
    );
}

#[test]
fn only_std_refuses_a_timeout_of_zero() {
    let fd = fresh();
    let zero = timeval {
        tv_sec: 0,
        tv_usec: 0,
    };
    with_libc::set_timeout(fd.as_raw_fd(), SO_RCVTIMEO, zero).unwrap();
    with_nix::setsockopt(&fd, sockopt::ReceiveTimeout, &TimeVal::new(0, 0)).unwrap();
    let socket = Socket::from(fd);
    with_socket2::set_read_timeout(&socket, Some(Duration::ZERO)).unwrap();
    assert_eq!(with_socket2::read_timeout(&socket).unwrap(), None);

    let stream = TcpStream::from(socket);
    let refused = with_std::set_read_timeout(&stream, Some(Duration::ZERO)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidInput);
    assert_eq!(refused.raw_os_error(), None);
}

#[test]
fn less_than_a_microsecond_is_for_ever_in_socket2_and_one_microsecond_in_std() {
    let socket = Socket::from(fresh());
    let least = Some(Duration::from_nanos(1));
    with_socket2::set_read_timeout(&socket, least).unwrap();
    assert_eq!(with_socket2::read_timeout(&socket).unwrap(), None);
    let stream = TcpStream::from(socket);
    with_std::set_read_timeout(&stream, least).unwrap();
    // The kernel rounds it up to its own clock's tick.
    assert!(with_std::read_timeout(&stream).unwrap() > Some(Duration::ZERO));
}

#[test]
fn the_raw_call_takes_any_number_and_the_kernel_refuses() {
    let fd = fresh();
    let nothing = with_libc::get_int(fd.as_raw_fd(), SOL_SOCKET, 9999).unwrap_err();
    assert_eq!(nothing.raw_os_error(), Some(libc::ENOPROTOOPT));
    let one_byte = 1u8;
    // SAFETY: one byte is readable at `one_byte`.
    let short = unsafe {
        with_libc::setsockopt(
            fd.as_raw_fd(),
            SOL_SOCKET,
            SO_KEEPALIVE,
            (&raw const one_byte).cast(),
            1,
        )
    };
    assert_eq!(short.unwrap_err().raw_os_error(), Some(libc::EINVAL));
    let closed = with_libc::set_int(-1, SOL_SOCKET, SO_KEEPALIVE, 1).unwrap_err();
    assert_eq!(closed.raw_os_error(), Some(libc::EBADF));
}

#[cfg(target_os = "linux")]
#[test]
fn what_linux_says_to_a_wrong_level_and_a_wrong_value() {
    let udp = owner(socket(libc::AF_INET, libc::SOCK_DGRAM, 0).unwrap());
    let read = with_libc::get_int(udp.as_raw_fd(), IPPROTO_TCP, TCP_NODELAY).unwrap_err();
    assert_eq!(read.raw_os_error(), Some(libc::EOPNOTSUPP));
    let set = with_libc::set_int(udp.as_raw_fd(), IPPROTO_TCP, TCP_NODELAY, 1).unwrap_err();
    assert_eq!(set.raw_os_error(), Some(libc::ENOPROTOOPT));
    let too_many = timeval {
        tv_sec: 0,
        tv_usec: 1_000_000,
    };
    let set = with_libc::set_timeout(udp.as_raw_fd(), SO_RCVTIMEO, too_many).unwrap_err();
    assert_eq!(set.raw_os_error(), Some(libc::EDOM));
}

#[test]
fn a_value_is_cut_off_where_its_room_ends() {
    let fd = fresh();
    let mut value = [0xaa; 4];
    let mut length = 2;
    let (at, room) = (value.as_mut_ptr().cast(), &raw mut length);
    // SAFETY: SO_RCVBUF is an int, of which no more than `length` bytes are written; `value` has four.
    unsafe { with_libc::getsockopt(fd.as_raw_fd(), SOL_SOCKET, SO_RCVBUF, at, room) }.unwrap();
    assert_eq!((length, value[2], value[3]), (2, 0xaa, 0xaa));
}

#[test]
fn keep_alive_is_four_options_and_in_std_a_loan() {
    let stream = TcpStream::from(fresh());
    with_std::set_keepalive(&stream, 7 * SECOND, 3 * SECOND, 2).unwrap();
    let fd = stream.as_raw_fd();
    assert_ne!(with_libc::get_int(fd, SOL_SOCKET, SO_KEEPALIVE).unwrap(), 0);
    let socket = socket2::SockRef::from(&stream);
    assert_eq!(socket.tcp_keepalive_time().unwrap(), 7 * SECOND);
    assert_eq!(socket.tcp_keepalive_interval().unwrap(), 3 * SECOND);
    assert_eq!(socket.tcp_keepalive_retries().unwrap(), 2);
    // Part of a second is cut off, and nothing is left that the kernel would take.
    let cut = with_socket2::set_keepalive(&socket, SECOND / 2, SECOND, 1).unwrap_err();
    assert_eq!(cut.raw_os_error(), Some(libc::EINVAL));
}

/// A socket whose peer has reset the connection, and nobody has asked about it yet.
#[track_caller]
fn reset() -> OwnedFd {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (peer, _) = listener.accept().unwrap();
    let at_once = Some(Duration::ZERO);
    step06_close::with_std::set_linger(&peer, at_once).unwrap();
    drop(peer);
    stream.into()
}

#[test]
fn an_error_can_be_taken_once_in_every_layer() {
    let fd = reset();
    let first = with_libc::take_error(fd.as_raw_fd()).unwrap();
    let first = first.map(|error| error.kind());
    assert_eq!(first, Some(ErrorKind::ConnectionReset));
    assert!(with_libc::take_error(fd.as_raw_fd()).unwrap().is_none());

    let fd = reset();
    let first = with_nix::take_error(&fd).unwrap();
    assert_eq!(first, Some(Errno::ECONNRESET));
    assert_eq!(with_nix::take_error(&fd).unwrap(), None);

    let socket = Socket::from(reset());
    let first = with_socket2::take_error(&socket).unwrap();
    let first = first.map(|error| error.kind());
    assert_eq!(first, Some(ErrorKind::ConnectionReset));
    assert!(with_socket2::take_error(&socket).unwrap().is_none());

    let stream = TcpStream::from(reset());
    let first = with_std::take_error(&stream).unwrap();
    let first = first.map(|error| error.kind());
    assert_eq!(first, Some(ErrorKind::ConnectionReset));
    assert!(with_std::take_error(&stream).unwrap().is_none());
}
