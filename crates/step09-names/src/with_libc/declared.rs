//! C functions that the crate `libc` does not declare, declared here.
//!
//! The functions are there all the same: every Rust program on Unix is linked with the C library,
//! and so a declaration is all that is missing.
//!
//! `unsafe` stands before `extern` because the compiler believes every word of it.
//! A name that is wrong is found by the linker.
//! A **type** that is wrong is found by nobody: the caller puts the arguments where the declaration
//! says, the function takes them from where the header says, and a call goes astray.
//! So each line is copied from the header or the manual page, with Rust's names for C's types:
//!
//! | C | Rust |
//! |---|---|
//! | `int` | `c_int` |
//! | `const char *` | `*const c_char` |
//! | `void *` | `*mut c_void` |
//! | `socklen_t` | `socklen_t` |
//! | `struct in_addr` (by value) | `libc::in_addr` |
//!
//! None of them is marked `safe`: each either takes pointers or returns memory that the next call
//! writes over.

use libc::{c_char, c_int, c_void, hostent, in_addr, socklen_t};

unsafe extern "C" {
    /// `#include <arpa/inet.h>`
    pub fn inet_pton(af: c_int, src: *const c_char, dst: *mut c_void) -> c_int;

    /// `#include <arpa/inet.h>`
    pub fn inet_ntop(
        af: c_int,
        src: *const c_void,
        dst: *mut c_char,
        size: socklen_t,
    ) -> *const c_char;

    /// `#include <arpa/inet.h>`
    pub fn inet_ntoa(inp: in_addr) -> *mut c_char;

    /// `#include <netdb.h>`
    pub fn gethostbyname(name: *const c_char) -> *mut hostent;

    /// `#include <netdb.h>`
    pub fn gethostbyaddr(addr: *const c_void, len: socklen_t, type_: c_int) -> *mut hostent;
}

// `h_errno` looks like a variable. On Linux it is one for each thread, behind a function that
// the header's macro calls; elsewhere it is a plain variable, or another function.
#[cfg(target_os = "linux")]
unsafe extern "C" {
    fn __h_errno_location() -> *mut c_int;
}
#[cfg(not(target_os = "linux"))]
unsafe extern "C" {
    #[link_name = "h_errno"]
    static mut H_ERRNO: c_int;
}

/// `h_errno`: why the old pair failed, which never sets errno.
///
/// # Safety
///
/// No other thread may call a function of this family meanwhile. (On Linux it may: there each thread
/// has its own variable.)
pub unsafe fn h_errno() -> c_int {
    #[cfg(target_os = "linux")]
    // SAFETY: the function takes nothing and returns where this thread's own variable is.
    let place = unsafe { __h_errno_location() };
    #[cfg(not(target_os = "linux"))]
    let place = &raw mut H_ERRNO;
    // SAFETY: the variable lives as long as the thread or the program, and the caller keeps other threads away.
    unsafe { *place }
}
