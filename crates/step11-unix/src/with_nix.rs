//! The same calls, typed.
//!
//! A path is a [`UnixAddr`], which refuses one that does not fit and knows the length.
//! Control messages have types: [`ControlMessage`] to send, [`ControlMessageOwned`] as received.
//! Received descriptors are bare numbers all the same, and need an owner at once.
//!
//! A socket is an [`OwnedFd`], whose drop closes it. Where the functions only use one they take any owner or
//! loan of a descriptor ([`AsFd`]), so that the layers above can lend theirs.
//!
//! Nothing is added: no close-on-exec, no `unlink`.

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::path::Path;

use nix::errno::Errno;
use nix::sys::socket::{
    self, AddressFamily, Backlog, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag,
    SockType, UnixAddr,
};
use nix::unistd::{Gid, Pid, Uid};
use step01_socket::with_nix as step01;
use step02_bind_listen::with_nix as step02;
use step04_connect::with_nix as step04;
#[cfg(target_os = "linux")]
use step08_options::with_nix as step08;

use crate::with_libc::message::{descriptors_in, space};

/// What [`recvmsg`] brought.
#[derive(Debug)]
pub struct Received {
    /// How many bytes were written to the front of the buffer.
    pub count: usize,
    /// The descriptors, each with an owner.
    pub descriptors: Vec<OwnedFd>,
}

/// Three calls: `socket`, `bind`, `listen`. A descriptor that waits for clients under this name.
///
/// # Errors
///
/// `EADDRINUSE`: there is a file with this path, though nobody may listen. `ENOENT`: no such folder.
/// The others as for [`with_libc::listen_at`](crate::with_libc::listen_at), as an `Errno`.
/// The descriptor is closed by drop, whichever `?` ends the function.
pub fn listen_at(address: &UnixAddr, backlog: Backlog) -> nix::Result<OwnedFd> {
    let listener = bound_at(SockType::Stream, address)?;
    step02::listen(&listener, backlog)?;
    Ok(listener)
}

/// Two calls: `socket`, `bind`. For `SockType::Datagram` that is all. Errors as for [`listen_at`].
pub fn bound_at(kind: SockType, address: &UnixAddr) -> nix::Result<OwnedFd> {
    let fd = step01::socket(AddressFamily::Unix, kind, SockFlag::empty(), None)?;
    step02::bind(&fd, address)?;
    Ok(fd)
}

/// Two calls: `socket`, `connect`. A descriptor with a server at the other end.
///
/// # Errors
///
/// `ENAMETOOLONG`, before any call. `ENOENT`: there is no such file. `ECONNREFUSED`: there is, and nobody listens.
/// The others as for [`with_libc::connect_to`](crate::with_libc::connect_to), as an `Errno`.
/// If `connect` fails, the descriptor is closed by drop.
pub fn connect_to(path: &Path) -> nix::Result<OwnedFd> {
    let address = UnixAddr::new(path)?;
    let none = SockFlag::empty();
    let connection = step01::socket(AddressFamily::Unix, SockType::Stream, none, None)?;
    step04::connect(&connection, &address)?;
    Ok(connection)
}

/// `socketpair(AF_UNIX, SOCK_STREAM, 0, sv)`: two sockets that are connected to each other.
///
/// # Errors
///
/// `EMFILE`: the table of open files has no room for two. Drop something first.
/// The others as for [`with_libc::socketpair`](crate::with_libc::socketpair), as an `Errno`.
pub fn socketpair() -> nix::Result<(OwnedFd, OwnedFd)> {
    let (family, kind) = (AddressFamily::Unix, SockType::Stream);
    socket::socketpair(family, kind, None, SockFlag::empty())
}

/// `sendmsg(fd, msg, flags)`: send bytes, and copies of descriptors beside them.
///
/// # Errors
///
/// `EBADF`: one of `descriptors` is not open; they are bare numbers, as in nix itself. `EPIPE`: the peer is gone.
/// The others as for [`with_libc::message::sendmsg`](crate::with_libc::message::sendmsg), as an `Errno`.
pub fn sendmsg(
    fd: impl AsFd,
    bytes: &[u8],
    descriptors: &[RawFd],
    flags: MsgFlags,
) -> nix::Result<usize> {
    let vectors = [IoSlice::new(bytes)];
    let rights = [ControlMessage::ScmRights(descriptors)];
    let control = if descriptors.is_empty() {
        &[][..]
    } else {
        &rights
    };
    let fd = fd.as_fd().as_raw_fd();
    socket::sendmsg::<UnixAddr>(fd, &vectors, control, flags, None)
}

/// `recvmsg(fd, msg, flags)`: receive bytes, and descriptors if any stand beside them.
///
/// `room` is how many descriptors are wanted at most.
///
/// # Errors
///
/// - `ENOBUFS`: more descriptors stood beside the bytes than there was `room` for (nix makes it of
///   `MSG_CTRUNC`), or this process may not have so many. All that came are closed; the bytes are in `buffer`.
/// - `EINTR`: a signal handler came first; call again. `EAGAIN`: nothing there yet.
/// - `EINVAL`, before any call: more `room` than there can be.
/// - The others as for [`with_libc::message::recvmsg`](crate::with_libc::message::recvmsg), as an `Errno`.
pub fn recvmsg(
    fd: impl AsFd,
    buffer: &mut [u8],
    room: usize,
    flags: MsgFlags,
) -> nix::Result<Received> {
    let mut vectors = [IoSliceMut::new(buffer)];
    // cmsg_space! is for types, and the number is known here only at run time.
    let mut control = vec![0; space(room).map_err(|_| Errno::EINVAL)?];
    let fd = fd.as_fd().as_raw_fd();
    let message = socket::recvmsg::<UnixAddr>(fd, &mut vectors, Some(&mut control), flags)?;
    let count = message.bytes;
    let (numbers, whole): (Vec<RawFd>, _) = match message.cmsgs() {
        Ok(messages) => (messages.filter_map(rights).flatten().collect(), Ok(())),
        // nix reads nothing of a message that was cut off; and some descriptors may have come all the same.
        Err(errno) => (descriptors_in(&control), Err(errno)),
    };
    let owned = numbers.into_iter().map(|number| {
        // SAFETY: the kernel has just opened `number` for this call, so nothing else owns it.
        unsafe { OwnedFd::from_raw_fd(number) }
    });
    let descriptors: Vec<OwnedFd> = owned.collect();
    // From here on an error drops them all, and so closes them.
    whole?;
    match descriptors.len() <= room {
        true => Ok(Received { count, descriptors }),
        false => Err(Errno::ENOBUFS),
    }
}

/// `getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ucred, len)`: who is at the other end of a connection.
///
/// # Errors
///
/// `ENOTSOCK`: no socket. Of one that is no Unix socket, or has no other end, Linux says that it belongs to
/// nobody: user and group are -1, and the process is 0.
#[cfg(target_os = "linux")]
pub fn peer_credentials(fd: impl AsFd) -> nix::Result<(Option<Pid>, Uid, Gid)> {
    let found = step08::getsockopt(fd, socket::sockopt::PeerCredentials)?;
    let (user, group) = (Uid::from_raw(found.uid()), Gid::from_raw(found.gid()));
    Ok((Some(Pid::from_raw(found.pid())), user, group))
}

/// `getpeereid(fd, euid, egid)`: who is at the other end of a connection; not which process.
/// Errors as for [`with_libc::peer::peer_credentials`](crate::with_libc::peer::peer_credentials).
#[cfg(not(target_os = "linux"))]
pub fn peer_credentials(fd: impl AsFd) -> nix::Result<(Option<Pid>, Uid, Gid)> {
    let (user, group) = nix::unistd::getpeereid(fd)?;
    Ok((None, user, group))
}

fn rights(message: ControlMessageOwned) -> Option<Vec<RawFd>> {
    match message {
        ControlMessageOwned::ScmRights(numbers) => Some(numbers),
        _ => None,
    }
}
