//! `connected`: connect on a UDP socket sends nothing. It notes one peer, and others are not heard any more.

use std::mem::MaybeUninit;

use lab::{ANY_PORT, Play, Played, Scene, Sign, Stage, layers};
use nix::sys::socket::MsgFlags;
use step02_bind_listen as step02;
use step05_send_recv as step05;
use step06_close::with_libc::close;
use step10_udp::{with_libc, with_nix, with_socket2, with_std};

use super::ROOM;
use crate::helpers::local_address;

pub(crate) fn scene() -> Scene {
    Scene::new(
        "connected",
        "connect notes one peer: send and recv need no address, and a stranger is not heard",
    )
    .core()
    .actor("client", layers!(client))
    .peer("server", server)
    .peer("stranger", stranger)
    .shows(&[Sign::Found("client", "hi")])
    .idea(idea)
}

/// True only if the record has it so: the stranger's send was over before the server's began.
fn idea(play: &Play) -> Option<String> {
    let connected = play.call("client", "connect")?.returned()? == 0;
    let stranger = play.call("stranger", "send")?;
    let first = stranger.left? < play.call("server", "send")?.entered;
    let received = play.calls("client").into_iter();
    let received = received.filter(|call| call.name == "recvfrom").count();
    (connected && first && received == 1).then(|| {
        format!(
            "A stranger sent {} bytes first, and the client's one recv did not bring them: \
             it brought what the server sent afterwards.",
            stranger.returned().unwrap_or(0)
        )
    })
}

fn client_libc(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let socket = with_libc::unbound()?;
    stage.taught(|| with_libc::set_peer(socket, server))?;
    step05::with_libc::send(socket, b"hello", 0)?;
    stage.cue("client", step02::with_libc::local_address(socket)?);
    let mut buffer = [0; ROOM];
    let count = stage.taught(|| step05::with_libc::recv(socket, &mut buffer, 0))?;
    found(stage, &buffer[..count]);
    close(socket)?;
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let (socket, none) = (with_nix::unbound()?, MsgFlags::empty());
    stage.taught(|| with_nix::set_peer(&socket, server))?;
    step05::with_nix::send(&socket, b"hello", none)?;
    stage.cue("client", step02::with_nix::local_address(&socket)?);
    let mut buffer = [0; ROOM];
    let count = stage.taught(|| step05::with_nix::recv(&socket, &mut buffer, none))?;
    found(stage, &buffer[..count]);
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let socket = with_socket2::unbound()?;
    stage.taught(|| with_socket2::set_peer(&socket, server))?;
    step05::with_socket2::send(&socket, b"hello")?;
    stage.cue("client", local_address(&socket)?);
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    let received = stage.taught(|| step05::with_socket2::recv(&socket, &mut buffer))?;
    found(stage, received);
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let socket = with_std::bound_to(ANY_PORT)?;
    stage.taught(|| with_std::set_peer(&socket, server))?;
    with_std::send(&socket, b"hello")?;
    stage.cue("client", socket.local_addr()?);
    let mut buffer = [0; ROOM];
    let count = stage.taught(|| with_std::recv(&socket, &mut buffer))?;
    found(stage, &buffer[..count]);
    Ok(())
}

fn found(stage: &Stage, received: &[u8]) {
    let received = received.escape_ascii();
    stage.found(&received, format!("received \"{received}\""));
}

/// Answers when the stranger has had his chance.
fn server(stage: &mut Stage) -> Played {
    let socket = with_std::bound_to(ANY_PORT)?;
    stage.cue("listening", socket.local_addr()?);
    let (_, client) = with_std::recv_from(&socket, &mut [0; ROOM])?;
    stage.wait("spammed");
    with_std::send_to(&socket, b"hi", client)?;
    Ok(())
}

/// Knows the client's address, and is not its peer.
fn stranger(stage: &mut Stage) -> Played {
    let client = stage.wait_address("client")?;
    let socket = with_std::bound_to(ANY_PORT)?;
    stage.wait_asleep("client", "recv");
    let count = with_std::send_to(&socket, b"spam", client.into())?;
    stage.cue("spammed", count);
    Ok(())
}
