//! The half that waits: reads to the end, answers how many bytes it got, closes.
//!
//! One client at a time. What goes wrong with one is said, and the next one is served.

mod answer;

use std::error::Error;
use std::fmt::Display;

use lab::{OnCall, Played, Stage, Trouble, errno_of};
use libc::{ECONNABORTED, EINTR, ENETDOWN, EPROTO};
use nix::sys::socket::{Backlog, SockaddrIn};
use step02_bind_listen as step02;
use step03_accept as step03;
use step06_close as step06;

use crate::mistakes::time_wait::unbound;
use answer::{answer_libc, answer_nix, answer_socket2, answer_std};

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
