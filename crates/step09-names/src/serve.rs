//! The half that waits: a listener of whichever family, which tells each client the address it came from.

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use lab::{OnCall, Played, Stage, Trouble, errno_of};
use nix::sys::socket::{self, Backlog, SockaddrStorage};
use step02_bind_listen as step02;
use step03_accept as step03;
use step09_names::with_libc::{address_of, getaddrinfo, hints};
use step09_names::{with_libc, with_nix, with_socket2, with_std};

use crate::half::{not_found, typed};
use crate::scenes::dual_stack::BACKLOG;
use crate::scenes::{nothing, std_address};

pub(crate) fn serve_libc(stage: &mut Stage) -> Played {
    let address = passive(stage)?;
    let listener = with_libc::listen_on(address, false, BACKLOG).on("bind", address)?;
    listening(stage, with_libc::local_address(listener)?);
    loop {
        match with_libc::accept_peer(listener) {
            // SAFETY: `accept_peer` has just made the descriptor, so nothing else owns it.
            Ok((fd, peer)) => answer(stage, unsafe { OwnedFd::from_raw_fd(fd) }, peer),
            Err(error) => bear(error)?,
        }
    }
}

pub(crate) fn serve_nix(stage: &mut Stage) -> Played {
    let address = passive(stage)?;
    let backlog = Backlog::new(BACKLOG)?;
    let listener = with_nix::listen_on(address, false, backlog).on("bind", address)?;
    let local = socket::getsockname::<SockaddrStorage>(listener.as_raw_fd())?;
    listening(stage, std_address(&local)?);
    loop {
        match step03::with_nix::accept(&listener) {
            // Who called must be asked, and a client that has reset the connection has no address any more.
            Ok(connection) => {
                match socket::getpeername::<SockaddrStorage>(connection.as_raw_fd()) {
                    Ok(peer) => answer(stage, connection, std_address(&peer)?),
                    Err(_) => stage.say("a client that is gone"),
                }
            }
            Err(errno) => bear(errno)?,
        }
    }
}

pub(crate) fn serve_socket2(stage: &mut Stage) -> Played {
    let address = passive(stage)?;
    let listener = with_socket2::listen_on(address, false, BACKLOG).on("bind", address)?;
    let local = step02::with_socket2::local_address(&listener)?;
    listening(stage, local.as_socket().ok_or_else(nothing)?);
    loop {
        match step03::with_socket2::accept(&listener) {
            Ok((connection, peer)) => {
                let peer = peer.as_socket().ok_or_else(nothing)?;
                answer(stage, connection.into(), peer);
            }
            Err(error) => bear(error)?,
        }
    }
}

pub(crate) fn serve_std(stage: &mut Stage) -> Played {
    let address = passive(stage)?;
    let listener = with_std::listen_on(address).on("bind", address)?;
    listening(stage, step02::with_std::local_address(&listener)?);
    loop {
        match step03::with_std::accept(&listener) {
            Ok((connection, peer)) => answer(stage, connection.into(), peer),
            Err(error) => bear(error)?,
        }
    }
}

/// The first address to bind. `AI_PASSIVE` matters only where no host is given, and here there is always one.
fn passive(stage: &Stage) -> Result<SocketAddr, Trouble> {
    let (host, service) = typed(stage)?;
    let hints = hints(libc::AF_UNSPEC, libc::SOCK_STREAM, libc::AI_PASSIVE);
    let list = getaddrinfo(Some(&host), Some(&service), &hints);
    let list = list.map_err(|error| not_found(stage, &error))?;
    list.iter().find_map(address_of).ok_or_else(nothing)
}

fn listening(stage: &Stage, address: SocketAddr) {
    stage.say(format!("listening on {address}"));
}

/// One answer to one client; the calls are those of steps 5 and 6, through std.
fn answer(stage: &Stage, connection: OwnedFd, peer: SocketAddr) {
    let ip = peer.ip();
    let plain = match ip.to_canonical() {
        canonical if canonical == ip => String::new(),
        canonical => format!(", which is {canonical} as an IPv6 address"),
    };
    stage.say(format!("{peer} is here{plain}"));
    let told = tell(connection.into(), &format!("you are {peer}{plain}\n"));
    if let Err(error) = told {
        stage.say(format!("{peer}: {}", Trouble::from(error)));
    }
}

/// Writes, and reads to the end: who closes with unread bytes takes the answer back (step 6).
fn tell(mut connection: TcpStream, text: &str) -> io::Result<()> {
    connection.write_all(text.as_bytes())?;
    let mut buffer = [0; 1024];
    while connection.read(&mut buffer)? > 0 {}
    Ok(())
}

/// Whether an error of `accept` was about one client only: a signal came first, or the client is gone.
fn bear(error: impl Error + 'static) -> Played {
    match errno_of(&error) {
        Some(libc::EINTR | libc::ECONNABORTED) => Ok(()),
        _ => Err(error).on("accept", "a client"),
    }
}
