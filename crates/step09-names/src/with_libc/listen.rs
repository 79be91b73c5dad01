//! A listener of either family, and the one option that decides whether IPv6 takes IPv4 too.

use std::io;
use std::net::SocketAddr;
use std::os::fd::RawFd;

use libc::c_int;
use step01_socket::with_libc::socket;
use step02_bind_listen::with_libc as step02;
use step08_options::with_libc::set_int;

use super::storage_of;

/// `setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, 4)`: whether an `AF_INET6` socket leaves IPv4 alone.
///
/// Off, a socket bound to `::` takes IPv4 clients too, and shows them as `::ffff:a.b.c.d`.
/// It must be set before `bind`. What it is before depends on the system: on Linux on
/// `net.ipv6.bindv6only`, which is 0.
///
/// # Errors
///
/// `EINVAL`: the socket is bound already. `ENOPROTOOPT`: it is not an `AF_INET6` one.
///
/// See ipv6(7) and RFC 3493, section 5.3.
pub fn set_v6only(fd: RawFd, on: bool) -> io::Result<()> {
    set_int(fd, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, on.into())
}

/// Three calls, `socket`, `bind`, `listen`, and for an IPv6 address [`set_v6only`] before `bind`.
///
/// # Errors
///
/// As for each of them; `EAFNOSUPPORT`: this machine has no IPv6. The descriptor is closed.
pub fn listen_on(address: SocketAddr, v6only: bool, backlog: c_int) -> io::Result<RawFd> {
    let address = match address {
        SocketAddr::V4(address) => return step02::listen_on(address, backlog),
        SocketAddr::V6(_) => storage_of(address),
    };
    let fd = socket(libc::AF_INET6, libc::SOCK_STREAM, 0)?;
    let (storage, length) = address;
    set_v6only(fd, v6only)
        // SAFETY: `storage` is larger than `length`, and it lives until after the call.
        .and_then(|()| unsafe { step02::bind(fd, (&raw const storage).cast(), length) })
        .and_then(|()| step02::listen(fd, backlog))
        // SAFETY: `socket` has just opened `fd`, and nobody else has heard of it.
        .map_err(|error| unsafe { step02::give_up(fd, error) })?;
    Ok(fd)
}
