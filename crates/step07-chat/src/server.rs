//! The server: one client after the other, and with each a conversation in turns.

use std::error::Error;

use lab::terminal::say;
use lab::{Given, OnCall, Played, Trouble, errno_of};
use nix::sys::socket::Backlog;
use step02_bind_listen as step02;
use step03_accept as step03;
use step06_close as step06;
use step07_chat::{Inbox, with_libc, with_nix, with_socket2, with_std};

use crate::turns::{End, answering, framing};

/// The document's own number of clients that may wait.
const BACKLOG: i32 = 3;

pub(crate) fn server_libc(given: &Given) -> Played {
    let (address, framing) = (given.address(), framing(given)?);
    let listener = step02::with_libc::listen_on(address, BACKLOG).on("bind", address)?;
    let address = step02::with_libc::local_address(listener)?;
    say(format!("listening on {address}"))?;
    loop {
        let (connection, peer) = match step03::with_libc::accept_peer(listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.on("accept", address)?,
        };
        let mut inbox = Inbox::new(framing);
        let end = welcome(
            &peer.to_string(),
            || with_libc::receive(connection, &mut inbox),
            |answer| with_libc::send(connection, framing, answer),
        );
        step06::with_libc::close(connection)?;
        if let End::Person = end? {
            return Ok(step06::with_libc::close(listener)?);
        }
    }
}

pub(crate) fn server_nix(given: &Given) -> Played {
    let (address, framing) = (given.address(), framing(given)?);
    let backlog = Backlog::new(BACKLOG)?;
    let listener = step02::with_nix::listen_on(address, backlog).on("bind", address)?;
    let address = step02::with_nix::local_address(&listener)?;
    say(format!("listening on {address}"))?;
    loop {
        let connection = match step03::with_nix::accept(&listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.on("accept", address)?,
        };
        // Who called must be asked, and a client that has reset the connection has no address any more.
        let peer = step03::with_nix::peer_address(&connection)
            .map_or_else(|_| "a client".to_owned(), |peer| peer.to_string());
        let mut inbox = Inbox::new(framing);
        let end = welcome(
            &peer,
            || with_nix::receive(&connection, &mut inbox),
            |answer| with_nix::send(&connection, framing, answer),
        );
        if let End::Person = end? {
            return Ok(());
        }
    }
}

pub(crate) fn server_socket2(given: &Given) -> Played {
    let (address, framing) = (given.address(), framing(given)?);
    let listener = step02::with_socket2::listen_on(address, BACKLOG).on("bind", address)?;
    let bound = step02::with_socket2::local_address(&listener)?;
    let address = bound.as_socket_ipv4().unwrap_or(address);
    say(format!("listening on {address}"))?;
    loop {
        let (connection, peer) = match step03::with_socket2::accept(&listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.on("accept", address)?,
        };
        let peer = peer.as_socket_ipv4().unwrap_or(address);
        let mut inbox = Inbox::new(framing);
        let end = welcome(
            &peer.to_string(),
            || with_socket2::receive(&connection, &mut inbox),
            |answer| with_socket2::send(&connection, framing, answer),
        );
        if let End::Person = end? {
            return Ok(());
        }
    }
}

pub(crate) fn server_std(given: &Given) -> Played {
    let (address, framing) = (given.address(), framing(given)?);
    let listener = step02::with_std::listen_on(address).on("bind", address)?;
    let address = step02::with_std::local_address(&listener)?;
    say(format!("listening on {address}"))?;
    loop {
        let (connection, peer) = match step03::with_std::accept(&listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.on("accept", address)?,
        };
        let mut inbox = Inbox::new(framing);
        let end = welcome(
            &peer.to_string(),
            || with_std::receive(&connection, &mut inbox),
            |answer| with_std::send(&connection, framing, answer),
        );
        if let End::Person = end? {
            return Ok(());
        }
    }
}

/// Says who is here, takes turns with them, and says that they have gone.
fn welcome<E: Error + 'static>(
    peer: &str,
    receive: impl FnMut() -> Result<Option<String>, step07_chat::Failure<E>>,
    send: impl FnMut(&str) -> Result<(), step07_chat::Failure<E>>,
) -> Result<End, Trouble> {
    say(format!("connected from {peer}"))?;
    let end = answering(peer, receive, send)?;
    match &end {
        End::Peer => say("disconnected")?,
        End::Broken(trouble) => say(format!("disconnected: {trouble}"))?,
        End::Person => {}
    }
    Ok(end)
}

/// Whether an error of `accept` was about one client only: a signal came first, or the client is gone.
fn passes(error: &(dyn Error + 'static)) -> bool {
    matches!(errno_of(error), Some(libc::EINTR | libc::ECONNABORTED))
}
