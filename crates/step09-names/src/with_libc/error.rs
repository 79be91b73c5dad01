//! What the resolver says when it has no answer.

use std::error::Error;
use std::ffi::CStr;
use std::fmt;
use std::io;

use libc::c_int;

/// An error of `getaddrinfo` or `getnameinfo`: a number of the resolver's own, and **not** an errno.
///
/// Only `EAI_SYSTEM` points to errno, which is then kept here too.
#[derive(Debug)]
pub struct ResolverError {
    code: c_int,
    errno: Option<io::Error>,
}

impl ResolverError {
    /// The error in what a function of the resolver returned; `None` for 0, which is success.
    ///
    /// Call it on the very value the function returned, with no other call in between: for
    /// `EAI_SYSTEM` it reads errno, and any call may change errno.
    pub fn of(code: c_int) -> Option<ResolverError> {
        let errno = (code == libc::EAI_SYSTEM).then(io::Error::last_os_error);
        (code != 0).then_some(ResolverError { code, errno })
    }

    /// The number: `libc::EAI_NONAME`, ….
    pub fn code(&self) -> c_int {
        self.code
    }

    /// The number's name in `<netdb.h>`.
    pub fn name(&self) -> &'static str {
        match self.code {
            libc::EAI_NONAME => "EAI_NONAME",
            libc::EAI_AGAIN => "EAI_AGAIN",
            libc::EAI_FAIL => "EAI_FAIL",
            libc::EAI_FAMILY => "EAI_FAMILY",
            libc::EAI_SOCKTYPE => "EAI_SOCKTYPE",
            libc::EAI_SERVICE => "EAI_SERVICE",
            libc::EAI_BADFLAGS => "EAI_BADFLAGS",
            libc::EAI_MEMORY => "EAI_MEMORY",
            libc::EAI_SYSTEM => "EAI_SYSTEM",
            libc::EAI_OVERFLOW => "EAI_OVERFLOW",
            _ => "an EAI_ code that POSIX does not name",
        }
    }
}

/// What `gai_strerror(code)` says, with the name behind it: `Name or service not known (EAI_NONAME)`.
impl fmt::Display for ResolverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: `gai_strerror` takes a number by value, any number.
        let text = unsafe { libc::gai_strerror(self.code) };
        // SAFETY: it returned a C string of a table in the library, or its translation; neither is ever freed.
        let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
        write!(f, "{text} ({})", self.name())?;
        match &self.errno {
            Some(errno) => write!(f, ": {errno}"),
            None => Ok(()),
        }
    }
}

impl Error for ResolverError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let errno = self.errno.as_ref()?;
        Some(errno)
    }
}
