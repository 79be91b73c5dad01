//! `sendmsg` and `recvmsg`: a message with an address, scattered bytes, and control messages.
//!
//! A control message is a header (`cmsghdr`: length, level, type) with data behind it, laid out
//! with gaps that only the macros `CMSG_…` know. Here the data is descriptors (`SCM_RIGHTS`):
//! the sender's numbers when it goes out, the receiver's when it comes in.

use std::io;
use std::mem;
use std::os::fd::RawFd;
use std::ptr;

use libc::{SCM_RIGHTS, SOL_SOCKET, c_int, c_uint, cmsghdr, iovec, msghdr};
use step01_socket::with_libc::cvt;

/// What [`recvmsg`] brought.
#[derive(Debug)]
pub struct Received {
    /// How many bytes were written to the front of the buffer.
    pub count: usize,
    /// The descriptors, now this process's own to close.
    pub descriptors: Vec<RawFd>,
    /// `libc::MSG_CTRUNC`: there was no room for all control messages, and what did not fit is gone.
    pub flags: c_int,
}

/// `sendmsg(fd, msg, flags)`: send bytes, and copies of descriptors beside them.
///
/// A stream carries control messages only beside at least one byte. The sender's descriptors stay open.
///
/// # Errors
///
/// As for `send`, and:
///
/// - `EBADF`: one of `descriptors` is not open.
/// - `ETOOMANYREFS`: too many descriptors are under way and not received yet.
/// - `EINVAL`: more than 253 descriptors at once (Linux).
///
/// See sendmsg(2), unix(7), cmsg(3).
pub fn sendmsg(fd: RawFd, bytes: &[u8], descriptors: &[RawFd], flags: c_int) -> io::Result<usize> {
    let mut control = rights(descriptors);
    let mut vector = iovec {
        iov_base: bytes.as_ptr().cast_mut().cast(),
        iov_len: bytes.len(),
    };
    let message = message(&mut vector, &mut control);
    // SAFETY: `message` points to `vector` and `control`, which live until after the call, with their true
    // lengths; the kernel only reads from them, and from `bytes`.
    let sent = cvt(unsafe { libc::sendmsg(fd, &raw const message, flags) })?;
    Ok(sent as usize)
}

/// `recvmsg(fd, msg, flags)`: receive bytes, and descriptors if any stand beside them.
///
/// `room` is how many descriptors there is room for (or one more: a buffer is a number of words).
/// What does not fit is closed on arrival, and `MSG_CTRUNC` in the flags that come back is all that tells.
///
/// `flags` is 0, or on Linux `libc::MSG_CMSG_CLOEXEC`: the new descriptors are close-on-exec.
///
/// # Errors
///
/// As for `recv`. See recvmsg(2), unix(7), cmsg(3).
pub fn recvmsg(fd: RawFd, buffer: &mut [u8], room: usize, flags: c_int) -> io::Result<Received> {
    let mut control = space(room);
    let mut vector = iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    let mut message = message(&mut vector, &mut control);
    // SAFETY: `message` points to `vector` and `control` with their true lengths; they and `buffer`
    // are ours alone while the kernel writes.
    let count = cvt(unsafe { libc::recvmsg(fd, &raw mut message, flags) })?;
    Ok(Received {
        count: count as usize,
        descriptors: descriptors_in(&control, message.msg_controllen as _),
        flags: message.msg_flags,
    })
}

/// Room for a control message with this many descriptors: words, because a `cmsghdr` begins at one.
pub fn space(descriptors: usize) -> Vec<u64> {
    let bytes = descriptors * size_of::<RawFd>();
    // SAFETY: `CMSG_SPACE` only computes with its argument.
    let space = unsafe { libc::CMSG_SPACE(bytes as c_uint) } as usize;
    vec![0; if bytes == 0 { 0 } else { space.div_ceil(8) }]
}

/// A control message with these descriptors; nothing for none.
pub fn rights(descriptors: &[RawFd]) -> Vec<u64> {
    let mut control = space(descriptors.len());
    if control.is_empty() {
        return control;
    }
    let bytes = size_of_val(descriptors);
    let start = control.as_mut_ptr().cast::<cmsghdr>();
    // SAFETY: `cmsghdr` is made of integers, and for each of them zero is a valid value.
    let mut header: cmsghdr = unsafe { mem::zeroed() };
    header.cmsg_level = SOL_SOCKET;
    header.cmsg_type = SCM_RIGHTS;
    // SAFETY: `CMSG_LEN` only computes with its argument.
    header.cmsg_len = unsafe { libc::CMSG_LEN(bytes as c_uint) } as _;
    // SAFETY: `space` made room for a header, and its words are aligned for one.
    unsafe { start.write(header) };
    // SAFETY: `start` is the header just written, and its data begins within the same allocation.
    let data = unsafe { libc::CMSG_DATA(start) };
    // SAFETY: behind the header there is room for `bytes` bytes: that is what `space` was asked for.
    unsafe { ptr::copy_nonoverlapping(descriptors.as_ptr().cast(), data, bytes) };
    control
}

/// The descriptors in the first `length` bytes of what a `recvmsg` has written.
pub fn descriptors_in(control: &[u64], length: usize) -> Vec<RawFd> {
    let mut found = Vec::new();
    // SAFETY: `msghdr` is made of integers and pointers, and zero is a valid value for each.
    let mut message: msghdr = unsafe { mem::zeroed() };
    message.msg_control = control.as_ptr().cast_mut().cast();
    message.msg_controllen = length.min(size_of_val(control)) as _;
    // SAFETY: `message` has control data of a true length, with headers of the kernel's.
    let mut next = unsafe { libc::CMSG_FIRSTHDR(&raw const message) };
    // SAFETY: `next` is null or a header within `control`, which outlives the borrow.
    while let Some(header) = unsafe { next.as_ref() } {
        if (header.cmsg_level, header.cmsg_type) == (SOL_SOCKET, SCM_RIGHTS) {
            let length: usize = header.cmsg_len as _;
            // SAFETY: `CMSG_LEN` only computes with its argument.
            let bytes = length.saturating_sub(unsafe { libc::CMSG_LEN(0) } as usize);
            // SAFETY: `header` is such a header, so its data stands behind it.
            let data = unsafe { libc::CMSG_DATA(header) }.cast::<RawFd>();
            for index in 0..bytes / size_of::<RawFd>() {
                // SAFETY: the data has `bytes` bytes; nothing is said of their alignment.
                found.push(unsafe { data.wrapping_add(index).read_unaligned() });
            }
        }
        // SAFETY: `header` is one of the headers in `message`.
        next = unsafe { libc::CMSG_NXTHDR(&raw const message, header) };
    }
    found
}

/// One buffer and the control messages, as both calls want them.
fn message(vector: &mut iovec, control: &mut [u64]) -> msghdr {
    // SAFETY: `msghdr` is made of integers and pointers, and zero is a valid value for each.
    let mut message: msghdr = unsafe { mem::zeroed() };
    message.msg_iov = vector;
    message.msg_iovlen = 1;
    if !control.is_empty() {
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = size_of_val(control) as _;
    }
    message
}
