//! The question to `getaddrinfo`, and the list that comes back.
//!
//! C has one structure for both, `addrinfo`, and trusts whoever fills it in.
//! Here they are two types, and neither can be filled in by hand: the pointers in them are either null or the
//! C library's.

use std::marker::PhantomData;
use std::mem;

use libc::{addrinfo, c_int, sockaddr, socklen_t};

/// What one wants of `getaddrinfo`: made by [`hints`], and not changed afterwards.
///
/// ```compile_fail,E0609
/// let mut asked = step09_names::with_libc::hints(libc::AF_INET, libc::SOCK_STREAM, 0);
/// asked.ai_addrlen = 28; // does not compile: there is no such field
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Hints(addrinfo);

/// The three arguments that `socket` will get, and flags.
///
/// `family` is `AF_INET`, `AF_INET6`, or `AF_UNSPEC` for both.
/// `kind` should be given: with 0 each address comes three times, for stream, datagram and raw.
/// `flags` are `AI_PASSIVE`, `AI_NUMERICHOST`, …, joined by `|`.
///
/// The numbers may be any: what makes no sense is an error of `getaddrinfo`.
pub fn hints(family: c_int, kind: c_int, flags: c_int) -> Hints {
    // SAFETY: `addrinfo` is made of integers and raw pointers, and zero is valid for both.
    let mut hints: addrinfo = unsafe { mem::zeroed() };
    hints.ai_family = family;
    hints.ai_socktype = kind;
    hints.ai_flags = flags;
    Hints(hints)
}

impl Hints {
    /// The structure for the call: four numbers, and the other members zero and null, as POSIX wants them.
    pub(super) fn as_ptr(&self) -> *const addrinfo {
        &raw const self.0
    }
}

/// The list that `getaddrinfo` has made, in memory of the C library. Dropped, it calls `freeaddrinfo(res)`.
#[derive(Debug)]
pub struct AddrList(*mut addrinfo);

impl AddrList {
    /// Takes over a list.
    ///
    /// # Safety
    ///
    /// `getaddrinfo` must have made it, and nobody else may change it or free it.
    pub(super) unsafe fn new(list: *mut addrinfo) -> AddrList {
        AddrList(list)
    }

    /// The entries, the most promising first.
    pub fn iter(&self) -> Entries<'_> {
        Entries(self.0, PhantomData)
    }
}

impl Drop for AddrList {
    fn drop(&mut self) {
        // SAFETY: `getaddrinfo` made the list, this is its one owner, and an `Entry` cannot outlive it.
        unsafe { libc::freeaddrinfo(self.0) };
    }
}

/// Goes from entry to entry by `ai_next`.
#[derive(Debug)]
pub struct Entries<'list>(*const addrinfo, PhantomData<&'list AddrList>);

impl<'list> Iterator for Entries<'list> {
    type Item = Entry<'list>;

    fn next(&mut self) -> Option<Entry<'list>> {
        // SAFETY: null, which ends the list, or one of its entries; nobody changes or frees these during `'list`.
        let entry = unsafe { self.0.as_ref() }?;
        self.0 = entry.ai_next;
        Some(Entry(entry))
    }
}

/// One entry of the list: the three arguments of `socket`, and the last two of `connect`.
///
/// It is a loan from the list, because its address lies in the list's memory.
///
/// ```
/// # use step09_names::with_libc::{address_of, getaddrinfo, hints};
/// let asked = hints(libc::AF_INET, libc::SOCK_STREAM, libc::AI_NUMERICHOST);
/// let list = getaddrinfo(Some(c"127.0.0.1"), None, &asked).unwrap();
/// let entry = list.iter().next().unwrap();
/// assert_eq!(address_of(entry), "127.0.0.1:0".parse().ok());
/// ```
///
/// An entry whose list is freed would lead to memory that is somebody else's by now:
///
/// ```compile_fail,E0505
/// # use step09_names::with_libc::{address_of, getaddrinfo, hints};
/// let asked = hints(libc::AF_INET, libc::SOCK_STREAM, libc::AI_NUMERICHOST);
/// let list = getaddrinfo(Some(c"127.0.0.1"), None, &asked).unwrap();
/// let entry = list.iter().next().unwrap();
/// drop(list); // does not compile: it is on loan
/// assert_eq!(address_of(entry), "127.0.0.1:0".parse().ok());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Entry<'list>(&'list addrinfo);

impl Entry<'_> {
    /// `ai_family`: `AF_INET`, `AF_INET6`.
    pub fn family(&self) -> c_int {
        self.0.ai_family
    }

    /// `ai_socktype`: `SOCK_STREAM`, `SOCK_DGRAM`, ….
    pub fn kind(&self) -> c_int {
        self.0.ai_socktype
    }

    /// `ai_protocol`: `IPPROTO_TCP`, ….
    pub fn protocol(&self) -> c_int {
        self.0.ai_protocol
    }

    /// `ai_addr`: where the address is. [`length`](Self::length) bytes can be read there, as long as the list lives.
    pub fn as_ptr(&self) -> *const sockaddr {
        self.0.ai_addr
    }

    /// `ai_addrlen`: how many bytes the address has.
    pub fn length(&self) -> socklen_t {
        self.0.ai_addrlen
    }
}
