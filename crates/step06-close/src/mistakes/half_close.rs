//! `half-close`: the client waits for an answer, and the server for the end of the question.

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
        "half-close",
        "the server answers at the end of the question, and the client never ends it",
    )
    .wire()
    .core()
    .peer("server", server_answers_at_the_end)
    .actor(
        "client",
        layers(client_libc, client_nix, client_socket2, client_std),
    )
    .breaks(&[Sign::Stuck(&[("server", "recv"), ("client", "recv")])])
    .shows(&[Sign::Found("client", "answer")])
    .cause(
        "The server's recv returns 0 only when the client has ended its side. \
         To close is no way out: then no descriptor is left to receive the answer with.",
    )
    .repair("shutdown(SHUT_WR) after the last send; the other direction stays open")
    .hints(&[
        "Both sleep in recv. What is each of them waiting for?",
        "The server has all the bytes, but how can it know that there are no more?",
        "Which call says \"I have sent everything\" and leaves the socket open for receiving?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let connection = step04::with_libc::connect_to(address).on("connect", address)?;
    step05::with_libc::send(connection, b"hello", 0)?;
    wait_for_the_reader(stage);
    // WRONG without this: nothing tells the server that "hello" was all.
    if stage.repaired() {
        with_libc::shutdown(connection, libc::SHUT_WR)?;
    }
    let mut buffer = [0; 64];
    let count = stage.taught(|| step05::with_libc::recv(connection, &mut buffer, 0))?;
    judge_answer(stage, &buffer[..count]);
    with_libc::close(connection)?;
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let connection = step04::with_nix::connect_to(address).on("connect", address)?;
    step05::with_nix::send(&connection, b"hello", MsgFlags::empty())?;
    wait_for_the_reader(stage);
    // WRONG without this: nothing tells the server that "hello" was all.
    if stage.repaired() {
        with_nix::shutdown(&connection, socket::Shutdown::Write)?;
    }
    let mut buffer = [0; 64];
    let none = MsgFlags::empty();
    let count = stage.taught(|| step05::with_nix::recv(&connection, &mut buffer, none))?;
    judge_answer(stage, &buffer[..count]);
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let connection = step04::with_socket2::connect_to(address).on("connect", address)?;
    step05::with_socket2::send(&connection, b"hello")?;
    wait_for_the_reader(stage);
    // WRONG without this: nothing tells the server that "hello" was all.
    if stage.repaired() {
        with_socket2::shutdown(&connection, Shutdown::Write)?;
    }
    let mut buffer = [0; 64];
    let count = stage.taught(|| step05::with_socket2::read(&connection, &mut buffer))?;
    judge_answer(stage, &buffer[..count]);
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let connection = step04::with_std::connect_to(address).on("connect", address)?;
    step05::with_std::write(&connection, b"hello")?;
    wait_for_the_reader(stage);
    // WRONG without this: nothing tells the server that "hello" was all.
    if stage.repaired() {
        with_std::shutdown(&connection, Shutdown::Write)?;
    }
    let mut buffer = [0; 64];
    let count = stage.taught(|| step05::with_std::read(&connection, &mut buffer))?;
    judge_answer(stage, &buffer[..count]);
    Ok(())
}
