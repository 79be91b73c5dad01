//! The old pair and its relatives: functions whose answer lies in memory that the next call overwrites.
//!
//! All of them are `unsafe` here. The C library keeps **one** answer for the whole program (one for each
//! function, or one for all; glibc's `inet_ntoa` has one for each thread), and whoever asks next writes over it.
//! So each function copies what it was given before it returns. Only [`inet_ntoa`] hands the
//! library's own pointer on, for the mistake `static-buffer` to show what comes of it.

use std::error::Error;
use std::ffi::{CStr, CString};
use std::fmt;
use std::net::Ipv4Addr;

use libc::{c_char, c_int, hostent};

use super::declared;

/// What is in a `hostent`, copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// The official name.
    pub name: CString,
    /// The addresses: of one family, and without a port.
    pub addresses: Vec<Ipv4Addr>,
}

/// `h_errno`: the old pair's own number, neither an errno nor an `EAI_` code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostError(pub c_int);

/// What `hstrerror(code)` says: `Unknown host (h_errno 1)`.
impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: `hstrerror` takes a number by value, any number.
        let text = unsafe { libc::hstrerror(self.0) };
        // SAFETY: it returned a C string of a table in the library, or its translation; neither is ever freed.
        let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
        write!(f, "{text} (h_errno {})", self.0)
    }
}

impl Error for HostError {}

/// `gethostbyname(name)`: the IPv4 addresses of a name. IPv4 only, and no service.
///
/// # Safety
///
/// No other thread may call a function of this family until this one has returned.
///
/// # Errors
///
/// `HOST_NOT_FOUND` (1), `TRY_AGAIN` (2), `NO_RECOVERY` (3), `NO_DATA` (4: a name without such an address).
///
/// See gethostbyname(3). POSIX has removed it.
pub unsafe fn gethostbyname(name: &CStr) -> Result<Host, HostError> {
    // SAFETY: `name` is a C string; the caller keeps other threads away.
    let host = unsafe { declared::gethostbyname(name.as_ptr()) };
    // SAFETY: `host` is null or the answer for AF_INET of the call above; the caller keeps other threads away.
    unsafe { copy(host) }
}

/// `gethostbyaddr(addr, len, type)`: the name of an IPv4 address.
///
/// # Safety
///
/// No other thread may call a function of this family until this one has returned.
///
/// # Errors
///
/// As for [`gethostbyname`].
pub unsafe fn gethostbyaddr(address: Ipv4Addr) -> Result<Host, HostError> {
    let bytes = address.octets();
    // SAFETY: 4 bytes are there, as the length says; the caller keeps other threads away.
    let host = unsafe { declared::gethostbyaddr(bytes.as_ptr().cast(), 4, libc::AF_INET) };
    // SAFETY: `host` is null or the answer for AF_INET of the call above; the caller keeps other threads away.
    unsafe { copy(host) }
}

/// `getservbyname(name, proto)`: the port of a service, `http` of `tcp`. `None`: it is not in the list.
///
/// The list is a file, usually `/etc/services`. It is a list of habits, not of what runs where.
///
/// # Safety
///
/// No other thread may call a function of this family until this one has returned.
pub unsafe fn getservbyname(name: &CStr, protocol: &CStr) -> Option<u16> {
    // SAFETY: both are C strings; the caller keeps other threads away.
    let service = unsafe { libc::getservbyname(name.as_ptr(), protocol.as_ptr()) };
    // SAFETY: `service` is null or the answer of the call above; the caller keeps other threads away.
    let service = unsafe { service.as_ref() }?;
    // An int in which two bytes stand as in a sockaddr: highest byte first.
    Some(u16::from_be(service.s_port as u16))
}

/// `inet_ntoa(in)`: an IPv4 address in figures, **in a buffer that the next call overwrites**.
///
/// # Safety
///
/// No other thread may call it at the same time, nor read what the pointer of an earlier call points to.
pub unsafe fn inet_ntoa(address: Ipv4Addr) -> *const c_char {
    let address = libc::in_addr {
        s_addr: u32::from(address).to_be(),
    };
    // SAFETY: the function takes 4 bytes by value; the caller keeps other threads away from its buffer.
    unsafe { declared::inet_ntoa(address) }
}

/// Copies an answer out of the library's memory.
///
/// # Safety
///
/// `host` must be null or an answer for `AF_INET`, and no other thread may call a function of this family before
/// this one has returned.
unsafe fn copy(host: *const hostent) -> Result<Host, HostError> {
    // SAFETY: the caller promises null or an answer.
    let host = unsafe { host.as_ref() };
    // SAFETY: the caller keeps other threads away.
    let host = host.ok_or_else(|| HostError(unsafe { declared::h_errno() }))?;
    // SAFETY: in an answer `h_name` is a C string (gethostbyname(3)), and the caller says that it still stands.
    let name = unsafe { CStr::from_ptr(host.h_name) }.to_owned();
    let mut addresses = Vec::new();
    let mut entry = host.h_addr_list;
    loop {
        // SAFETY: `h_addr_list` is an array of pointers that a null ends, and none was null so far.
        let address: *const [u8; 4] = unsafe { *entry }.cast();
        // SAFETY: the pointer is null or leads to an address of AF_INET, for which was asked: 4 bytes.
        let Some(bytes) = (unsafe { address.as_ref() }) else {
            return Ok(Host { name, addresses });
        };
        addresses.push(Ipv4Addr::from(*bytes));
        entry = entry.wrapping_add(1);
    }
}
