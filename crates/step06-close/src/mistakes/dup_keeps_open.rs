//! `dup-keeps-open`: one descriptor of a connection is closed, and a copy of it is still open.

use std::net::Shutdown;

use lab::{OnCall, Played, Scene, Sign, Stage, layers};
use nix::sys::socket::{self, MsgFlags};
use step04_connect as step04;
use step05_send_recv as step05;
use step06_close::{with_libc, with_nix, with_socket2, with_std};

use super::{judge_answer, server_answers_at_the_end};
use crate::scenes::wait_for_the_reader;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "dup-keeps-open",
        "a descriptor to write to and a copy to read from: closing one of them ends nothing",
    )
    .wire()
    .peer("server", server_answers_at_the_end)
    .actor(
        "client",
        layers(client_libc, client_nix, client_socket2, client_std),
    )
    .breaks(&[Sign::Stuck(&[("server", "recv"), ("client", "recv")])])
    .shows(&[Sign::Found("client", "answer")])
    .cause(
        "Both descriptors are the same connection, and it ends with the last of them. \
         close has given back a number; nothing was sent to the server.",
    )
    .repair("shutdown(SHUT_WR) ends the direction for all copies; then close")
    .hints(&[
        "close returned 0. What did it close: a connection?",
        "How many descriptors of this connection are open after the close?",
        "Which call works on the connection, whatever the number of its descriptors?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let writer = step04::with_libc::connect_to(address).on("connect", address)?;
    let reader = with_libc::dup(writer)?;
    step05::with_libc::send(writer, b"hello", 0)?;
    wait_for_the_reader(stage);
    if stage.repaired() {
        with_libc::shutdown(writer, libc::SHUT_WR)?;
    }
    // WRONG on its own: `reader` keeps the connection open, in both directions.
    stage.taught(|| with_libc::close(writer))?;
    let mut buffer = [0; 64];
    let count = step05::with_libc::recv(reader, &mut buffer, 0)?;
    judge_answer(stage, &buffer[..count]);
    with_libc::close(reader)?;
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let writer = step04::with_nix::connect_to(address).on("connect", address)?;
    let reader = with_nix::dup(&writer)?;
    step05::with_nix::send(&writer, b"hello", MsgFlags::empty())?;
    wait_for_the_reader(stage);
    if stage.repaired() {
        with_nix::shutdown(&writer, socket::Shutdown::Write)?;
    }
    // WRONG on its own: `reader` keeps the connection open, in both directions.
    stage.taught(|| with_nix::close(writer))?;
    let mut buffer = [0; 64];
    let count = step05::with_nix::recv(&reader, &mut buffer, MsgFlags::empty())?;
    judge_answer(stage, &buffer[..count]);
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let writer = step04::with_socket2::connect_to(address).on("connect", address)?;
    let reader = with_socket2::try_clone(&writer)?;
    step05::with_socket2::send(&writer, b"hello")?;
    wait_for_the_reader(stage);
    if stage.repaired() {
        with_socket2::shutdown(&writer, Shutdown::Write)?;
    }
    // WRONG on its own: `reader` keeps the connection open, in both directions.
    stage.taught(|| with_socket2::close(writer));
    let mut buffer = [0; 64];
    let count = step05::with_socket2::read(&reader, &mut buffer)?;
    judge_answer(stage, &buffer[..count]);
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let writer = step04::with_std::connect_to(address).on("connect", address)?;
    let reader = with_std::try_clone(&writer)?;
    step05::with_std::write(&writer, b"hello")?;
    wait_for_the_reader(stage);
    if stage.repaired() {
        with_std::shutdown(&writer, Shutdown::Write)?;
    }
    // WRONG on its own: `reader` keeps the connection open, in both directions.
    stage.taught(|| with_std::close(writer));
    let mut buffer = [0; 64];
    let count = step05::with_std::read(&reader, &mut buffer)?;
    judge_answer(stage, &buffer[..count]);
    Ok(())
}
