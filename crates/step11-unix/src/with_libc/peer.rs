//! Who is at the other end: the kernel knows, and no program can lie about it.

use std::io;
use std::os::fd::RawFd;

use libc::{gid_t, pid_t, uid_t};
#[cfg(not(target_os = "linux"))]
use step01_socket::with_libc::cvt;
#[cfg(target_os = "linux")]
use step08_options::with_libc::getsockopt;

/// Whose process the other end was when the connection was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The process, where the system tells.
    pub process: Option<pid_t>,
    /// Its effective user.
    pub user: uid_t,
    /// Its effective group.
    pub group: gid_t,
}

/// `getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ucred, len)`: who is at the other end of a connection.
///
/// # Errors
///
/// `EBADF`, `ENOTSOCK`: not open, or not a socket. A socket that is no Unix socket, or has no other
/// end, is no error on Linux: the user and the group are then -1, and the process is 0.
///
/// See unix(7).
#[cfg(target_os = "linux")]
pub fn peer_credentials(fd: RawFd) -> io::Result<Peer> {
    let mut found = libc::ucred {
        pid: 0,
        uid: 0,
        gid: 0,
    };
    let mut length = size_of_val(&found) as libc::socklen_t;
    let (level, option) = (libc::SOL_SOCKET, libc::SO_PEERCRED);
    let value = (&raw mut found).cast();
    // SAFETY: the option writes a `ucred`, and no more than `length` of it, the size of `found`; any bytes are its
    // three integers.
    unsafe { getsockopt(fd, level, option, value, &raw mut length) }?;
    Ok(Peer {
        process: Some(found.pid),
        user: found.uid,
        group: found.gid,
    })
}

/// `getpeereid(fd, euid, egid)`: who is at the other end of a connection; not which process.
///
/// # Errors
///
/// `ENOTCONN`: there is no other end. `EBADF`, `ENOTSOCK`: not open, or not a socket.
///
/// See getpeereid(3).
#[cfg(not(target_os = "linux"))]
pub fn peer_credentials(fd: RawFd) -> io::Result<Peer> {
    let (mut user, mut group): (uid_t, gid_t) = (0, 0);
    // SAFETY: the call writes these two numbers (getpeereid(3)), and they live until after it.
    cvt(unsafe { libc::getpeereid(fd, &raw mut user, &raw mut group) })?;
    Ok(Peer {
        process: None,
        user,
        group,
    })
}
