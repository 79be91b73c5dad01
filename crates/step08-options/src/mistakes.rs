//! What goes wrong with options, each mistake broken and repaired.

pub(crate) mod nagle;
pub(crate) mod one_byte_flag;
pub(crate) mod reuse_address;
pub(crate) mod reuse_port;
pub(crate) mod silent_peer;
pub(crate) mod so_error;
pub(crate) mod zero_timeout;

use std::error::Error;
use std::io;
use std::net::SocketAddrV4;
use std::os::fd::RawFd;

use lab::Stage;
use libc::{c_short, socklen_t};
use step01_socket::with_libc::cvt;
use step02_bind_listen as step02;

/// `poll(fd, events)`: wait until one of these is true of the socket. Errors and a reset always count.
/// Step 15 is about poll.
fn wait_until(fd: RawFd, events: c_short) -> io::Result<()> {
    let mut wanted = libc::pollfd {
        fd,
        events,
        revents: 0,
    };
    // SAFETY: the one pollfd lives until after the call, and 1 is how many there are.
    cvt(unsafe { libc::poll(&raw mut wanted, 1, -1) })?;
    Ok(())
}

/// `bind(fd, addr, len)` with an IPv4 address.
fn bind_libc(fd: RawFd, address: SocketAddrV4) -> io::Result<()> {
    let address = step02::with_libc::sockaddr_in(address);
    let length = size_of_val(&address) as socklen_t;
    // SAFETY: `length` is the size of `address`, which lives until after the call.
    unsafe { step02::with_libc::bind(fd, (&raw const address).cast(), length) }
}

/// How a recv ended; after that the client may end, too.
fn judge_recv<E: Error + 'static>(stage: &Stage, received: Result<usize, E>) {
    match received {
        Ok(count) => stage.found(count, format!("recv brought {count} bytes")),
        Err(error) => stage.found_error("recv", &error),
    }
    stage.cue("over", "");
}
