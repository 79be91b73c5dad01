//! How a server starts: `socket`, `setsockopt`, `bind`, `listen`, with one of two options.

use std::io;
use std::net::{SocketAddrV4, TcpListener};
use std::os::fd::{OwnedFd, RawFd};

use libc::{SO_REUSEADDR, SO_REUSEPORT, SOL_SOCKET};
use nix::sys::socket::sockopt::{ReuseAddr, ReusePort};
use nix::sys::socket::{Backlog, SockaddrIn};
use socket2::Socket;
use step02_bind_listen as step02;
use step08_options::{with_libc, with_nix};

use crate::scenes::fresh::{fresh_libc, fresh_nix, fresh_socket2};

pub(super) fn with_libc(address: SocketAddrV4, share: bool) -> io::Result<RawFd> {
    let listener = fresh_libc()?;
    // WRONG: the first option does not share the port of a socket that listens.
    let option = if share { SO_REUSEPORT } else { SO_REUSEADDR };
    with_libc::set_int(listener, SOL_SOCKET, option, 1)?;
    step02::with_libc::bind_ipv4(listener, address)?;
    step02::with_libc::listen(listener, 1)?;
    Ok(listener)
}

pub(super) fn with_nix(address: SocketAddrV4, share: bool) -> nix::Result<OwnedFd> {
    let listener = fresh_nix()?;
    match share {
        // WRONG: this one does not share the port of a socket that listens.
        false => with_nix::setsockopt(&listener, ReuseAddr, &true)?,
        true => with_nix::setsockopt(&listener, ReusePort, &true)?,
    }
    step02::with_nix::bind(&listener, &SockaddrIn::from(address))?;
    step02::with_nix::listen(&listener, Backlog::new(1)?)?;
    Ok(listener)
}

pub(super) fn with_socket2(address: SocketAddrV4, share: bool) -> io::Result<Socket> {
    let listener = fresh_socket2()?;
    match share {
        // WRONG: this one does not share the port of a socket that listens.
        false => listener.set_reuse_address(true)?,
        true => listener.set_reuse_port(true)?,
    }
    step02::with_socket2::bind(&listener, &address.into())?;
    step02::with_socket2::listen(&listener, 1)?;
    Ok(listener)
}

pub(super) fn with_std(address: SocketAddrV4, share: bool) -> io::Result<TcpListener> {
    match share {
        // WRONG: the option that std sets is SO_REUSEADDR.
        false => step02::with_std::listen_on(address),
        // std has no such option, and no moment to set it: socket2 makes the listener.
        true => with_socket2(address, share).map(TcpListener::from),
    }
}
