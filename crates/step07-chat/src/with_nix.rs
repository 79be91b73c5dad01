//! The same calls, typed.
//!
//! An error is an `Errno`. As in libc, to go on after `EINTR` is the caller's work.
//! The connection is borrowed of any owner ([`AsFd`]), which closes it when it is dropped.

use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::sys::socket::MsgFlags;
use step05_send_recv::with_nix::{recv, send_all};

use crate::{Failure, Framing, Inbox, ROOM};

/// `recv(fd, buf, 1024, 0)`, as often as it takes: wait for the peer's next message; `None` is the end.
///
/// # Errors
///
/// - [`Failure::Call`]: `ECONNRESET`, the peer has reset the connection. The others as for
///   [`with_libc::receive`](crate::with_libc::receive); never `EINTR`.
/// - [`Failure::Fault`]: the bytes are no message of this framing.
pub fn receive(fd: impl AsFd, inbox: &mut Inbox) -> Result<Option<String>, Failure<Errno>> {
    let mut buffer = [0; ROOM];
    loop {
        if let Some(message) = inbox.next_message()? {
            return Ok(Some(message));
        }
        match recv(&fd, &mut buffer, MsgFlags::empty()) {
            Ok(0) => return Ok(inbox.end().map(|()| None)?),
            Ok(count) => inbox.arrived(&buffer[..count]),
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(Failure::Call(errno)),
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
pub fn send(fd: impl AsFd, framing: Framing, message: &str) -> Result<(), Failure<Errno>> {
    let bytes = framing.bytes(message)?;
    let mut rest = &bytes[..];
    while let Err((sent, errno)) = send_all(&fd, rest, MsgFlags::empty()) {
        if errno != Errno::EINTR {
            return Err(Failure::Call(errno));
        }
        rest = &rest[sent..];
    }
    Ok(())
}
