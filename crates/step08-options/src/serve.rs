//! The half that waits: an echo that gives a silent client ten seconds.
//!
//! One client at a time. What goes wrong with one is said, and the next one is served.

mod converse;

use std::error::Error;
use std::fmt::Display;

use lab::{OnCall, Played, Stage, errno_of};
use libc::{EAGAIN, ECONNABORTED, EINTR, ENETDOWN, EPROTO};
use step02_bind_listen as step02;
use step03_accept as step03;
use step06_close as step06;

use crate::start;
use converse::{converse_libc, converse_nix, converse_socket2, converse_std};

pub(crate) fn serve_libc(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    // With SO_REUSEADDR before bind, so that it can be started again at once.
    let listener = start::with_libc(address, true).on("bind", address)?;
    let address = step02::with_libc::local_address(listener)?;
    stage.say(listening(address));
    loop {
        let (connection, peer) = match step03::with_libc::accept_peer(listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.on("accept", address)?,
        };
        report(stage, peer, converse_libc(connection));
        step06::with_libc::close(connection)?;
    }
}

pub(crate) fn serve_nix(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = start::with_nix(address, true).on("bind", address)?;
    let address = step02::with_nix::local_address(&listener)?;
    stage.say(listening(address));
    loop {
        let connection = match step03::with_nix::accept(&listener) {
            Err(errno) if passes(&errno) => continue,
            accepted => accepted.on("accept", address)?,
        };
        match step03::with_nix::peer_address(&connection) {
            Ok(peer) => report(stage, peer, converse_nix(&connection)),
            Err(_) => stage.say("a client was gone before it was accepted"),
        }
    }
}

pub(crate) fn serve_socket2(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = start::with_socket2(address, true).on("bind", address)?;
    let local = step02::with_socket2::local_address(&listener)?;
    let address = local.as_socket_ipv4().unwrap_or(address);
    stage.say(listening(address));
    loop {
        let (connection, peer) = match step03::with_socket2::accept(&listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.on("accept", address)?,
        };
        let peer = peer.as_socket_ipv4().unwrap_or(address);
        report(stage, peer, converse_socket2(&connection));
    }
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
        report(stage, peer, converse_std(&connection));
    }
}

fn listening(address: impl Display) -> String {
    let limit = converse::LIMIT.as_secs();
    format!("listening on {address}; a client that is silent for {limit} seconds must go")
}

/// How a conversation ended: after so many bytes, or with an error.
fn report<E: Error + 'static>(stage: &Stage, peer: impl Display, end: Result<usize, E>) {
    match end {
        Ok(total) => stage.say(format!("{peer}: {total} bytes, then the end")),
        Err(error) if errno_of(&error) == Some(EAGAIN) => {
            let limit = converse::LIMIT.as_secs();
            stage.say(format!(
                "{peer}: silent for {limit} seconds (EAGAIN); closed"
            ));
        }
        Err(error) => match Err::<(), E>(error).on("the conversation with", peer) {
            Ok(()) => {}
            Err(trouble) => stage.say(trouble),
        },
    }
}

/// Errors of accept that are about one client, or about this moment: the next call may be fine.
fn passes(error: &(impl Error + 'static)) -> bool {
    matches!(
        errno_of(error),
        Some(ECONNABORTED | EINTR | ENETDOWN | EPROTO)
    )
}
