//! How a server starts: `socket`, `bind`, `listen`, and `setsockopt` before `bind`; in the mistake `reuse-address`
//! after it.

use std::io;
use std::net::SocketAddrV4;
use std::os::fd::{OwnedFd, RawFd};

use libc::{SO_REUSEADDR, SOL_SOCKET};
use nix::sys::socket::sockopt::ReuseAddr;
use nix::sys::socket::{Backlog, SockaddrIn};
use socket2::Socket;
use step02_bind_listen as step02;
use step08_options::{with_libc, with_nix};

use crate::scenes::fresh::{fresh_libc, fresh_nix, fresh_socket2};

/// Room in the queue for clients that come while another one is served.
const BACKLOG: i32 = 5;

pub(crate) fn with_libc(address: SocketAddrV4, early: bool) -> io::Result<RawFd> {
    let listener = fresh_libc()?;
    if early {
        with_libc::set_int(listener, SOL_SOCKET, SO_REUSEADDR, 1)?;
    }
    step02::with_libc::bind_ipv4(listener, address)?;
    if !early {
        // WRONG: bind has looked already.
        with_libc::set_int(listener, SOL_SOCKET, SO_REUSEADDR, 1)?;
    }
    step02::with_libc::listen(listener, BACKLOG)?;
    Ok(listener)
}

pub(crate) fn with_nix(address: SocketAddrV4, early: bool) -> nix::Result<OwnedFd> {
    let listener = fresh_nix()?;
    if early {
        with_nix::setsockopt(&listener, ReuseAddr, &true)?;
    }
    step02::with_nix::bind(&listener, &SockaddrIn::from(address))?;
    if !early {
        // WRONG: bind has looked already.
        with_nix::setsockopt(&listener, ReuseAddr, &true)?;
    }
    step02::with_nix::listen(&listener, Backlog::new(BACKLOG)?)?;
    Ok(listener)
}

pub(crate) fn with_socket2(address: SocketAddrV4, early: bool) -> io::Result<Socket> {
    let listener = fresh_socket2()?;
    if early {
        listener.set_reuse_address(true)?;
    }
    step02::with_socket2::bind(&listener, &address.into())?;
    if !early {
        // WRONG: bind has looked already.
        listener.set_reuse_address(true)?;
    }
    step02::with_socket2::listen(&listener, BACKLOG)?;
    Ok(listener)
}
