//! `late-error`: an error of `send` that is about an earlier datagram, taken for one about this.
//!
//! The server is there when the second word is sent, and was not when the first was.

use std::error::Error;
use std::io::ErrorKind;
use std::os::fd::AsRawFd;

use lab::{ANY_PORT, Played, Scene, Sign, Stage, Trouble, layers};
use nix::sys::socket::MsgFlags;
use step02_bind_listen as step02;
use step05_send_recv as step05;
use step10_udp::{with_libc, with_nix, with_socket2, with_std};

use super::wait_for_error;
use crate::helpers::local_address;
use crate::scenes::ROOM;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "late-error",
        "send fails with ECONNREFUSED, and the server is there",
    )
    .core()
    .actor(
        "client",
        layers!(client),
    )
    .peer("server", server)
    .breaks(&[
        Sign::Found("client", "ECONNREFUSED"),
        Sign::Found("server", "nothing"),
    ])
    .shows(&[Sign::Found("client", "sent"), Sign::Found("server", "two")])
    .cause(
        "The first send had succeeded before anybody could refuse it. The refusal came back later and waited \
         in the socket, and the next call reported it, whatever that call was. \"two\" was not even sent.",
    )
    .repair("an error of a connected UDP socket is about an earlier datagram: send this one again")
    .hints(&[
        "Which of the two sends failed, and which of the two words was refused?",
        "When the client sends the second word, is the server there?",
        "What does poll say of the socket before the second send is made?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let socket = with_libc::connected_to(stage.wait_address("listening")?)?;
    stage.taught(|| step05::with_libc::send(socket, b"one", 0))?;
    wait_for_error(socket)?;
    server_comes(stage, step02::with_libc::local_address(socket)?);
    let mut sent = stage.taught(|| step05::with_libc::send(socket, b"two", 0));
    if let (Err(error), true) = (&sent, stage.repaired()) {
        late(stage, error);
        sent = step05::with_libc::send(socket, b"two", 0);
    }
    // Wrong without the second try: the error was about "one".
    found(stage, sent)
}

fn client_nix(stage: &mut Stage) -> Played {
    let none = MsgFlags::empty();
    let socket = with_nix::connected_to(stage.wait_address("listening")?)?;
    stage.taught(|| step05::with_nix::send(&socket, b"one", none))?;
    wait_for_error(socket.as_raw_fd())?;
    server_comes(stage, step02::with_nix::local_address(&socket)?);
    let mut sent = stage.taught(|| step05::with_nix::send(&socket, b"two", none));
    if let (Err(error), true) = (&sent, stage.repaired()) {
        late(stage, error);
        sent = step05::with_nix::send(&socket, b"two", none);
    }
    // Wrong without the second try.
    found(stage, sent)
}

fn client_socket2(stage: &mut Stage) -> Played {
    let socket = with_socket2::connected_to(stage.wait_address("listening")?)?;
    stage.taught(|| step05::with_socket2::send(&socket, b"one"))?;
    wait_for_error(socket.as_raw_fd())?;
    server_comes(stage, local_address(&socket)?);
    let mut sent = stage.taught(|| step05::with_socket2::send(&socket, b"two"));
    if let (Err(error), true) = (&sent, stage.repaired()) {
        late(stage, error);
        sent = step05::with_socket2::send(&socket, b"two");
    }
    // Wrong without the second try.
    found(stage, sent)
}

fn client_std(stage: &mut Stage) -> Played {
    let socket = with_std::connected_to(stage.wait_address("listening")?)?;
    stage.taught(|| with_std::send(&socket, b"one"))?;
    wait_for_error(socket.as_raw_fd())?;
    server_comes(stage, socket.local_addr()?);
    let mut sent = stage.taught(|| with_std::send(&socket, b"two"));
    if let (Err(error), true) = (&sent, stage.repaired()) {
        late(stage, error);
        sent = with_std::send(&socket, b"two");
    }
    // Wrong without the second try.
    found(stage, sent)
}

fn server_comes(stage: &mut Stage, client: impl std::fmt::Display) {
    stage.cue("client", client);
    stage.wait("ready");
}

fn late<E: Error + 'static>(stage: &Stage, error: &E) {
    stage.found_error("about an earlier datagram", error);
}

fn found(stage: &Stage, sent: Result<usize, impl Error + 'static>) -> Played {
    match sent {
        Ok(count) => stage.found("sent", format!("sent {count} bytes")),
        Err(error) => stage.found_error("the server is not there: send", &error),
    }
    stage.cue("over", "");
    Ok(())
}

/// At first connected to itself, so that it hears nobody else; then to the client.
fn server(stage: &mut Stage) -> Result<(), Trouble> {
    let socket = with_std::bound_to(ANY_PORT)?;
    let address = socket.local_addr()?;
    socket.connect(address)?;
    stage.cue("listening", address);
    let client = stage.wait_address("client")?;
    with_std::set_peer(&socket, client)?;
    stage.cue("ready", "");
    stage.wait("over");
    // Broken, nothing was sent, and there is nothing to wait for.
    socket.set_nonblocking(!stage.repaired())?;
    let mut buffer = [0; ROOM];
    match with_std::recv(&socket, &mut buffer) {
        Ok(count) => {
            let word = buffer[..count].escape_ascii();
            stage.found(&word, format!("received \"{word}\""));
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            stage.found("nothing", "is there, and nothing has arrived");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
