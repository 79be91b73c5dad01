//! What goes wrong with datagrams, each mistake broken and repaired.

pub(crate) mod broadcast;
pub(crate) mod empty_datagram;
pub(crate) mod late_error;
pub(crate) mod lost;
pub(crate) mod nobody_there;
pub(crate) mod truncated;

use std::io;
use std::os::fd::RawFd;

use step01_socket::with_libc::cvt;

/// `poll(fd, 0)`: wait until the socket has an error, which always counts. Step 15 is about poll.
pub(crate) fn wait_for_error(fd: RawFd) -> io::Result<()> {
    let mut wanted = libc::pollfd {
        fd,
        events: 0,
        revents: 0,
    };
    // SAFETY: the one pollfd lives until after the call, and 1 is how many there are.
    cvt(unsafe { libc::poll(&raw mut wanted, 1, -1) })?;
    Ok(())
}
