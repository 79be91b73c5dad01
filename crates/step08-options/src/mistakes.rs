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
use std::os::fd::RawFd;

use lab::Stage;
use libc::c_short;
use step01_socket::with_libc::cvt;

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

/// How a recv ended; after that the client may end, too.
fn judge_recv<E: Error + 'static>(stage: &Stage, received: Result<usize, E>) {
    match received {
        Ok(count) => stage.found(count, format!("recv brought {count} bytes")),
        Err(error) => stage.found_error("recv", &error),
    }
    stage.cue("over", "");
}
