//! The same calls through std.
//!
//! `write_all` sends everything, goes on after `EINTR`, and never raises `SIGPIPE`.
//! The connection is borrowed; dropping the `TcpStream` closes it.
//!
//! For lines std has a ready-made inbox, `BufReader::read_line`. It has no limit, so a peer that never
//! sends a newline fills the memory; and it can do lines only. So the course's own [`Inbox`] serves here too.

use std::io::{self, ErrorKind};
use std::net::TcpStream;

use step05_send_recv::with_std::{read, write_all};

use crate::{Failure, Framing, Inbox, ROOM};

/// `recv(fd, buf, 1024, 0)`, as often as it takes: wait for the peer's next message; `None` is the end.
///
/// # Errors
///
/// - [`Failure::Call`]: `ECONNRESET`, the peer has reset the connection. The others as for
///   [`with_libc::receive`](crate::with_libc::receive); never `EINTR`.
/// - [`Failure::Fault`]: the bytes are no message of this framing.
pub fn receive(
    stream: &TcpStream,
    inbox: &mut Inbox,
) -> Result<Option<String>, Failure<io::Error>> {
    let mut buffer = [0; ROOM];
    loop {
        if let Some(message) = inbox.next_message()? {
            return Ok(Some(message));
        }
        match read(stream, &mut buffer) {
            Ok(0) => return Ok(inbox.end().map(|()| None)?),
            Ok(count) => inbox.arrived(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Failure::Call(error)),
        }
    }
}

/// `send(fd, buf, len, MSG_NOSIGNAL)`, as often as it takes: hand a message to the kernel, in its framing.
///
/// # Errors
///
/// - [`Failure::Call`]: `EPIPE` or `ECONNRESET`, the peer is gone. The others as for
///   [`with_libc::send`](crate::with_libc::send); never `EINTR`.
/// - [`Failure::Fault`]: this framing cannot carry the message. Nothing was sent.
pub fn send(stream: &TcpStream, framing: Framing, message: &str) -> Result<(), Failure<io::Error>> {
    let bytes = framing.bytes(message)?;
    write_all(stream, &bytes).map_err(Failure::Call)
}
