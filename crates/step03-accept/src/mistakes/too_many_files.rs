//! `too-many-files`: the server keeps every connection, also those that are done, until it has no descriptor left.
//!
//! In C that is a close forgotten. Rust closes on drop, and yet no layer helps here:
//! a list that only grows never drops anything.

use std::error::Error;
use std::net::TcpStream;
use std::os::fd::AsRawFd;

use lab::{ANY_PORT, OnCall, Played, Scene, Sign, Stage, layers};
use nix::sys::socket::Backlog;
use step02_bind_listen as step02;
use step03_accept::{with_libc, with_nix, with_socket2, with_std};

use crate::later::{close, last_descriptor};
use crate::scenes::{BACKLOG, ipv4};

const CLIENTS: usize = 3;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "too-many-files",
        "a server that keeps every connection in a list",
    )
    .actor(
        "server",
        layers(server_libc, server_nix, server_socket2, server_std),
    )
    .peer("clients", clients)
    .breaks(&[Sign::Found("server", "EMFILE")])
    .shows(&[Sign::Found("server", "3 accepted")])
    .cause(
        "each connection has a descriptor until the server closes it, also when its client is \
         long gone. A process may have only so many at a time (`ulimit -n`; here there is room for two).",
    )
    .repair("close a connection that is done before taking the next")
    .hints(&[
        "The first two clients were no trouble. What is different for the third?",
        "EMFILE is \"too many open files\". Count what the server has open, and who still uses it.",
        "All the clients are gone. Which call, or which drop, gives their descriptors back?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, BACKLOG)?;
    last_descriptor(stage, listener + 2)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    stage.wait("gone");
    let mut kept = Vec::new();
    for _ in 0..CLIENTS {
        match stage.taught(|| with_libc::accept_peer(listener)) {
            Ok((connection, _)) if stage.repaired() => close(connection)?,
            Ok((connection, _)) => kept.push(connection), // WRONG: nothing is ever taken out again.
            Err(error) => return fails(stage, &error),
        }
    }
    all_accepted(stage)
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(BACKLOG)?)?;
    last_descriptor(stage, listener.as_raw_fd() + 2)?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    stage.wait("gone");
    let mut kept = Vec::new();
    for _ in 0..CLIENTS {
        match stage.taught(|| with_nix::accept(&listener)) {
            Ok(connection) if stage.repaired() => drop(connection),
            Ok(connection) => kept.push(connection), // WRONG: nothing is ever taken out again.
            Err(error) => return fails(stage, &error),
        }
    }
    all_accepted(stage)
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, BACKLOG)?;
    last_descriptor(stage, listener.as_raw_fd() + 2)?;
    let address = ipv4(&step02::with_socket2::local_address(&listener)?)?;
    stage.cue("listening", address);
    stage.wait("gone");
    let mut kept = Vec::new();
    for _ in 0..CLIENTS {
        match stage.taught(|| with_socket2::accept(&listener)) {
            Ok((connection, _)) if stage.repaired() => drop(connection),
            Ok((connection, _)) => kept.push(connection), // WRONG: nothing is ever taken out again.
            Err(error) => return fails(stage, &error),
        }
    }
    all_accepted(stage)
}

fn server_std(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    last_descriptor(stage, listener.as_raw_fd() + 2)?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    stage.wait("gone");
    let mut kept = Vec::new();
    for _ in 0..CLIENTS {
        match stage.taught(|| with_std::accept(&listener)) {
            Ok((connection, _)) if stage.repaired() => drop(connection),
            Ok((connection, _)) => kept.push(connection), // WRONG: nothing is ever taken out again.
            Err(error) => return fails(stage, &error),
        }
    }
    all_accepted(stage)
}

fn fails(stage: &Stage, error: &(impl Error + 'static)) -> Played {
    stage.found_error("accept", error);
    Ok(())
}

fn all_accepted(stage: &Stage) -> Played {
    let token = format!("{CLIENTS} accepted");
    stage.found(&token, format!("{token}, one after the other"));
    Ok(())
}

/// Three clients in one program: each connects and leaves, before the server accepts the first.
fn clients(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    for _ in 0..CLIENTS {
        drop(TcpStream::connect(address).on("connect", address)?);
    }
    stage.cue("gone", CLIENTS);
    Ok(())
}
