//! `both-wait`: both sides receive first, and each waits for the other to speak.

use std::mem::MaybeUninit;

use lab::{Played, Scene, Sign, Stage, layers, peer};
use nix::sys::socket::MsgFlags;
use step04_connect as step04;
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::ROOM;

pub(crate) fn scene() -> Scene {
    Scene::mistake("both-wait", "both sides call recv first, and nobody sends")
        .actor(
            "client",
            layers!(client),
        )
        .peer("server", server)
        .breaks(&[Sign::Stuck(&[("client", "recv"), ("server", "recv")])])
        .shows(&[Sign::Found("client", "hi")])
        .cause(
            "recv waits until a byte arrives or the connection ends. TCP has no rule who speaks first: \
             that is for the two programs to agree on, and these two did not.",
        )
        .repair("a rule who speaks first: here the client")
        .hints(&[
            "Neither program has failed. What is each of them doing?",
            "Both sleep in recv, and each would send after it has received.",
            "Somebody has to say the first word.",
        ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    if stage.repaired() {
        with_libc::send(connection, b"hello", 0)?;
    }
    let mut buffer = [0; ROOM];
    // Wrong without the send above: the server waits for a hello before it says anything.
    let count = stage.taught(|| with_libc::recv(connection, &mut buffer, 0))?;
    found(stage, &buffer[..count]);
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    if stage.repaired() {
        with_nix::send(&connection, b"hello", MsgFlags::empty())?;
    }
    let mut buffer = [0; ROOM];
    // Wrong without the send above.
    let count = stage.taught(|| with_nix::recv(&connection, &mut buffer, MsgFlags::empty()))?;
    found(stage, &buffer[..count]);
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    if stage.repaired() {
        with_socket2::send(&connection, b"hello")?;
    }
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    // Wrong without the send above.
    let received = stage.taught(|| with_socket2::recv(&connection, &mut buffer))?;
    found(stage, received);
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    if stage.repaired() {
        with_std::write(&connection, b"hello")?;
    }
    let mut buffer = [0; ROOM];
    // Wrong without the send above.
    let count = stage.taught(|| with_std::read(&connection, &mut buffer))?;
    found(stage, &buffer[..count]);
    Ok(())
}

fn found(stage: &Stage, answer: &[u8]) {
    let answer = answer.escape_ascii();
    stage.found(&answer, format!("the answer: \"{answer}\""));
}

/// Answers when it has heard something.
fn server(stage: &mut Stage) -> Played {
    let connection = peer::accept(stage)?;
    let mut buffer = [0; ROOM];
    let count = with_std::read(&connection, &mut buffer)?;
    stage.say(format!("heard \"{}\"", buffer[..count].escape_ascii()));
    with_std::write_all(&connection, b"hi")?;
    Ok(())
}
