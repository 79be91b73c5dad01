//! The same job through std: `std::os::unix::net`, which is there on Unix only.
//!
//! - [`UnixListener::bind`] is `socket`, `bind` and `listen`. It does not set `SO_REUSEADDR`, which
//!   means nothing here, and it removes no file: not before `bind`, and not on drop.
//! - [`UnixStream::connect`] is `socket` and `connect`; [`UnixStream::pair`] is `socketpair`.
//! - Everything is close-on-exec, and closed by drop; the file stays.
//!
//! Two things are not in stable Rust (1.95): control messages (`unix_socket_ancillary_data`) and the
//! credentials of the peer (`peer_credentials_unix_socket`).
//! For these, std lends its descriptor to nix, one layer below. The stream stays the owner.

use std::io;
use std::os::fd::AsRawFd;
use std::os::fd::BorrowedFd;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::Path;

use nix::sys::socket::MsgFlags;
use nix::unistd::{Gid, Pid, Uid};

use crate::with_nix;
pub use crate::with_nix::Received;

/// A new descriptor is close-on-exec from its first moment: what std does wherever it can.
#[cfg(target_os = "linux")]
const CLOEXEC: MsgFlags = MsgFlags::MSG_CMSG_CLOEXEC;
// There is no such flag: whoever minds sets it afterwards, with fcntl.
#[cfg(not(target_os = "linux"))]
const CLOEXEC: MsgFlags = MsgFlags::empty();

/// `socket`, `bind`, `listen`: a listener at a path.
///
/// The backlog is std's: -1 on Linux, which is as many as the system allows.
///
/// # Errors
///
/// `InvalidInput`, before any call: a path that does not fit. `EADDRINUSE`: there is a file with this path, though
/// nobody may listen. The others as for [`with_libc::listen_at`](crate::with_libc::listen_at).
pub fn listen_at(path: &Path) -> io::Result<UnixListener> {
    UnixListener::bind(path)
}

/// The same under an abstract name: no file, and no NUL to write.
///
/// # Errors
///
/// `InvalidInput`, before any call: a name that does not fit. `EADDRINUSE`: somebody listens under this name.
/// The others as for [`with_libc::listen_at`](crate::with_libc::listen_at).
#[cfg(target_os = "linux")]
pub fn listen_at_abstract(name: &[u8]) -> io::Result<UnixListener> {
    use std::os::linux::net::SocketAddrExt;
    UnixListener::bind_addr(&SocketAddr::from_abstract_name(name)?)
}

/// `accept4(fd, addr, len, SOCK_CLOEXEC)`: a connection, and the name of its other end.
///
/// # Errors
///
/// `EMFILE`: no descriptor is free, and the connection stays on the queue: close something first.
/// The others as for step 3's `accept`, without `EINTR`: std calls again.
pub fn accept(listener: &UnixListener) -> io::Result<(UnixStream, SocketAddr)> {
    listener.accept()
}

/// `socket`, `connect`: a connection to a listener at a path.
///
/// # Errors
///
/// `InvalidInput`, before any call: a path that does not fit. `ENOENT`: there is no such file. `ECONNREFUSED`:
/// there is, and nobody listens. The others as for [`with_libc::connect_to`](crate::with_libc::connect_to).
pub fn connect_to(path: &Path) -> io::Result<UnixStream> {
    UnixStream::connect(path)
}

/// `socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv)`: two streams, connected to each other.
///
/// # Errors
///
/// `EMFILE`: the table of open files has no room for two. Drop something first.
/// The others as for [`with_libc::socketpair`](crate::with_libc::socketpair).
pub fn pair() -> io::Result<(UnixStream, UnixStream)> {
    UnixStream::pair()
}

/// `sendmsg(fd, msg, flags)`: send bytes, and copies of descriptors beside them, through nix.
///
/// The descriptors are borrowed, and so open while the call is made: a number would not do.
///
/// # Errors
///
/// `EPIPE`: the peer is gone. The others as for [`with_nix::sendmsg`], without `EBADF`.
pub fn sendmsg(
    stream: &UnixStream,
    bytes: &[u8],
    descriptors: &[BorrowedFd<'_>],
) -> io::Result<usize> {
    let numbers: Vec<_> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
    let sent = with_nix::sendmsg(stream, bytes, &numbers, MsgFlags::empty())?;
    Ok(sent)
}

/// `recvmsg(fd, msg, MSG_CMSG_CLOEXEC)`: receive bytes, and descriptors beside them, through nix.
///
/// # Errors
///
/// `ENOBUFS`: more descriptors came than `room`, and all are closed. `EINTR`: call again.
/// The others as for [`with_nix::recvmsg`].
pub fn recvmsg(stream: &UnixStream, buffer: &mut [u8], room: usize) -> io::Result<Received> {
    Ok(with_nix::recvmsg(stream, buffer, room, CLOEXEC)?)
}

/// Who is at the other end, through nix.
///
/// # Errors
///
/// As for [`with_nix::peer_credentials`]. A stream is a socket, and has another end.
pub fn peer_credentials(stream: &UnixStream) -> io::Result<(Option<Pid>, Uid, Gid)> {
    Ok(with_nix::peer_credentials(stream)?)
}
