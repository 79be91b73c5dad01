//! `first-write`: a send that succeeded, taken for proof that the peer is still there.

use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

use lab::{Played, Scene, Sign, Stage, layers, peer};
use nix::sys::socket::MsgFlags;
use step04_connect as step04;
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};

use super::wait_until;
use crate::scenes::ROOM;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "first-write",
        "the peer has closed; the first send succeeds, the second fails",
    )
    .core()
    .actor(
        "client",
        layers!(client),
    )
    .peer("server", server)
    .breaks(&[Sign::Found("client", "EPIPE")])
    .shows(&[Sign::Found("client", "0")])
    .cause(
        "The peer's close says only that it will send no more, so the kernel takes the first bytes. \
         The peer's kernel answers them with a reset (RST), and only a send after that one fails.",
    )
    .repair("receive the answer to the first, before sending the second: 0 says that there is none")
    .hints(&[
        "Which send failed, and when had the server closed?",
        "After its close the server can still be sent to. Who learns that nobody reads it, and when?",
        "What would recv have returned after the first send?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    stage.wait("closed");
    let count = stage.taught(|| with_libc::send(connection, b"one", 0))?;
    stage.say(taken(count));
    if stage.repaired() {
        let count = with_libc::recv(connection, &mut [0; ROOM], 0)?;
        stage.found(count, answer(count));
        return Ok(());
    }
    wait_until(connection, 0)?;
    // Wrong: to conclude from the first send that somebody is there for the second.
    match stage.taught(|| with_libc::send(connection, b"two", 0)) {
        Ok(count) => stage.found("sent", taken(count)),
        Err(error) => stage.found_error("the second send", &error),
    }
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let none = MsgFlags::empty();
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    stage.wait("closed");
    let count = stage.taught(|| with_nix::send(&connection, b"one", none))?;
    stage.say(taken(count));
    if stage.repaired() {
        let count = with_nix::recv(&connection, &mut [0; ROOM], none)?;
        stage.found(count, answer(count));
        return Ok(());
    }
    wait_until(connection.as_raw_fd(), 0)?;
    // Wrong: nothing says that somebody is there.
    match stage.taught(|| with_nix::send(&connection, b"two", none)) {
        Ok(count) => stage.found("sent", taken(count)),
        Err(error) => stage.found_error("the second send", &error),
    }
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    stage.wait("closed");
    let count = stage.taught(|| with_socket2::send(&connection, b"one"))?;
    stage.say(taken(count));
    if stage.repaired() {
        let mut buffer = [MaybeUninit::uninit(); ROOM];
        let count = with_socket2::recv(&connection, &mut buffer)?.len();
        stage.found(count, answer(count));
        return Ok(());
    }
    wait_until(connection.as_raw_fd(), 0)?;
    // Wrong: nothing says that somebody is there.
    match stage.taught(|| with_socket2::send(&connection, b"two")) {
        Ok(count) => stage.found("sent", taken(count)),
        Err(error) => stage.found_error("the second send", &error),
    }
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    stage.wait("closed");
    let count = stage.taught(|| with_std::write(&connection, b"one"))?;
    stage.say(taken(count));
    if stage.repaired() {
        let count = with_std::read(&connection, &mut [0; ROOM])?;
        stage.found(count, answer(count));
        return Ok(());
    }
    wait_until(connection.as_raw_fd(), 0)?;
    // Wrong: nothing says that somebody is there.
    match stage.taught(|| with_std::write(&connection, b"two")) {
        Ok(count) => stage.found("sent", taken(count)),
        Err(error) => stage.found_error("the second write", &error),
    }
    Ok(())
}

fn taken(count: usize) -> String {
    format!("the kernel took {count} bytes")
}

fn answer(count: usize) -> String {
    format!("the answer has {count} bytes")
}

/// Hangs up without a word.
fn server(stage: &mut Stage) -> Played {
    drop(peer::accept(stage)?);
    stage.cue("closed", "");
    Ok(())
}
