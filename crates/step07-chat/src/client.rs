//! The client: one conversation in turns, and the first word is its own.

use lab::terminal::say;
use lab::{Given, OnCall, Played};
use step04_connect as step04;
use step06_close as step06;
use step07_chat::{Inbox, with_libc, with_nix, with_socket2, with_std};

use crate::turns::{End, asking, framing};

pub(crate) fn client_libc(given: &Given) -> Played {
    let (address, framing) = (given.address(), framing(given)?);
    let connection = step04::with_libc::connect_to(address).on("connect", address)?;
    say(format!("connected to {address}"))?;
    let mut inbox = Inbox::new(framing);
    let end = asking(
        &address.to_string(),
        || with_libc::receive(connection, &mut inbox),
        |message| with_libc::send(connection, framing, message),
    );
    step06::with_libc::close(connection)?;
    goodbye(end?)
}

pub(crate) fn client_nix(given: &Given) -> Played {
    let (address, framing) = (given.address(), framing(given)?);
    let connection = step04::with_nix::connect_to(address).on("connect", address)?;
    say(format!("connected to {address}"))?;
    let mut inbox = Inbox::new(framing);
    goodbye(asking(
        &address.to_string(),
        || with_nix::receive(&connection, &mut inbox),
        |message| with_nix::send(&connection, framing, message),
    )?)
}

pub(crate) fn client_socket2(given: &Given) -> Played {
    let (address, framing) = (given.address(), framing(given)?);
    let connection = step04::with_socket2::connect_to(address).on("connect", address)?;
    say(format!("connected to {address}"))?;
    let mut inbox = Inbox::new(framing);
    goodbye(asking(
        &address.to_string(),
        || with_socket2::receive(&connection, &mut inbox),
        |message| with_socket2::send(&connection, framing, message),
    )?)
}

pub(crate) fn client_std(given: &Given) -> Played {
    let (address, framing) = (given.address(), framing(given)?);
    let connection = step04::with_std::connect_to(address).on("connect", address)?;
    say(format!("connected to {address}"))?;
    let mut inbox = Inbox::new(framing);
    goodbye(asking(
        &address.to_string(),
        || with_std::receive(&connection, &mut inbox),
        |message| with_std::send(&connection, framing, message),
    )?)
}

/// A server that has ended is announced. One that broke off is an error.
fn goodbye(end: End) -> Played {
    match end {
        End::Peer => say("disconnected"),
        End::Person => Ok(()),
        End::Broken(trouble) => Err(trouble),
    }
}
