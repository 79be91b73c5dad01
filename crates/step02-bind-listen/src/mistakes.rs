//! What goes wrong with `bind` and `listen`, each mistake broken and repaired.

pub(crate) mod address_in_use;
pub(crate) mod any_or_loopback;
pub(crate) mod backlog;
pub(crate) mod htonl_port;
pub(crate) mod no_htons;
pub(crate) mod privileged_port;

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsRawFd, RawFd};

use libc::{c_int, socklen_t};
use socket2::{Domain, Type};
use step01_socket::with_libc::cvt;
use step01_socket::with_socket2 as step01;
use step02_bind_listen::with_socket2::bind;

/// Whether 127.0.0.1 has this port free: what a scene `needs` that cannot take any port.
fn free(port: u16) -> Result<(), String> {
    can_bind(port).map_err(|error| format!("127.0.0.1:{port} cannot be had here: {error}"))
}

fn can_bind(port: u16) -> io::Result<()> {
    let socket = step01::socket(Domain::IPV4, Type::STREAM, None)?;
    share(socket.as_raw_fd())?;
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
    bind(&socket, &address.into())
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
