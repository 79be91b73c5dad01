//! What goes wrong with `send` and `recv`, each mistake broken and repaired.

pub(crate) mod both_send;
pub(crate) mod both_wait;
pub(crate) mod eintr;
pub(crate) mod end_of_stream;
pub(crate) mod first_write;
pub(crate) mod one_recv;
pub(crate) mod sent_not_received;
pub(crate) mod short_write;
pub(crate) mod sigpipe;
pub(crate) mod whole_buffer;

use std::io;
use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::os::fd::RawFd;

use libc::{c_int, c_short, socklen_t};
use socket2::SockRef;
use step01_socket::with_libc::cvt;

/// More than the small buffers of both ends hold together.
pub(crate) const LARGE: usize = 512 * 1024;

/// `setsockopt(fd, SOL_SOCKET, SO_SNDBUF and SO_RCVBUF, …)`: buffers that do not grow and are soon full.
/// Step 8 is about options.
pub(crate) fn small_buffers(fd: RawFd) -> io::Result<()> {
    let size: c_int = 32 * 1024;
    for option in [libc::SO_SNDBUF, libc::SO_RCVBUF] {
        let (value, length) = ((&raw const size).cast(), size_of_val(&size) as socklen_t);
        // SAFETY: `length` is the size of `size`, which lives until after the call.
        cvt(unsafe { libc::setsockopt(fd, libc::SOL_SOCKET, option, value, length) })?;
    }
    Ok(())
}

/// `poll(fd, events)`: wait until one of these is true of the socket. Errors and a reset always count.
/// Step 15 is about poll.
pub(crate) fn wait_until(fd: RawFd, events: c_short) -> io::Result<()> {
    let mut wanted = libc::pollfd {
        fd,
        events,
        revents: 0,
    };
    // SAFETY: `wanted` is one pollfd, as the 1 says, and lives until after the call.
    cvt(unsafe { libc::poll(&raw mut wanted, 1, -1) })?;
    Ok(())
}

/// `recv(fd, buf, LARGE, MSG_WAITALL)`: one recv that does wait, until `LARGE` bytes are there or the end is.
/// std has no flags, so socket2 borrows the descriptor for the one call.
pub(crate) fn receive_all(connection: &TcpStream) -> io::Result<usize> {
    let mut buffer = vec![MaybeUninit::uninit(); LARGE];
    SockRef::from(connection).recv_with_flags(&mut buffer, libc::MSG_WAITALL)
}
