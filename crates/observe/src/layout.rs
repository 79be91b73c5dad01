//! How the kernel lays out the structures that the calls pass by pointer, and a way to read them that cannot go astray.
//!
//! Offsets and sizes come from libc's definitions, so they hold on every 64-bit Linux.
//! Everything returns `None` where bytes are missing.

use crate::copy::VECTORS;
use stack::memory::Piece;
use std::mem::{offset_of, size_of};

/// Bytes from one address on, found among the pieces: as many as were copied, at most `length`.
///
/// Pieces may overlap (two buffers of one array may even be the same memory): the longest view wins.
pub(crate) fn find(pieces: &[Piece], address: u64, length: usize) -> &[u8] {
    let mut longest: &[u8] = &[];
    for piece in pieces {
        let Some(start) = address.checked_sub(piece.address) else {
            continue;
        };
        let Some(rest) = usize::try_from(start)
            .ok()
            .and_then(|start| piece.bytes.get(start..))
        else {
            continue;
        };
        let view = &rest[..rest.len().min(length)];
        if view.len() > longest.len() {
            longest = view;
        }
    }
    longest
}

/// The same, but all `length` bytes or nothing.
pub(crate) fn find_whole(pieces: &[Piece], address: u64, length: usize) -> Option<&[u8]> {
    Some(find(pieces, address, length)).filter(|bytes| bytes.len() == length)
}

/// A number at an offset, in this machine's byte order.
macro_rules! numbers {
    ($($name:ident: $type:ty;)*) => {$(
        pub(crate) fn $name(bytes: &[u8], offset: usize) -> Option<$type> {
            let end = offset.checked_add(size_of::<$type>())?;
            Some(<$type>::from_ne_bytes(bytes.get(offset..end)?.try_into().ok()?))
        }
    )*};
}

numbers! {
    i16_at: i16;
    u32_at: u32;
    i32_at: i32;
    u64_at: u64;
    i64_at: i64;
}

/// Two 64-bit numbers: a timeval or a timespec.
pub(crate) fn pair_at(bytes: &[u8], offset: usize) -> Option<(i64, i64)> {
    Some((i64_at(bytes, offset)?, i64_at(bytes, offset + 8)?))
}

/// The size of a timeval and of a timespec.
pub(crate) const TIME: usize = 16;
/// The size of a pollfd.
pub(crate) const POLLFD: usize = size_of::<libc::pollfd>();
/// The size of an epoll_event: packed on x86_64 only.
pub(crate) const EPOLL_EVENT: usize = size_of::<libc::epoll_event>();
/// Where the data of an epoll_event begins.
pub(crate) const EPOLL_DATA: usize = offset_of!(libc::epoll_event, u64);
/// The size of an iovec.
pub(crate) const IOVEC: usize = size_of::<libc::iovec>();
/// The size of a msghdr.
pub(crate) const MSGHDR: usize = size_of::<libc::msghdr>();
/// The size of a mmsghdr: a msghdr and a count.
pub(crate) const MMSGHDR: usize = size_of::<libc::mmsghdr>();
/// Where the count of a mmsghdr stands.
pub(crate) const MMSGHDR_LENGTH: usize = offset_of!(libc::mmsghdr, msg_len);
/// The size of the header of a control message.
pub(crate) const CMSGHDR: usize = size_of::<libc::cmsghdr>();

/// How many entries of an iovec array are looked at: none of an array that the kernel refuses for its length.
pub(crate) fn vectors_shown(count: u64) -> usize {
    if count > libc::UIO_MAXIOV as u64 {
        0
    } else {
        (count as usize).min(VECTORS)
    }
}

/// One entry of an iovec array.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vector {
    pub(crate) base: u64,
    pub(crate) length: u64,
}

impl Vector {
    pub(crate) fn read(bytes: &[u8]) -> Option<Vector> {
        Some(Vector {
            base: u64_at(bytes, offset_of!(libc::iovec, iov_base))?,
            length: u64_at(bytes, offset_of!(libc::iovec, iov_len))?,
        })
    }
}

/// A `struct msghdr`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) name: u64,
    pub(crate) name_length: u32,
    pub(crate) vectors: u64,
    pub(crate) vector_count: u64,
    pub(crate) control: u64,
    pub(crate) control_length: u64,
    pub(crate) flags: u32,
}

impl Header {
    pub(crate) fn read(bytes: &[u8]) -> Option<Header> {
        Some(Header {
            name: u64_at(bytes, offset_of!(libc::msghdr, msg_name))?,
            name_length: u32_at(bytes, offset_of!(libc::msghdr, msg_namelen))?,
            vectors: u64_at(bytes, offset_of!(libc::msghdr, msg_iov))?,
            vector_count: u64_at(bytes, offset_of!(libc::msghdr, msg_iovlen))?,
            control: u64_at(bytes, offset_of!(libc::msghdr, msg_control))?,
            control_length: u64_at(bytes, offset_of!(libc::msghdr, msg_controllen))?,
            flags: u32_at(bytes, offset_of!(libc::msghdr, msg_flags))?,
        })
    }
}

/// The bytes that a set of this many descriptors has: the kernel reads whole words.
pub(crate) fn set_size(descriptors: i32) -> usize {
    usize::try_from(descriptors).unwrap_or(0).div_ceil(64) * 8
}

/// The descriptors that are in a set.
pub(crate) fn set_members(bytes: &[u8], descriptors: i32) -> Vec<i32> {
    (0..descriptors)
        .take(bytes.len() * 8)
        .filter(|&fd| {
            // The set is an array of 64-bit words, so the byte depends on the byte order.
            let word = u64_at(bytes, fd as usize / 64 * 8).unwrap_or(0);
            word >> (fd % 64) & 1 == 1
        })
        .collect()
}
