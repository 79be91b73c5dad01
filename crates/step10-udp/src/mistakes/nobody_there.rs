//! `nobody-there`: an unconnected socket sends where nobody receives, and is never told.

use std::mem::MaybeUninit;

use lab::{ANY_PORT, Played, Scene, Sign, Stage, layers};
use nix::sys::socket::MsgFlags;
use socket2::SockAddr;
use step05_send_recv as step05;
use step10_udp::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::ROOM;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "nobody-there",
        "nobody receives there, sendto succeeds, and the client waits for ever",
    )
    .actor(
        "client",
        layers!(client),
    )
    .peer("keeper", keeper)
    .breaks(&[Sign::Stuck(&[("client", "recv")])])
    .shows(&[Sign::Found("client", "ECONNREFUSED")])
    .cause(
        "The refusal did come back, as an ICMP message. But an unconnected socket sends to many addresses, \
         and an error number could not say which of them refused: so it is not told.",
    )
    .repair("connect: with one peer it is clear whose refusal it is, and recv fails with ECONNREFUSED")
    .hints(&[
        "No call has failed. What does the client wait for?",
        "Who should have told the client that nobody is there, and of which datagram?",
        "What does the kernel know of a connected UDP socket that it does not know of this one?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let server = stage.wait_address("nobody")?;
    let (socket, mut buffer) = (with_libc::unbound()?, [0; ROOM]);
    let received = if stage.repaired() {
        with_libc::set_peer(socket, server)?;
        step05::with_libc::send(socket, b"hello", 0)?;
        stage.taught(|| step05::with_libc::recv(socket, &mut buffer, 0))
    } else {
        with_libc::send_to(socket, b"hello", 0, server)?;
        // Wrong: nobody will answer, and nobody will say so.
        stage
            .taught(|| with_libc::recv_from(socket, &mut buffer, 0))
            .map(|(count, _)| count)
    };
    found(stage, received)
}

fn client_nix(stage: &mut Stage) -> Played {
    let server = stage.wait_address("nobody")?;
    let (socket, mut buffer) = (with_nix::unbound()?, [0; ROOM]);
    let none = MsgFlags::empty();
    let received = if stage.repaired() {
        with_nix::set_peer(&socket, server)?;
        step05::with_nix::send(&socket, b"hello", none)?;
        stage.taught(|| step05::with_nix::recv(&socket, &mut buffer, none))
    } else {
        with_nix::send_to(&socket, b"hello", none, server.into())?;
        // Wrong: nobody will say anything.
        stage
            .taught(|| with_nix::recv_from(&socket, &mut buffer))
            .map(|(count, _)| count)
    };
    found(stage, received)
}

fn client_socket2(stage: &mut Stage) -> Played {
    let server = stage.wait_address("nobody")?;
    let (socket, mut buffer) = (with_socket2::unbound()?, [MaybeUninit::uninit(); ROOM]);
    let received = if stage.repaired() {
        with_socket2::set_peer(&socket, server)?;
        step05::with_socket2::send(&socket, b"hello")?;
        stage.taught(|| step05::with_socket2::recv(&socket, &mut buffer))
    } else {
        with_socket2::send_to(&socket, b"hello", &SockAddr::from(server))?;
        // Wrong: nobody will say anything.
        let received = stage.taught(|| with_socket2::recv_from(&socket, &mut buffer));
        received.map(|(received, _)| received)
    };
    found(stage, received.map(<[u8]>::len))
}

fn client_std(stage: &mut Stage) -> Played {
    let server = stage.wait_address("nobody")?;
    let (socket, mut buffer) = (with_std::bound_to(ANY_PORT)?, [0; ROOM]);
    let received = if stage.repaired() {
        with_std::set_peer(&socket, server)?;
        with_std::send(&socket, b"hello")?;
        stage.taught(|| with_std::recv(&socket, &mut buffer))
    } else {
        with_std::send_to(&socket, b"hello", server.into())?;
        // Wrong: nobody will say anything.
        stage
            .taught(|| with_std::recv_from(&socket, &mut buffer))
            .map(|(count, _)| count)
    };
    found(stage, received)
}

fn found(stage: &Stage, received: Result<usize, impl std::error::Error + 'static>) -> Played {
    match received {
        Ok(count) => stage.found(count, format!("received {count} bytes")),
        Err(error) => stage.found_error("recv", &error),
    }
    stage.cue("over", "");
    Ok(())
}

/// Keeps a port where nobody receives: a socket that is connected to itself hears only itself.
/// A port that is merely free could belong to another program by the time somebody sends to it.
fn keeper(stage: &mut Stage) -> Played {
    let socket = with_std::bound_to(ANY_PORT)?;
    let address = socket.local_addr()?;
    socket.connect(address)?;
    stage.cue("nobody", address);
    stage.wait("over");
    Ok(())
}
