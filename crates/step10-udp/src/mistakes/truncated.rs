//! `truncated`: a buffer shorter than the datagram, and the rest taken for still to come.

use std::mem::MaybeUninit;

use lab::{ANY_PORT, Played, Scene, Sign, Stage, layers};
use step02_bind_listen as step02;
use step06_close::with_libc::close;
use step10_udp::{LONGEST, with_libc, with_nix, with_socket2, with_std};

use crate::helpers::{local_address, quoted};

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "truncated",
        "the buffer is shorter than the datagram, and the rest never comes",
    )
    .core()
    .actor(
        "server",
        layers!(server),
    )
    .peer("client", client)
    .breaks(&[Sign::Found("server", r#""hell" "hi""#)])
    .shows(&[Sign::Found("server", r#""hello" "hi""#)])
    .cause(
        "recvfrom takes the whole datagram off the queue, and throws away what does not fit into the \
         buffer. The next call brings the next datagram. In a stream the rest would have waited.",
    )
    .repair("room for the longest datagram that there can be: 65,507 bytes over IPv4")
    .hints(&[
        "No call has failed. Compare what was sent with what was received.",
        "How much room has the first recvfrom, and how long is the first message?",
        "The second call brings the second message. Where is the end of the first?",
    ])
}

/// How much room the program has for a message.
fn room(stage: &Stage) -> usize {
    if stage.repaired() {
        LONGEST
    } else {
        4 // Wrong: a datagram may be longer, and what is over is gone.
    }
}

fn server_libc(stage: &mut Stage) -> Played {
    let socket = with_libc::bound_to(ANY_PORT)?;
    stage.cue("listening", step02::with_libc::local_address(socket)?);
    let (mut buffer, mut messages) = (vec![0; room(stage)], Vec::new());
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
    let (mut buffer, mut messages) = (vec![0; room(stage)], Vec::new());
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
    let (mut buffer, mut messages) = (vec![MaybeUninit::uninit(); room(stage)], Vec::new());
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
    let (mut buffer, mut messages) = (vec![0; room(stage)], Vec::new());
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

/// Sends two words.
fn client(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let socket = with_std::bound_to(ANY_PORT)?;
    stage.wait_asleep("server", "recv");
    with_std::send_to(&socket, b"hello", server.into())?;
    with_std::send_to(&socket, b"hi", server.into())?;
    Ok(())
}
