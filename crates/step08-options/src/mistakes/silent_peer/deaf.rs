//! A connection that hears nothing any more: the cable, cut by a socket option. Linux only.
//!
//! With `TCP_MD5SIG` (RFC 2385) a socket wants every packet of one peer signed with a secret key.
//! A packet without the signature is thrown away, and nothing is answered: not even an ACK.
//! The peer here has no key. To its kernel this end is gone, as a machine without power is.

/// Whether this system can do it: tried with a socket that is not connected.
#[cfg(target_os = "linux")]
pub(super) fn is_possible() -> Result<(), String> {
    let socket = crate::scenes::fresh::fresh_socket2().map_err(|error| error.to_string())?;
    linux::want_signatures_of(std::os::fd::AsRawFd::as_raw_fd(&socket), lab::ANY_PORT)
        .map_err(|error| format!("the kernel has no TCP_MD5SIG ({error})"))
}

#[cfg(target_os = "linux")]
pub(super) use linux::want_signatures_of;

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::mem;
    use std::net::SocketAddrV4;
    use std::os::fd::RawFd;

    use libc::{IPPROTO_TCP, TCP_MD5SIG, sockaddr_storage, socklen_t};
    use step02_bind_listen::with_libc::sockaddr_in;
    use step08_options::with_libc::setsockopt;

    /// `struct tcp_md5sig` of `linux/tcp.h`, which the crate libc does not have.
    #[repr(C)]
    struct Signature {
        address: sockaddr_storage,
        flags: u8,
        prefix_length: u8,
        key_length: u16,
        interface: i32,
        key: [u8; 80],
    }

    /// `setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, signature, len)`: take nothing from this peer that is
    /// not signed.
    pub(crate) fn want_signatures_of(fd: RawFd, peer: SocketAddrV4) -> io::Result<()> {
        // SAFETY: `sockaddr_storage` is made of integers, and for each of them zero is a valid value.
        let mut address: sockaddr_storage = unsafe { mem::zeroed() };
        let at: *mut libc::sockaddr_in = (&raw mut address).cast();
        // SAFETY: a `sockaddr_storage` has room for every address, and the alignment for it.
        unsafe { at.write(sockaddr_in(peer)) };
        let signature = Signature {
            address,
            flags: 0,
            prefix_length: 0,
            key_length: 6,
            interface: 0,
            key: std::array::from_fn(|index| *b"secret".get(index).unwrap_or(&0)),
        };
        let length = size_of_val(&signature) as socklen_t;
        let value = (&raw const signature).cast();
        // SAFETY: `length` is the size of `signature`, which lives until after the call.
        unsafe { setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, value, length) }
    }
}

/// Other systems have other ways; the scene is not played there.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_possible() -> Result<(), String> {
    Err("this scene needs the TCP_MD5SIG of Linux".to_owned())
}

/// As above.
#[cfg(not(target_os = "linux"))]
pub(super) fn want_signatures_of(
    _: std::os::fd::RawFd,
    _: std::net::SocketAddrV4,
) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
