//! `sent-not-received`: the number that `send` returns, taken for what the peer has received.

use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

use lab::{Played, Scene, Sign, Stage, layers, peer};
use libc::POLLIN;
use nix::sys::signal::{self, Signal};
use nix::sys::socket::MsgFlags;
use step04_connect as step04;
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};

use super::wait_until;
use crate::scenes::ROOM;

pub(crate) fn scene() -> Scene {
    let killed = Sign::Killed("server", libc::SIGKILL);
    Scene::mistake(
        "sent-not-received",
        "send returns 5, and the program at the other end never gets a byte",
    )
    .actor(
        "client",
        layers!(client),
    )
    .peer("server", server)
    .breaks(&[Sign::Found("client", "done"), killed])
    .shows(&[Sign::Found("client", "ECONNRESET"), killed])
    .cause(
        "send copies the bytes into a buffer of the kernel and returns. Even when they have reached the other \
         kernel, as here, the other program may never ask for them: it was killed before its recv. \
         No call of the socket API tells that to the sender.",
    )
    .repair("wait for an answer of the other program (an acknowledgement) before calling it done")
    .hints(&[
        "The client is content. Which calls has the server made?",
        "Where are the 5 bytes when send returns?",
        "Who alone can say that the other program has received them?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    let count = stage.taught(|| with_libc::send(connection, b"order", 0))?;
    stage.cue("sent", count);
    if stage.repaired() {
        match with_libc::recv(connection, &mut [0; ROOM], 0) {
            Ok(count) => stage.found(count, acknowledged(count)),
            Err(error) => stage.found_error("not acknowledged: recv", &error),
        }
    } else {
        // Wrong: the kernel has taken the bytes, and that is all that the number says.
        stage.found("done", done(count));
    }
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let none = MsgFlags::empty();
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    let count = stage.taught(|| with_nix::send(&connection, b"order", none))?;
    stage.cue("sent", count);
    if stage.repaired() {
        match with_nix::recv(&connection, &mut [0; ROOM], none) {
            Ok(count) => stage.found(count, acknowledged(count)),
            Err(error) => stage.found_error("not acknowledged: recv", &error),
        }
    } else {
        // Wrong: only the kernel has taken them.
        stage.found("done", done(count));
    }
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    let count = stage.taught(|| with_socket2::send(&connection, b"order"))?;
    stage.cue("sent", count);
    if stage.repaired() {
        match with_socket2::recv(&connection, &mut [MaybeUninit::uninit(); ROOM]) {
            Ok(answer) => stage.found(answer.len(), acknowledged(answer.len())),
            Err(error) => stage.found_error("not acknowledged: recv", &error),
        }
    } else {
        // Wrong: only the kernel has taken them.
        stage.found("done", done(count));
    }
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    let count = stage.taught(|| with_std::write(&connection, b"order"))?;
    stage.cue("sent", count);
    if stage.repaired() {
        match with_std::read(&connection, &mut [0; ROOM]) {
            Ok(count) => stage.found(count, acknowledged(count)),
            Err(error) => stage.found_error("not acknowledged: read", &error),
        }
    } else {
        // Wrong: only the kernel has taken them.
        stage.found("done", done(count));
    }
    Ok(())
}

fn done(count: usize) -> String {
    format!("{count} bytes sent, and the order counts as received")
}

fn acknowledged(count: usize) -> String {
    format!("the answer has {count} bytes")
}

/// Is killed before its recv, when the bytes are already in its kernel.
fn server(stage: &mut Stage) -> Played {
    let connection = peer::accept(stage)?;
    stage.wait("sent");
    wait_until(connection.as_raw_fd(), POLLIN)?;
    // As `kill -9` does it, or the kernel when memory runs out.
    signal::raise(Signal::SIGKILL)?;
    Ok(())
}
