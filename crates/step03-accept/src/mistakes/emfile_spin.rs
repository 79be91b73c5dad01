//! `emfile-spin`: accept fails for want of a descriptor, and the loop prints the error and goes on.
//! The client is still queued, so accept fails again at once, and the loop keeps a processor busy.

use std::error::Error;
use std::fs::File;
use std::os::fd::AsRawFd;

use lab::{ANY_PORT, Played, Scene, Sign, Stage, Trouble, layers};
use nix::sys::socket::Backlog;
use step02_bind_listen as step02;
use step03_accept::{with_libc, with_nix, with_socket2, with_std};

use crate::later::{close, is_readable, last_descriptor};
use crate::scenes::{BACKLOG, clients, ipv4};

/// A real loop has no such end.
const ROUNDS: usize = 4;

pub(crate) fn scene() -> Scene {
    let server = layers(server_libc, server_nix, server_socket2, server_std);
    Scene::mistake(
        "emfile-spin",
        "an accept loop that prints each error and goes on",
    )
    .actor("server", server)
    .peer("clients", clients::<2>)
    .breaks(&[Sign::Found("server", "the client still waits")])
    .shows(&[Sign::Found("server", "nobody waits any more")])
    .cause(
        "EMFILE leaves the connection in the queue. The listener is readable as before, so every \
         round is like the last one, and none of them waits.",
    )
    .repair("keep a spare descriptor: close it, accept, close the client, open the spare again")
    .hints(&[
        "Compare two rounds of the loop. What has changed from one to the next?",
        "poll says that a client waits. Did the accept that failed take it off the queue?",
        "To take it off the queue even once, accept needs a free descriptor. Where could one come from?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, BACKLOG)?;
    let mut spare = File::open("/dev/null")?;
    last_descriptor(stage, spare.as_raw_fd() + 1)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    stage.wait("connected");
    let _first = with_libc::accept_peer(listener)?;
    let mut rounds = 0;
    while rounds < ROUNDS && is_readable(&listener)? {
        rounds += 1;
        let accepted = stage.taught(|| with_libc::accept_peer(listener));
        print(stage, accepted);
        // WRONG without this: nothing has changed since the last round.
        if stage.repaired() {
            stage.say("closes the spare descriptor");
            drop(spare);
            close(with_libc::accept_peer(listener)?.0)?;
            spare = File::open("/dev/null")?;
        }
    }
    found(stage, &listener, rounds)
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(BACKLOG)?)?;
    let mut spare = File::open("/dev/null")?;
    last_descriptor(stage, spare.as_raw_fd() + 1)?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    stage.wait("connected");
    let _first = with_nix::accept(&listener)?;
    let mut rounds = 0;
    while rounds < ROUNDS && is_readable(&listener)? {
        rounds += 1;
        let accepted = stage.taught(|| with_nix::accept(&listener));
        print(stage, accepted);
        // WRONG without this: nothing has changed since the last round.
        if stage.repaired() {
            stage.say("closes the spare descriptor");
            drop(spare);
            drop(with_nix::accept(&listener)?);
            spare = File::open("/dev/null")?;
        }
    }
    found(stage, &listener, rounds)
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, BACKLOG)?;
    let mut spare = File::open("/dev/null")?;
    last_descriptor(stage, spare.as_raw_fd() + 1)?;
    let address = ipv4(&step02::with_socket2::local_address(&listener)?)?;
    stage.cue("listening", address);
    stage.wait("connected");
    let _first = with_socket2::accept(&listener)?;
    let mut rounds = 0;
    while rounds < ROUNDS && is_readable(&listener)? {
        rounds += 1;
        let accepted = stage.taught(|| with_socket2::accept(&listener));
        print(stage, accepted);
        // WRONG without this: nothing has changed since the last round.
        if stage.repaired() {
            stage.say("closes the spare descriptor");
            drop(spare);
            drop(with_socket2::accept(&listener)?);
            spare = File::open("/dev/null")?;
        }
    }
    found(stage, &listener, rounds)
}

fn server_std(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    let mut spare = File::open("/dev/null")?;
    last_descriptor(stage, spare.as_raw_fd() + 1)?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    stage.wait("connected");
    let _first = with_std::accept(&listener)?;
    let mut rounds = 0;
    while rounds < ROUNDS && is_readable(&listener)? {
        rounds += 1;
        let accepted = stage.taught(|| with_std::accept(&listener));
        print(stage, accepted);
        // WRONG without this: nothing has changed since the last round.
        if stage.repaired() {
            stage.say("closes the spare descriptor");
            drop(spare);
            drop(with_std::accept(&listener)?);
            spare = File::open("/dev/null")?;
        }
    }
    found(stage, &listener, rounds)
}

/// What the loop does about an error: it prints it.
fn print<T>(stage: &Stage, accepted: Result<T, impl Error + 'static>) {
    if let Err(error) = accepted {
        stage.say(format!("accept: {}", Trouble::from(error)));
    }
}

fn found(stage: &Stage, listener: &impl AsRawFd, rounds: usize) -> Played {
    let token = if rounds == ROUNDS && is_readable(listener)? {
        "the client still waits"
    } else {
        "nobody waits any more"
    };
    stage.found(token, format!("rounds: {rounds}; {token}"));
    stage.cue("done", rounds);
    Ok(())
}
