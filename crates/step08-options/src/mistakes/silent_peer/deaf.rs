//! A socket that hears nothing any more: the cable, cut by a socket option. Linux only.

use std::io;
use std::os::fd::RawFd;

/// `setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, filter, len)`: throw away every packet that arrives.
///
/// A filter is a small program that the kernel runs on each packet: how many bytes of it are to be
/// kept (socket(7)). This one has a single instruction: none. Not even an ACK goes back.
#[cfg(target_os = "linux")]
pub(super) fn make(fd: RawFd) -> io::Result<()> {
    use libc::{BPF_K, BPF_RET, SO_ATTACH_FILTER, SOL_SOCKET, sock_filter, sock_fprog, socklen_t};
    use step08_options::with_libc::setsockopt;

    let mut keep_nothing = [sock_filter {
        code: (BPF_RET | BPF_K) as u16,
        jt: 0,
        jf: 0,
        k: 0,
    }];
    let program = sock_fprog {
        len: keep_nothing.len() as u16,
        filter: keep_nothing.as_mut_ptr(),
    };
    let (value, length) = (
        (&raw const program).cast(),
        size_of_val(&program) as socklen_t,
    );
    // SAFETY: `length` is the size of `program`, which points to as many instructions as it says.
    unsafe { setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, value, length) }
}

/// Other systems have other ways; the scene is not played there.
#[cfg(not(target_os = "linux"))]
pub(super) fn make(_: RawFd) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
