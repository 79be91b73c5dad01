//! `boundaries`: two datagrams are sent, and two are received. What step 5's stream does not keep, a datagram does.

use std::mem::MaybeUninit;

use lab::{ANY_PORT, Play, Played, Scene, Sign, Stage, layers};
use step02_bind_listen as step02;
use step06_close::with_libc::close;
use step10_udp::{with_libc, with_nix, with_socket2, with_std};

use super::ROOM;
use crate::helpers::{local_address, quoted};

pub(crate) fn scene() -> Scene {
    Scene::new(
        "boundaries",
        "two sendtos, then two recvfroms: each brings one message, whole",
    )
    .core()
    .actor("server", layers!(server))
    .peer("client", client)
    .shows(&[Sign::Found("server", r#""hello" "hi""#)])
    .idea(idea)
}

/// True only if the record has it so: everything was sent before the first recvfrom began.
fn idea(play: &Play) -> Option<String> {
    let bytes = |actor, name| {
        let calls = play.calls(actor).into_iter();
        let calls = calls.filter(|call| call.name == name);
        let bytes = calls.map(|call| Some(call.returned()?.to_string()));
        bytes.collect::<Option<Vec<String>>>()
    };
    let (sent, received) = (bytes("client", "sendto")?, bytes("server", "recvfrom")?);
    let last = play
        .calls("client")
        .into_iter()
        .rfind(|call| call.name == "sendto")?;
    let before = last.left? < play.call("server", "recv")?.entered;
    (before && sent == received).then(|| {
        format!(
            "{} datagrams were there before the first recvfrom, and each recvfrom brought one of them: \
             {} bytes.",
            sent.len(),
            received.join(" bytes, then ")
        )
    })
}

fn server_libc(stage: &mut Stage) -> Played {
    let socket = with_libc::bound_to(ANY_PORT)?;
    stage.cue("listening", step02::with_libc::local_address(socket)?);
    stage.wait("sent");
    let (mut buffer, mut messages) = ([0; ROOM], Vec::new());
    for _ in 0..2 {
        let (count, _) = stage.taught(|| with_libc::recv_from(socket, &mut buffer, 0))?;
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
    for _ in 0..2 {
        let (count, _) = stage.taught(|| with_nix::recv_from(&socket, &mut buffer))?;
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
    for _ in 0..2 {
        let (received, _) = stage.taught(|| with_socket2::recv_from(&socket, &mut buffer))?;
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
    for _ in 0..2 {
        let (count, _) = stage.taught(|| with_std::recv_from(&socket, &mut buffer))?;
        messages.push(buffer[..count].to_vec());
    }
    found(stage, &messages);
    Ok(())
}

fn found(stage: &Stage, messages: &[Vec<u8>]) {
    let messages = quoted(messages);
    stage.found(&messages, format!("the messages: {messages}"));
}

/// Sends two words, one right behind the other.
fn client(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let socket = with_std::bound_to(ANY_PORT)?;
    with_std::send_to(&socket, b"hello", server.into())?;
    with_std::send_to(&socket, b"hi", server.into())?;
    stage.cue("sent", 2);
    Ok(())
}
