//! `empty-datagram`: 0 from `recvfrom` taken for the end, as it is in a stream.

use std::mem::MaybeUninit;

use lab::{ANY_PORT, Played, Scene, Sign, Stage, layers};
use step02_bind_listen as step02;
use step06_close::with_libc::close;
use step10_udp::{with_libc, with_nix, with_socket2, with_std};

use crate::helpers::{local_address, quoted};
use crate::scenes::ROOM;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "empty-datagram",
        "recvfrom returns 0, and the server ends",
    )
    .core()
    .actor(
        "server",
        layers!(server),
    )
    .peer("client", client)
    .breaks(&[Sign::Found("server", "nothing")])
    .shows(&[Sign::Found("server", r#""" "hello""#)])
    .cause(
        "A datagram may have no bytes at all, and then recvfrom returns 0. Nothing has ended: nobody was \
         connected. So anybody can stop this server with one empty datagram.",
    )
    .repair("0 is a message like any other; a message that means the end must say so in its bytes")
    .hints(&[
        "Look at the client: did it stop after the first datagram?",
        "Which lesson did the server learn in step 5, and was that about datagrams?",
        "Can a datagram be empty? What would recvfrom return for it?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let socket = with_libc::bound_to(ANY_PORT)?;
    stage.cue("listening", step02::with_libc::local_address(socket)?);
    stage.wait("sent");
    let (mut buffer, mut messages) = ([0; ROOM], Vec::new());
    while messages.len() < 2 {
        let (count, _) = stage.taught(|| with_libc::recv_from(socket, &mut buffer, 0))?;
        if count == 0 && !stage.repaired() {
            break; // Wrong: this is an empty datagram, and the next one may be a hello.
        }
        messages.push(buffer[..count].to_vec());
    }
    found(stage, &messages);
    close(socket)?;
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let socket = with_nix::bound_to(ANY_PORT)?;
    stage.cue("listening", step02::with_nix::local_address(&socket)?);
    stage.wait("sent");
    let (mut buffer, mut messages) = ([0; ROOM], Vec::new());
    while messages.len() < 2 {
        let (count, _) = stage.taught(|| with_nix::recv_from(&socket, &mut buffer))?;
        if count == 0 && !stage.repaired() {
            break; // Wrong: an empty datagram is no end.
        }
        messages.push(buffer[..count].to_vec());
    }
    found(stage, &messages);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let socket = with_socket2::bound_to(ANY_PORT)?;
    stage.cue("listening", local_address(&socket)?);
    stage.wait("sent");
    let (mut buffer, mut messages) = ([MaybeUninit::uninit(); ROOM], Vec::new());
    while messages.len() < 2 {
        let (received, _) = stage.taught(|| with_socket2::recv_from(&socket, &mut buffer))?;
        if received.is_empty() && !stage.repaired() {
            break; // Wrong: an empty datagram is no end.
        }
        messages.push(received.to_vec());
    }
    found(stage, &messages);
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let socket = with_std::bound_to(ANY_PORT)?;
    stage.cue("listening", socket.local_addr()?);
    stage.wait("sent");
    let (mut buffer, mut messages) = ([0; ROOM], Vec::new());
    while messages.len() < 2 {
        let (count, _) = stage.taught(|| with_std::recv_from(&socket, &mut buffer))?;
        if count == 0 && !stage.repaired() {
            break; // Wrong: an empty datagram is no end.
        }
        messages.push(buffer[..count].to_vec());
    }
    found(stage, &messages);
    Ok(())
}

fn found(stage: &Stage, messages: &[Vec<u8>]) {
    if messages.is_empty() {
        return stage.found("nothing", "took the 0 for the end; messages: none");
    }
    let messages = quoted(messages);
    stage.found(&messages, format!("the messages: {messages}"));
}

/// Sends nothing, and then a word.
fn client(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let socket = with_std::bound_to(ANY_PORT)?;
    with_std::send_to(&socket, b"", server.into())?;
    with_std::send_to(&socket, b"hello", server.into())?;
    stage.cue("sent", 2);
    Ok(())
}
