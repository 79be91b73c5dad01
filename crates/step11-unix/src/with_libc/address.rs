//! The address that is a path: `struct sockaddr_un`, and how much of it counts.

use std::io;
use std::mem;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use libc::{sockaddr, socklen_t};

/// Where the name begins in a `sockaddr_un`: behind the family.
const NAME: usize = mem::offset_of!(libc::sockaddr_un, sun_path);

/// A `sockaddr_un`, and how many bytes of it count: never more than it has.
///
/// The length is a part of the address, because an abstract name has no other end. Nobody sets it by
/// hand:
///
/// ```compile_fail,E0616
/// let mut address = step11_unix::with_libc::address::sockaddr_un("chat".as_ref()).unwrap();
/// address.length = 4096; // does not compile: the field is private
/// ```
#[derive(Clone, Copy, Debug)]
pub struct UnixAddress {
    address: libc::sockaddr_un,
    length: socklen_t,
}

/// A path as the kernel reads it: the family, the path, and a NUL behind it, which the length includes.
///
/// # Errors
///
/// - `ENAMETOOLONG`: the path and its NUL do not fit in `sun_path` (108 bytes on Linux, 104 on macOS).
/// - `EINVAL`: there is a NUL in the path, or nothing at all.
///
/// See unix(7).
pub fn sockaddr_un(path: &Path) -> io::Result<UnixAddress> {
    let path = path.as_os_str().as_bytes();
    if path.is_empty() || path.contains(&0) {
        return Err(io::Error::from_raw_os_error(libc::EINVAL));
    }
    with_name(&[path, b"\0"].concat())
}

/// An abstract name as the kernel reads it: the family, a NUL, and the name. It has no end but the length.
///
/// # Errors
///
/// `ENAMETOOLONG`: the NUL and the name do not fit in `sun_path`.
///
/// See unix(7). Only Linux has abstract names.
#[cfg(target_os = "linux")]
pub fn abstract_sockaddr_un(name: &[u8]) -> io::Result<UnixAddress> {
    with_name(&[b"\0", name].concat())
}

impl UnixAddress {
    /// What the kernel has written into an [`empty_address`], and the length that it said.
    ///
    /// # Errors
    ///
    /// `EAFNOSUPPORT`: it is the address of another family.
    pub(super) fn written(
        address: libc::sockaddr_un,
        length: socklen_t,
    ) -> io::Result<UnixAddress> {
        // No family at all: some systems say so of a socket without a name.
        let has_family = length as usize >= NAME;
        if has_family && address.sun_family != libc::AF_UNIX as libc::sa_family_t {
            return Err(io::Error::from_raw_os_error(libc::EAFNOSUPPORT));
        }
        // A longer one has been cut off: some systems have longer paths than `sun_path`.
        let length = length.min(size_of_val(&address) as socklen_t);
        Ok(UnixAddress { address, length })
    }

    /// The same bytes, of which so many count.
    ///
    /// # Errors
    ///
    /// `EINVAL`: more than a `sockaddr_un` has.
    pub fn with_length(self, length: socklen_t) -> io::Result<UnixAddress> {
        if length as usize > size_of_val(&self.address) {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        Ok(UnixAddress { length, ..self })
    }

    /// Where the address is, for a call. [`length`](Self::length) bytes can be read there, as long as it lives.
    pub fn as_ptr(&self) -> *const sockaddr {
        (&raw const self.address).cast()
    }

    /// How many bytes of it count, the family among them.
    pub fn length(&self) -> socklen_t {
        self.length
    }

    /// The name: nothing for a socket without one, a path without its closing NUL, or an abstract name with
    /// the NUL in front.
    pub fn name(&self) -> Vec<u8> {
        let length = (self.length as usize).saturating_sub(NAME);
        let name = self.address.sun_path.iter().take(length);
        let mut name: Vec<u8> = name.map(|c| *c as u8).collect();
        if name.first().is_some_and(|first| *first != 0) {
            name.truncate(name.iter().position(|byte| *byte == 0).unwrap_or(length));
        }
        name
    }
}

/// Room for a Unix address, all zeroes, and its size in bytes: for the kernel to write in.
pub fn empty_address() -> (libc::sockaddr_un, socklen_t) {
    // SAFETY: `sockaddr_un` is made of integers, and for each of them zero is a valid value.
    let address: libc::sockaddr_un = unsafe { mem::zeroed() };
    (address, size_of_val(&address) as socklen_t)
}

fn with_name(name: &[u8]) -> io::Result<UnixAddress> {
    let mut address = empty_address().0;
    if name.len() > address.sun_path.len() {
        return Err(io::Error::from_raw_os_error(libc::ENAMETOOLONG));
    }
    // Where there is a sun_len (macOS, the BSDs), the kernel fills it in from the length of the call.
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    for (to, from) in address.sun_path.iter_mut().zip(name) {
        *to = *from as libc::c_char;
    }
    let length = (NAME + name.len()) as socklen_t;
    Ok(UnixAddress { address, length })
}
