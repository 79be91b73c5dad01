//! `empty-line`: nothing is said, so nothing is sent, and both wait.

use lab::{Played, Scene, Sign, Stage, layers, peer};
use nix::sys::socket::MsgFlags;
use step04_connect as step04;
use step05_send_recv as step05;
use step07_chat::{Framing, Inbox, with_libc, with_nix, with_socket2, with_std};

use super::framing;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "empty-line",
        "the client's person presses Enter, and both sides wait",
    )
    .core()
    .actor(
        "client",
        layers!(client),
    )
    .peer("server", server)
    .breaks(&[Sign::Stuck(&[("client", "recv"), ("server", "recv")])])
    .shows(&[Sign::Found("client", "hi")])
    .cause(
        "An empty message has no bytes. send of 0 bytes succeeds and sends nothing, so the server's recv \
         does not return; and the client waits for the answer to something that was never said.",
    )
    .repair("with a newline behind each message an empty one has one byte, and arrives")
    .hints(&[
        "Both sleep in recv. Whose turn is it?",
        "What did the client's send return, and what went through the connection?",
        "How many bytes does an empty line have, with its newline and without?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    if stage.repaired() {
        stage.taught(|| with_libc::send(connection, Framing::Lines, ""))?;
    } else {
        // Wrong: a message of 0 bytes.
        stage.taught(|| step05::with_libc::send(connection, b"", 0))?;
    }
    let answer = with_libc::receive(connection, &mut Inbox::new(framing(stage, Framing::Lines)))?;
    found(stage, answer);
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    if stage.repaired() {
        stage.taught(|| with_nix::send(&connection, Framing::Lines, ""))?;
    } else {
        // Wrong: a message of 0 bytes.
        let none = MsgFlags::empty();
        stage.taught(|| step05::with_nix::send(&connection, b"", none))?;
    }
    let answer = with_nix::receive(&connection, &mut Inbox::new(framing(stage, Framing::Lines)))?;
    found(stage, answer);
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    if stage.repaired() {
        stage.taught(|| with_socket2::send(&connection, Framing::Lines, ""))?;
    } else {
        // Wrong: a message of 0 bytes.
        stage.taught(|| step05::with_socket2::send(&connection, b""))?;
    }
    let answer =
        with_socket2::receive(&connection, &mut Inbox::new(framing(stage, Framing::Lines)))?;
    found(stage, answer);
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    if stage.repaired() {
        stage.taught(|| with_std::send(&connection, Framing::Lines, ""))?;
    } else {
        // Wrong: a message of 0 bytes. (write_all would not even make the call.)
        stage.taught(|| step05::with_std::write(&connection, b""))?;
    }
    let answer = with_std::receive(&connection, &mut Inbox::new(framing(stage, Framing::Lines)))?;
    found(stage, answer);
    Ok(())
}

fn found(stage: &Stage, answer: Option<String>) {
    let answer = answer.unwrap_or_default();
    stage.found(&answer, format!("the answer: \"{answer}\""));
}

/// Answers whatever it hears.
fn server(stage: &mut Stage) -> Played {
    let connection = peer::accept(stage)?;
    let framing = framing(stage, Framing::Lines);
    let message = with_std::receive(&connection, &mut Inbox::new(framing))?;
    stage.say(format!("heard \"{}\"", message.unwrap_or_default()));
    Ok(with_std::send(&connection, framing, "hi")?)
}
