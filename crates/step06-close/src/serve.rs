//! The half that waits: reads to the end, answers how many bytes it got, closes.
//!
//! One client at a time. What goes wrong with one is said, and the next one is served.
//! Only a recv that returns 0 tells that the client has sent everything.

use std::error::Error;
use std::fmt::Display;
use std::net::TcpStream;
use std::os::fd::{OwnedFd, RawFd};

use lab::{OnCall, Played, Stage, Trouble, errno_of};
use libc::{ECONNABORTED, EINTR, ENETDOWN, EPROTO};
use nix::sys::socket::{Backlog, MsgFlags, SockaddrIn};
use socket2::Socket;
use step02_bind_listen as step02;
use step03_accept as step03;
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};
use step06_close as step06;

use crate::unbound;

/// Room in the queue for clients that come while another one is served.
const BACKLOG: i32 = 128;

pub(crate) fn serve_libc(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    // With SO_REUSEADDR, so that it can be started again at once: see the scene `time-wait`.
    let listener = unbound::with_libc(true)?;
    step02::with_libc::bind_ipv4(listener, address).on("bind", address)?;
    step02::with_libc::listen(listener, BACKLOG).on("listen", address)?;
    let address = step02::with_libc::local_address(listener)?;
    stage.say(listening(address));
    loop {
        let (connection, peer) = match step03::with_libc::accept_peer(listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.on("accept", address)?,
        };
        report(stage, peer, answer_libc(connection));
        step06::with_libc::close(connection)?;
    }
}

fn answer_libc(connection: RawFd) -> Result<usize, Trouble> {
    let (mut total, mut buffer) = (0, [0; 4096]);
    loop {
        match with_libc::recv(connection, &mut buffer, 0)? {
            0 => break,
            count => total += count,
        }
    }
    let answer = format!("{total} bytes\n");
    with_libc::send_all(connection, answer.as_bytes(), 0).map_err(|(_, error)| error)?;
    Ok(total)
}

pub(crate) fn serve_nix(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = unbound::with_nix(true)?;
    step02::with_nix::bind(&listener, &SockaddrIn::from(address)).on("bind", address)?;
    step02::with_nix::listen(&listener, Backlog::new(BACKLOG)?).on("listen", address)?;
    let address = step02::with_nix::local_address(&listener)?;
    stage.say(listening(address));
    loop {
        let connection = match step03::with_nix::accept(&listener) {
            Err(errno) if passes(&errno) => continue,
            accepted => accepted.on("accept", address)?,
        };
        match step03::with_nix::peer_address(&connection) {
            Ok(peer) => report(stage, peer, answer_nix(&connection)),
            Err(_) => stage.say("a client was gone before it was accepted"),
        }
        // Closed on drop, at the end of each round.
    }
}

fn answer_nix(connection: &OwnedFd) -> Result<usize, Trouble> {
    let (mut total, mut buffer, none) = (0, [0; 4096], MsgFlags::empty());
    loop {
        match with_nix::recv(connection, &mut buffer, none)? {
            0 => break,
            count => total += count,
        }
    }
    let answer = format!("{total} bytes\n");
    with_nix::send_all(connection, answer.as_bytes(), none).map_err(|(_, errno)| errno)?;
    Ok(total)
}

pub(crate) fn serve_socket2(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = unbound::with_socket2(true)?;
    step02::with_socket2::bind(&listener, &address.into()).on("bind", address)?;
    step02::with_socket2::listen(&listener, BACKLOG).on("listen", address)?;
    let local = step02::with_socket2::local_address(&listener)?;
    let address = local.as_socket_ipv4().unwrap_or(address);
    stage.say(listening(address));
    loop {
        let (connection, peer) = match step03::with_socket2::accept(&listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.on("accept", address)?,
        };
        let peer = peer.as_socket_ipv4().unwrap_or(address);
        report(stage, peer, answer_socket2(&connection));
    }
}

fn answer_socket2(connection: &Socket) -> Result<usize, Trouble> {
    let (mut total, mut buffer) = (0, [0; 4096]);
    loop {
        match with_socket2::read(connection, &mut buffer)? {
            0 => break,
            count => total += count,
        }
    }
    with_socket2::write_all(connection, format!("{total} bytes\n").as_bytes())?;
    Ok(total)
}

pub(crate) fn serve_std(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = step02::with_std::listen_on(address).on("bind", address)?;
    let address = step02::with_std::local_address(&listener)?;
    stage.say(listening(address));
    loop {
        let (connection, peer) = match step03::with_std::accept(&listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.on("accept", address)?,
        };
        report(stage, peer, answer_std(&connection));
    }
}

fn answer_std(connection: &TcpStream) -> Result<usize, Trouble> {
    let (mut total, mut buffer) = (0, [0; 4096]);
    loop {
        match with_std::read(connection, &mut buffer)? {
            0 => break,
            count => total += count,
        }
    }
    with_std::write_all(connection, format!("{total} bytes\n").as_bytes())?;
    Ok(total)
}

fn listening(address: impl Display) -> String {
    format!("listening on {address}; end what you type: nc -N, then ctrl-D")
}

fn report(stage: &Stage, peer: impl Display, answered: Result<usize, Trouble>) {
    match answered {
        Ok(total) => stage.say(format!("{peer}: {total} bytes, then the end; answered")),
        Err(trouble) => stage.say(format!("{peer}: {trouble}")),
    }
}

/// Errors of accept that are about one client, or about this moment: the next call may be fine.
fn passes(error: &(impl Error + 'static)) -> bool {
    matches!(
        errno_of(error),
        Some(ECONNABORTED | EINTR | ENETDOWN | EPROTO)
    )
}
