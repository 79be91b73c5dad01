//! The same calls on an owned socket.
//!
//! `recv` returns what arrived as a slice, so there is no count to mistake; an empty one is the end.
//! To send there is std's `write_all`, which goes on after `EINTR` by itself; `recv` does not.
//! The connection is borrowed; dropping the `Socket` closes it.

use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;

use socket2::Socket;
use step05_send_recv::with_socket2::{recv, write_all};

use crate::{Failure, Framing, Inbox, ROOM};

/// `recv(fd, buf, 1024, 0)`, as often as it takes: wait for the peer's next message; `None` is the end.
///
/// # Errors
///
/// - [`Failure::Call`]: `ECONNRESET`, the peer has reset the connection. The others as for
///   [`with_libc::receive`](crate::with_libc::receive); never `EINTR`.
/// - [`Failure::Fault`]: the bytes are no message of this framing.
pub fn receive(socket: &Socket, inbox: &mut Inbox) -> Result<Option<String>, Failure<io::Error>> {
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    loop {
        if let Some(message) = inbox.next_message()? {
            return Ok(Some(message));
        }
        match recv(socket, &mut buffer) {
            Ok([]) => return Ok(inbox.end().map(|()| None)?),
            Ok(received) => inbox.arrived(received),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Failure::Call(error)),
        }
    }
}

/// `send(fd, buf, len, 0)`, as often as it takes: hand a message to the kernel, in its framing.
///
/// # Errors
///
/// - [`Failure::Call`]: `EPIPE` or `ECONNRESET`, the peer is gone. The others as for
///   [`with_libc::send`](crate::with_libc::send); never `EINTR`.
/// - [`Failure::Fault`]: this framing cannot carry the message. Nothing was sent.
pub fn send(socket: &Socket, framing: Framing, message: &str) -> Result<(), Failure<io::Error>> {
    let bytes = framing.bytes(message)?;
    write_all(socket, &bytes).map_err(Failure::Call)
}
