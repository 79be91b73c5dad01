//! What goes wrong with `bind` and `listen`, each mistake broken and repaired.

pub(crate) mod address_in_use;
pub(crate) mod any_or_loopback;
pub(crate) mod backlog;
pub(crate) mod htonl_port;
pub(crate) mod no_htons;
pub(crate) mod privileged_port;

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::RawFd;

use libc::{c_int, socklen_t};
use step01_socket::with_libc::cvt;
use step02_bind_listen::with_libc;

/// Whether 127.0.0.1 has this port free: what a scene `needs` that cannot take any port.
fn free(port: u16) -> Result<(), String> {
    can_bind(port).map_err(|error| format!("127.0.0.1:{port} cannot be had here: {error}"))
}

fn can_bind(port: u16) -> io::Result<()> {
    let fd = step01_socket::with_libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    let address = with_libc::sockaddr_in(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port));
    let length = size_of_val(&address) as socklen_t;
    let bound = share(fd).and_then(|()| {
        // SAFETY: `length` is the size of `address`, which lives until after the call.
        unsafe { with_libc::bind(fd, (&raw const address).cast(), length) }
    });
    // SAFETY: the descriptor came from socket above, and nothing else knows the number.
    unsafe { libc::close(fd) };
    bound
}

/// `setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1)` (step 8): other sockets that also say so may have
/// the same address, as long as none of them listens.
/// So a scene with a port of its own can be played twice at the same time.
fn share(fd: RawFd) -> io::Result<()> {
    let on: c_int = 1;
    let length = size_of_val(&on) as socklen_t;
    // SAFETY: `length` is the size of `on`, which lives until after the call.
    cvt(unsafe {
        libc::setsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_REUSEADDR,
            (&raw const on).cast(),
            length,
        )
    })?;
    Ok(())
}
