//! The raw calls, put together.
//!
//! A signal handler that was installed without `SA_RESTART` may end any call early (`EINTR`; signal(7)). To go on
//! is the caller's work here, both ways.

use std::io::{self, ErrorKind};
use std::os::fd::RawFd;

use step05_send_recv::with_libc::{recv, send_all};

use crate::{Failure, Framing, Inbox, ROOM};

/// `recv(fd, buf, 1024, 0)`, as often as it takes: wait for the peer's next message.
///
/// `inbox` is the connection's own. `None` is the end: the peer will send no more.
///
/// # Errors
///
/// - [`Failure::Call`]: that of `recv`, such as `ECONNRESET`, after which only `close` is left; never `EINTR`.
/// - [`Failure::Fault`]: the bytes are no message of this framing. Only after
///   [`NotUtf8`](crate::Fault::NotUtf8) can another one follow.
///
/// See recv(2).
pub fn receive(fd: RawFd, inbox: &mut Inbox) -> Result<Option<String>, Failure<io::Error>> {
    let mut buffer = [0; ROOM];
    loop {
        if let Some(message) = inbox.next_message()? {
            return Ok(Some(message));
        }
        match recv(fd, &mut buffer, 0) {
            Ok(0) => return Ok(inbox.end().map(|()| None)?),
            Ok(count) => inbox.arrived(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Failure::Call(error)),
        }
    }
}

/// `send(fd, buf, len, 0)`, as often as it takes: hand a message to the kernel, in its framing.
///
/// # Errors
///
/// - [`Failure::Call`]: that of `send`, such as `EPIPE`; never `EINTR`.
///   A part of the message may be on its way, so the connection is of no more use.
/// - [`Failure::Fault`]: this framing cannot carry the message. Nothing was sent.
///
/// See send(2).
pub fn send(fd: RawFd, framing: Framing, message: &str) -> Result<(), Failure<io::Error>> {
    let bytes = framing.bytes(message)?;
    let mut rest = &bytes[..];
    while let Err((sent, error)) = send_all(fd, rest, 0) {
        if error.kind() != ErrorKind::Interrupted {
            return Err(Failure::Call(error));
        }
        rest = &rest[sent..];
    }
    Ok(())
}
