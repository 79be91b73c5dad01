//! The half that waits, alone: an echo for whoever comes, one client after the other.

use std::error::Error;
use std::io;
use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::os::fd::{OwnedFd, RawFd};

use lab::{OnCall, Played, Stage, errno_of};
use nix::sys::socket::{Backlog, MsgFlags};
use nix::unistd::close; // step 6
use socket2::Socket;
use step02_bind_listen as step02;
use step03_accept as step03;
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::ROOM;

const BACKLOG: i32 = 5;

pub(crate) fn serve_libc(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = step02::with_libc::listen_on(address, BACKLOG).on("bind", address)?;
    let address = step02::with_libc::local_address(listener)?;
    stage.say(format!("listening on {address}"));
    loop {
        let (connection, peer) = match step03::with_libc::accept_peer(listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.on("accept", address)?,
        };
        stage.say(format!("{peer} is here"));
        say_end(stage, echo_libc(stage, connection).on("echo", peer));
        close(connection)?;
    }
}

fn echo_libc(stage: &Stage, connection: RawFd) -> io::Result<()> {
    let mut buffer = [0; ROOM];
    loop {
        let count = with_libc::recv(connection, &mut buffer, 0)?;
        if count == 0 {
            return Ok(());
        }
        stage.say(buffer[..count].escape_ascii());
        with_libc::send_all(connection, &buffer[..count], 0).map_err(|(_, error)| error)?;
    }
}

pub(crate) fn serve_nix(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let backlog = Backlog::new(BACKLOG)?;
    let listener = step02::with_nix::listen_on(address, backlog).on("bind", address)?;
    let address = step02::with_nix::local_address(&listener)?;
    stage.say(format!("listening on {address}"));
    loop {
        let connection = match step03::with_nix::accept(&listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.on("accept", address)?,
        };
        // Who called must be asked, and a client that has reset the connection has no address any more.
        let peer = step03::with_nix::peer_address(&connection)
            .map_or_else(|_| "a client".to_owned(), |peer| peer.to_string());
        stage.say(format!("{peer} is here"));
        say_end(stage, echo_nix(stage, &connection).on("echo", peer));
    }
}

fn echo_nix(stage: &Stage, connection: &OwnedFd) -> nix::Result<()> {
    let mut buffer = [0; ROOM];
    let none = MsgFlags::empty();
    loop {
        let count = with_nix::recv(connection, &mut buffer, none)?;
        if count == 0 {
            return Ok(());
        }
        stage.say(buffer[..count].escape_ascii());
        with_nix::send_all(connection, &buffer[..count], none).map_err(|(_, errno)| errno)?;
    }
}

pub(crate) fn serve_socket2(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = step02::with_socket2::listen_on(address, BACKLOG).on("bind", address)?;
    let bound = step02::with_socket2::local_address(&listener)?;
    let address = bound.as_socket_ipv4().unwrap_or(address);
    stage.say(format!("listening on {address}"));
    loop {
        let (connection, peer) = match step03::with_socket2::accept(&listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.on("accept", address)?,
        };
        let peer = peer.as_socket_ipv4().unwrap_or(address);
        stage.say(format!("{peer} is here"));
        say_end(stage, echo_socket2(stage, &connection).on("echo", peer));
    }
}

fn echo_socket2(stage: &Stage, connection: &Socket) -> io::Result<()> {
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    loop {
        let received = with_socket2::recv(connection, &mut buffer)?;
        if received.is_empty() {
            return Ok(());
        }
        stage.say(received.escape_ascii());
        with_socket2::write_all(connection, received)?;
    }
}

pub(crate) fn serve_std(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = step02::with_std::listen_on(address).on("bind", address)?;
    let address = step02::with_std::local_address(&listener)?;
    stage.say(format!("listening on {address}"));
    loop {
        let (connection, peer) = match step03::with_std::accept(&listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.on("accept", address)?,
        };
        stage.say(format!("{peer} is here"));
        say_end(stage, echo_std(stage, &connection).on("echo", peer));
    }
}

fn echo_std(stage: &Stage, connection: &TcpStream) -> io::Result<()> {
    let mut buffer = [0; ROOM];
    loop {
        let count = with_std::read(connection, &mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        stage.say(buffer[..count].escape_ascii());
        with_std::write_all(connection, &buffer[..count])?;
    }
}

/// Trouble with one client is said, and the next client is waited for.
fn say_end(stage: &Stage, end: Played) {
    match end {
        Ok(()) => stage.say("the end: recv returned 0"),
        Err(trouble) => stage.say(trouble),
    }
}

/// Whether an error of `accept` was about one client only: a signal came first, or the client is gone.
fn passes(error: &(dyn Error + 'static)) -> bool {
    matches!(errno_of(error), Some(libc::EINTR | libc::ECONNABORTED))
}
