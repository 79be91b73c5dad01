//! From addresses back to names.

use std::ffi::{CStr, CString};
use std::io;

use libc::{c_int, sockaddr, socklen_t};
use step01_socket::with_libc::cvt;

use super::{Entry, ResolverError};

/// Room for the longest host name, with its NUL: `NI_MAXHOST` of `<netdb.h>`.
const HOST: usize = 1025;
/// Room for the longest name of a service, with its NUL: `NI_MAXSERV`.
const SERVICE: usize = 32;

/// `getnameinfo(addr, addrlen, host, hostlen, serv, servlen, flags)`: two texts of an address, host
/// and service.
///
/// With the flags `NI_NUMERICHOST | NI_NUMERICSERV` both are in figures and nobody is asked.
/// Without them it looks for names, and where there are none it still answers in figures;
/// `NI_NAMEREQD` makes that an error.
///
/// # Safety
///
/// `length` bytes must be readable at `address`; where these are an `AF_UNIX` address, also what is behind them
/// up to a NUL (glibc reads a path to its end).
///
/// # Errors
///
/// - `EAI_FAMILY`: an unknown family, or a length that does not fit it.
/// - `EAI_NONAME`: a name is required, and there is none.
/// - `EAI_AGAIN`: no name server answered.
///
/// See getnameinfo(3).
pub unsafe fn getnameinfo(
    address: *const sockaddr,
    length: socklen_t,
    flags: c_int,
) -> Result<(CString, CString), ResolverError> {
    let (mut host, mut service) = ([0_u8; HOST], [0_u8; SERVICE]);
    // SAFETY: the caller promises what is read of the address, and each room is given with its own size.
    let code = unsafe {
        libc::getnameinfo(
            address,
            length,
            host.as_mut_ptr().cast(),
            HOST as _, // a socklen_t, or a size_t on some systems
            service.as_mut_ptr().cast(),
            SERVICE as _,
            flags,
        )
    };
    match ResolverError::of(code) {
        Some(error) => Err(error),
        None => Ok((text(&host), text(&service))),
    }
}

/// [`getnameinfo`] for one entry of the resolver's list.
///
/// # Errors
///
/// As for [`getnameinfo`].
pub fn name_of(entry: Entry<'_>, flags: c_int) -> Result<(CString, CString), ResolverError> {
    // SAFETY: `getaddrinfo` has put that many bytes there, an IPv4 or an IPv6 address, and the entry's loan keeps
    // the list alive.
    unsafe { getnameinfo(entry.as_ptr(), entry.length(), flags) }
}

/// `gethostname(name, len)`: what this machine calls itself. It need not be a name that resolves.
///
/// # Errors
///
/// `ENAMETOOLONG`: the name is longer than the room; POSIX allows to cut it off instead.
///
/// See gethostname(2).
pub fn gethostname() -> io::Result<CString> {
    let mut name = [0_u8; HOST];
    // The last byte is kept back: a name that was cut off need not end with a NUL.
    // SAFETY: the function writes at most this many bytes, and one more than that is there.
    cvt(unsafe { libc::gethostname(name.as_mut_ptr().cast(), HOST - 1) })?;
    Ok(text(&name))
}

/// The C string at the front of what was zeroes before.
fn text(bytes: &[u8]) -> CString {
    CStr::from_bytes_until_nul(bytes).unwrap_or_default().into()
}
