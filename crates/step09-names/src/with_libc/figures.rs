//! Addresses in figures, for people: no name, and nobody is asked.

use std::ffi::{CStr, CString};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use libc::{c_char, socklen_t};

use super::declared;

/// Room for the longest address in figures, with its NUL: `INET6_ADDRSTRLEN` of `<netinet/in.h>`.
const LONGEST: usize = 46;

/// `inet_pton(af, src, dst)`: an address in figures, in binary. `None` if it is not one.
///
/// It asks nobody, and takes no name and no short form: `127.1` is none, though `getaddrinfo` takes it.
/// The text says which family to ask for: only an IPv6 address has a colon.
pub fn inet_pton(text: &CStr) -> Option<IpAddr> {
    let mut bytes = [0_u8; 16];
    let family = match text.to_bytes().contains(&b':') {
        true => libc::AF_INET6,
        false => libc::AF_INET,
    };
    // SAFETY: `text` is a C string; 4 bytes are written for AF_INET and 16 for AF_INET6, and 16 are there.
    let taken = unsafe { declared::inet_pton(family, text.as_ptr(), bytes.as_mut_ptr().cast()) };
    let [a, b, c, d, ..] = bytes;
    (taken == 1).then(|| match family {
        libc::AF_INET6 => Ipv6Addr::from(bytes).into(),
        _ => Ipv4Addr::new(a, b, c, d).into(),
    })
}

/// `inet_ntop(af, src, dst, size)`: an address in figures, written into memory of the caller's own.
pub fn inet_ntop(address: IpAddr) -> CString {
    let mut text = [0_u8; LONGEST];
    let (family, bytes) = match &address {
        IpAddr::V4(address) => (libc::AF_INET, &address.octets()[..]),
        IpAddr::V6(address) => (libc::AF_INET6, &address.octets()[..]),
    };
    let (source, size) = (bytes.as_ptr().cast(), text.len() as socklen_t);
    let place: *mut c_char = text.as_mut_ptr().cast();
    // SAFETY: `source` has 4 bytes for AF_INET and 16 for AF_INET6, and `size` is the size of `text`.
    unsafe { declared::inet_ntop(family, source, place, size) };
    // The longest text fits with its NUL, and if nothing was written the text is empty.
    CStr::from_bytes_until_nul(&text).unwrap_or_default().into()
}
