//! The same calls on an owned socket.
//!
//! `SockAddr::unix(path)` is an address like any other, so `bind`, `connect` and `accept` are those
//! of the steps before.
//! `sendmsg` and `recvmsg` take the control messages as bytes: socket2 neither builds nor reads them.
//! Here [`with_libc::message`](message) does, one layer below.
//! And it has no name for `SO_PEERCRED` or `MSG_CTRUNC`.
//!
//! Every socket that it makes is close-on-exec; a descriptor that arrives is not, unless asked for.
//! Dropping a [`Socket`], or the `OwnedFd` of a descriptor that arrived, closes it.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::path::Path;

use nix::unistd::{Gid, Pid, Uid};
use socket2::{Domain, MaybeUninitSlice, MsgHdr, MsgHdrMut, SockAddr, Socket, Type};
use step01_socket::with_socket2 as step01;
use step02_bind_listen::with_socket2 as step02;
use step04_connect::with_socket2 as step04;

use crate::with_libc::message;

/// What [`recvmsg`] brought.
#[derive(Debug)]
pub struct Received {
    /// How many bytes were written to the front of the buffer.
    pub count: usize,
    /// The descriptors, each with an owner.
    pub descriptors: Vec<OwnedFd>,
}

/// Three calls: `socket`, `bind`, `listen`. A socket that waits for clients under this name.
///
/// # Errors
///
/// `EADDRINUSE`: there is a file with this path, though nobody may listen. `ENOENT`: no such folder.
/// The others as for [`with_libc::listen_at`](crate::with_libc::listen_at).
/// The socket is closed by drop, whichever `?` ends the function.
pub fn listen_at(address: &SockAddr, backlog: i32) -> io::Result<Socket> {
    let listener = bound_at(Type::STREAM, address)?;
    step02::listen(&listener, backlog)?;
    Ok(listener)
}

/// Two calls: `socket`, `bind`. For `Type::DGRAM` that is all.
///
/// # Errors
///
/// As for [`listen_at`].
pub fn bound_at(kind: Type, address: &SockAddr) -> io::Result<Socket> {
    let socket = step01::socket(Domain::UNIX, kind, None)?;
    step02::bind(&socket, address)?;
    Ok(socket)
}

/// Two calls: `socket`, `connect`. A socket with a server at the other end.
///
/// # Errors
///
/// `InvalidInput`, before any call: a path that does not fit. `ENOENT`: there is no such file. `ECONNREFUSED`:
/// there is, and nobody listens. The others as for [`with_libc::connect_to`](crate::with_libc::connect_to).
/// If `connect` fails, the socket is closed by drop.
pub fn connect_to(path: &Path) -> io::Result<Socket> {
    let address = SockAddr::unix(path)?;
    let connection = step01::socket(Domain::UNIX, Type::STREAM, None)?;
    step04::connect(&connection, &address)?;
    Ok(connection)
}

/// `socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv)`: two sockets, connected to each other.
///
/// Close-on-exec does not matter to a child that only forks; a program that it starts has neither.
///
/// # Errors
///
/// `EMFILE`: the table of open files has no room for two. Drop something first.
/// The others as for [`with_libc::socketpair`](crate::with_libc::socketpair).
pub fn pair() -> io::Result<(Socket, Socket)> {
    Socket::pair(Domain::UNIX, Type::STREAM, None)
}

/// `sendmsg(fd, msg, flags)`: send bytes, and copies of descriptors beside them.
///
/// # Errors
///
/// `EBADF`: one of `descriptors` is not open; they are bare numbers. `EPIPE`: the peer is gone.
/// The others as for [`with_libc::message::sendmsg`](message::sendmsg).
pub fn sendmsg(
    socket: &Socket,
    bytes: &[u8],
    descriptors: &[RawFd],
    flags: i32,
) -> io::Result<usize> {
    let control = message::rights(descriptors)?;
    let vectors = [IoSlice::new(bytes)];
    let message = MsgHdr::new().with_buffers(&vectors).with_control(&control);
    socket.sendmsg(&message, flags)
}

/// `recvmsg(fd, msg, flags)`: receive bytes, and descriptors if any stand beside them.
///
/// `room` is how many descriptors are wanted at most; others are closed, and nothing tells: socket2 has no
/// name for `MSG_CTRUNC`.
///
/// # Errors
///
/// `EINTR`: a signal handler came first; call again. `EAGAIN`: nothing there yet.
/// The others as for [`with_libc::message::recvmsg`](message::recvmsg).
pub fn recvmsg(
    socket: &Socket,
    buffer: &mut [MaybeUninit<u8>],
    room: usize,
    flags: i32,
) -> io::Result<Received> {
    let mut control = vec![MaybeUninit::new(0); message::space(room)?];
    let mut vectors = [MaybeUninitSlice::new(buffer)];
    let message = MsgHdrMut::new().with_buffers(&mut vectors);
    let mut message = message.with_control(&mut control);
    let count = socket.recvmsg(&mut message, flags)?;
    let length = message.control_len();
    control.truncate(length);
    // SAFETY: every byte had a value before the call, and the kernel only gives it another one.
    let numbers = message::descriptors_in(unsafe { control.assume_init_ref() });
    let owned = numbers.into_iter().map(|number| {
        // SAFETY: the kernel has just opened `number` for this call, so nothing else owns it.
        unsafe { OwnedFd::from_raw_fd(number) }
    });
    let mut descriptors: Vec<OwnedFd> = owned.collect();
    // The room is padded, so one more may have come. Dropped, it is closed.
    descriptors.truncate(room);
    Ok(Received { count, descriptors })
}

/// Who is at the other end: socket2 has no such option, and lends its descriptor to nix.
///
/// # Errors
///
/// `ENOTSOCK`: no socket. Of one that has no other end, see
/// [`with_nix::peer_credentials`](crate::with_nix::peer_credentials).
pub fn peer_credentials(socket: &Socket) -> io::Result<(Option<Pid>, Uid, Gid)> {
    Ok(crate::with_nix::peer_credentials(socket)?)
}
