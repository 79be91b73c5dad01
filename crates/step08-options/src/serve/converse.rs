//! A conversation with one client: three options, then an echo until the end.

use std::io;
use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::os::fd::{OwnedFd, RawFd};
use std::time::Duration;

use libc::{IPPROTO_TCP, SO_RCVTIMEO, TCP_NODELAY, timeval};
use nix::sys::socket::MsgFlags;
use nix::sys::socket::sockopt::{ReceiveTimeout, TcpNoDelay};
use nix::sys::time::TimeVal;
use socket2::Socket;
use step05_send_recv as step05;
use step08_options::{with_libc, with_nix, with_socket2, with_std};

/// How long a client may be silent.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// Keep-alive, for a client whose machine is gone: after this long, then every so often, so many times.
const IDLE: Duration = Duration::from_secs(5);
const INTERVAL: Duration = Duration::from_secs(1);
const COUNT: u32 = 3;

pub(super) fn converse_libc(fd: RawFd) -> io::Result<usize> {
    let limit = timeval {
        tv_sec: LIMIT.as_secs() as _,
        tv_usec: 0,
    };
    with_libc::set_timeout(fd, SO_RCVTIMEO, limit)?;
    with_libc::set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1)?;
    let (idle, interval) = (IDLE.as_secs() as _, INTERVAL.as_secs() as _);
    with_libc::set_keepalive(fd, idle, interval, COUNT as _)?;
    let (mut buffer, mut total) = ([0; 1024], 0);
    loop {
        let count = step05::with_libc::recv(fd, &mut buffer, 0)?;
        if count == 0 {
            return Ok(total);
        }
        step05::with_libc::send_all(fd, &buffer[..count], 0).map_err(|(_, error)| error)?;
        total += count;
    }
}

pub(super) fn converse_nix(fd: &OwnedFd) -> nix::Result<usize> {
    let limit = TimeVal::new(LIMIT.as_secs() as _, 0);
    with_nix::setsockopt(fd, ReceiveTimeout, &limit)?;
    with_nix::setsockopt(fd, TcpNoDelay, &true)?;
    let (idle, interval) = (IDLE.as_secs() as _, INTERVAL.as_secs() as _);
    with_nix::set_keepalive(fd, idle, interval, COUNT)?;
    let (mut buffer, mut total) = ([0; 1024], 0);
    let none = MsgFlags::empty();
    loop {
        let count = step05::with_nix::recv(fd, &mut buffer, none)?;
        if count == 0 {
            return Ok(total);
        }
        step05::with_nix::send_all(fd, &buffer[..count], none).map_err(|(_, errno)| errno)?;
        total += count;
    }
}

pub(super) fn converse_socket2(socket: &Socket) -> io::Result<usize> {
    with_socket2::set_read_timeout(socket, Some(LIMIT))?;
    with_socket2::set_nodelay(socket, true)?;
    with_socket2::set_keepalive(socket, IDLE, INTERVAL, COUNT)?;
    let (mut buffer, mut total) = ([MaybeUninit::uninit(); 1024], 0);
    loop {
        let received = step05::with_socket2::recv(socket, &mut buffer)?;
        if received.is_empty() {
            return Ok(total);
        }
        step05::with_socket2::write_all(socket, received)?;
        total += received.len();
    }
}

pub(super) fn converse_std(stream: &TcpStream) -> io::Result<usize> {
    with_std::set_read_timeout(stream, Some(LIMIT))?;
    with_std::set_nodelay(stream, true)?;
    with_std::set_keepalive(stream, IDLE, INTERVAL, COUNT)?;
    let (mut buffer, mut total) = ([0; 1024], 0);
    loop {
        let count = step05::with_std::read(stream, &mut buffer)?;
        if count == 0 {
            return Ok(total);
        }
        step05::with_std::write_all(stream, &buffer[..count])?;
        total += count;
    }
}
