//! `sendmsg` and `recvmsg`: a message with an address, scattered bytes, and control messages.
//!
//! A control message is a header (`cmsghdr`: length, level, type) with data behind it, laid out
//! with gaps that only the macros `CMSG_…` know. Here the data is descriptors (`SCM_RIGHTS`):
//! the sender's numbers when it goes out, the receiver's when it comes in.

use std::io;
use std::mem;
use std::os::fd::RawFd;
use std::ptr;

use libc::{MSG_CTRUNC, SCM_RIGHTS, SOL_SOCKET, c_int, c_uint, cmsghdr, iovec, msghdr};
use step01_socket::with_libc::cvt;
use step06_close::with_libc::close;

/// What [`recvmsg`] brought.
#[derive(Debug)]
pub struct Received {
    /// How many bytes were written to the front of the buffer. With `MSG_TRUNC` among the flags, how many
    /// the message had.
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
    let mut control = rights(descriptors)?;
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
/// `room` is how many descriptors are wanted at most. The kernel closes what does not fit into the room for
/// control messages. That room is padded, on a 64-bit system to hold an even number: what comes in spite of
/// `room` is closed here. In both cases `MSG_CTRUNC` in the flags that come back is all that tells.
///
/// `flags` is 0, or on Linux `libc::MSG_CMSG_CLOEXEC`: the new descriptors are close-on-exec.
///
/// # Errors
///
/// As for `recv`, and `EINVAL` for more `room` than there can be.
///
/// See recvmsg(2), unix(7), cmsg(3).
pub fn recvmsg(fd: RawFd, buffer: &mut [u8], room: usize, flags: c_int) -> io::Result<Received> {
    let mut control = vec![0; space(room)?];
    let mut vector = iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    let mut message = message(&mut vector, &mut control);
    // SAFETY: `message` points to `vector` and `control` with their true lengths; they and `buffer`
    // are ours alone while the kernel writes.
    let count = cvt(unsafe { libc::recvmsg(fd, &raw mut message, flags) })?;
    let mut flags = message.msg_flags;
    control.truncate(message.msg_controllen as _);
    let mut descriptors = descriptors_in(&control);
    for unwanted in descriptors.drain(room.min(descriptors.len())..) {
        flags |= MSG_CTRUNC;
        // What close says of it matters to nobody: whoever sent it still has it.
        let _ = close(unwanted);
    }
    Ok(Received {
        count: count as usize,
        descriptors,
        flags,
    })
}

/// How many bytes a control message with this many descriptors takes, and none for none.
///
/// # Errors
///
/// `EINVAL`: more than C can say. (Linux passes on 253 at once, other systems some hundreds.)
pub fn space(descriptors: usize) -> io::Result<usize> {
    match descriptors {
        0 => Ok(0),
        _ => space_of(descriptors.saturating_mul(size_of::<RawFd>())),
    }
}

/// How many bytes a control message with so many bytes of data takes: header, data and gaps.
fn space_of(bytes: usize) -> io::Result<usize> {
    let too_many = |_| io::Error::from_raw_os_error(libc::EINVAL);
    let bytes = c_int::try_from(bytes).map_err(too_many)?;
    // SAFETY: `CMSG_SPACE` only computes with its argument.
    Ok(unsafe { libc::CMSG_SPACE(bytes as c_uint) } as usize)
}

/// A control message with these descriptors; nothing for none.
///
/// # Errors
///
/// As for [`space`].
pub fn rights(descriptors: &[RawFd]) -> io::Result<Vec<u8>> {
    let mut control = vec![0; space(descriptors.len())?];
    if control.is_empty() {
        return Ok(control);
    }
    let bytes = size_of_val(descriptors);
    let start = control.as_mut_ptr().cast::<cmsghdr>();
    // SAFETY: `cmsghdr` is made of integers, and for each of them zero is a valid value.
    let mut header: cmsghdr = unsafe { mem::zeroed() };
    header.cmsg_level = SOL_SOCKET;
    header.cmsg_type = SCM_RIGHTS;
    // SAFETY: `CMSG_LEN` only computes with its argument.
    header.cmsg_len = unsafe { libc::CMSG_LEN(bytes as c_uint) } as _;
    // SAFETY: `space` has counted a header, and bytes need not be aligned for one.
    unsafe { start.write_unaligned(header) };
    // SAFETY: `start` is where the header is, and its data begins within the same allocation.
    let data = unsafe { libc::CMSG_DATA(start) };
    // SAFETY: `space` has counted `bytes` bytes behind the header, and they are no part of `descriptors`.
    unsafe { ptr::copy_nonoverlapping(descriptors.as_ptr().cast(), data, bytes) };
    Ok(control)
}

/// The numbers in the control messages that a `recvmsg` has written.
///
/// Numbers only: whether they are descriptors, depends on where these bytes come from.
pub fn descriptors_in(control: &[u8]) -> Vec<RawFd> {
    let mut found = Vec::new();
    let mut rest = control;
    // SAFETY: `CMSG_LEN` only computes with its argument.
    let start = unsafe { libc::CMSG_LEN(0) } as usize;
    while rest.len() >= size_of::<cmsghdr>() {
        // SAFETY: that many bytes are there, any bytes are integers, and they need not be aligned.
        let header = unsafe { rest.as_ptr().cast::<cmsghdr>().read_unaligned() };
        // A length that does not fit ends it. So do the zeroes where nothing was written.
        let Some(data) = rest.get(start..header.cmsg_len as _) else {
            break;
        };
        if (header.cmsg_level, header.cmsg_type) == (SOL_SOCKET, SCM_RIGHTS) {
            let (numbers, _) = data.as_chunks();
            found.extend(numbers.iter().map(|number| RawFd::from_ne_bytes(*number)));
        }
        let next = space_of(data.len()).unwrap_or(rest.len());
        rest = rest.get(next..).unwrap_or_default();
    }
    found
}

/// One buffer and the control messages, as both calls want them.
fn message(vector: &mut iovec, control: &mut [u8]) -> msghdr {
    // SAFETY: `msghdr` is made of integers and pointers, and zero is a valid value for each.
    let mut message: msghdr = unsafe { mem::zeroed() };
    message.msg_iov = vector;
    message.msg_iovlen = 1;
    if !control.is_empty() {
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = control.len() as _;
    }
    message
}
