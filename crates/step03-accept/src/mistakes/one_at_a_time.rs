//! `one-at-a-time`: the server serves its first client to the end before it accepts the second.
//!
//! The kernel connects the second all the same, so it waits for an answer, as long as the first takes its time.

use std::io::{self, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::thread;

use lab::{ANY_PORT, Played, Scene, Sign, Stage, layers, peer};
use nix::sys::socket::Backlog;
use step02_bind_listen as step02;
use step03_accept::{with_libc, with_nix, with_socket2, with_std};

use crate::later::{answer, answer_libc, answer_nix, close, join};
use crate::scenes::{BACKLOG, ipv4};

pub(crate) fn scene() -> Scene {
    let server = layers(server_libc, server_nix, server_socket2, server_std);
    Scene::mistake(
        "one-at-a-time",
        "a server that serves its first client, and then accepts the second",
    )
    .core()
    .actor("server", server)
    .peer("first", first)
    .peer("second", second)
    .breaks(&[Sign::Found("server", "one after the other")])
    .shows(&[Sign::Found("server", "side by side")])
    .cause(
        "while the server sleeps in recv on the first connection it cannot call accept. The second \
         client is connected (the kernel does that), but it is queued, and its hello with it.",
    )
    .repair("a thread for each connection, and the first thread only accepts")
    .hints(&[
        "Who sleeps, and in which call, when the second client waits for its answer?",
        "One thread can sleep in one call. What should it sleep in, for the second client to be seen?",
        "Give recv and send to another thread, one for each connection.",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, BACKLOG)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    let mut descriptors = [0; 2];
    let mut threads = Vec::new();
    for descriptor in &mut descriptors {
        let (connection, _) = stage.taught(|| with_libc::accept_peer(listener))?;
        *descriptor = connection;
        if stage.repaired() {
            threads.push(thread::spawn(move || answer_libc(connection)));
        } else {
            answer_libc(connection)?; // WRONG: until this returns, nobody else is accepted.
        }
    }
    found(stage, descriptors);
    close(listener)?;
    join(threads)
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(BACKLOG)?)?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    let mut descriptors = [0; 2];
    let mut threads = Vec::new();
    for descriptor in &mut descriptors {
        let connection = stage.taught(|| with_nix::accept(&listener))?;
        *descriptor = connection.as_raw_fd();
        if stage.repaired() {
            threads.push(thread::spawn(move || answer_nix(connection)));
        } else {
            answer_nix(connection)?; // WRONG: until this returns, nobody else is accepted.
        }
    }
    found(stage, descriptors);
    drop(listener);
    join(threads)
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, BACKLOG)?;
    let address = ipv4(&step02::with_socket2::local_address(&listener)?)?;
    stage.cue("listening", address);
    let mut descriptors = [0; 2];
    let mut threads = Vec::new();
    for descriptor in &mut descriptors {
        let (connection, _) = stage.taught(|| with_socket2::accept(&listener))?;
        *descriptor = connection.as_raw_fd();
        if stage.repaired() {
            threads.push(thread::spawn(move || answer(connection)));
        } else {
            answer(connection)?; // WRONG: until this returns, nobody else is accepted.
        }
    }
    found(stage, descriptors);
    drop(listener);
    join(threads)
}

fn server_std(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    let mut descriptors = [0; 2];
    let mut threads = Vec::new();
    for descriptor in &mut descriptors {
        let (connection, _) = stage.taught(|| with_std::accept(&listener))?;
        *descriptor = connection.as_raw_fd();
        if stage.repaired() {
            threads.push(thread::spawn(move || answer(connection)));
        } else {
            answer(connection)?; // WRONG: until this returns, nobody else is accepted.
        }
    }
    found(stage, descriptors);
    drop(listener);
    join(threads)
}

/// The same number twice: the first connection was closed before the second was accepted.
fn found(stage: &Stage, [first, second]: [RawFd; 2]) {
    let token = if first == second {
        "one after the other"
    } else {
        "side by side"
    };
    stage.found(token, format!("descriptors {first} and {second}: {token}"));
}

/// Takes its time. It writes when the second has its answer, or waits for one in vain.
fn first(stage: &mut Stage) -> Played {
    let mut connection = peer::connect(stage)?;
    if stage.repaired() {
        stage.wait("answered");
    } else {
        stage.wait_asleep("second", "recv");
    }
    connection.write_all(b"at last")?;
    io::read_to_string(connection)?;
    Ok(())
}

/// Comes when the server waits for the first client's words.
fn second(stage: &mut Stage) -> Played {
    stage.wait_asleep("server", "recv");
    let mut connection = peer::connect(stage)?;
    connection.write_all(b"hello")?;
    let answer = io::read_to_string(connection)?;
    stage.say(format!("answered: {answer:?}"));
    stage.cue("answered", answer.len());
    Ok(())
}
