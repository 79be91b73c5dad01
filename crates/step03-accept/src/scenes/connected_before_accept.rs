//! `connected-before-accept`: accept does not make the connection. It was there before, and so were its first bytes.
//!
//! A wrong picture put right: "accept does the handshake".
//! The server waits until the client is connected and has sent something, and only then calls accept.

use std::io::Read;
use std::os::fd::AsRawFd;

use lab::{ANY_PORT, Play, Played, Scene, Sign, Stage, layers, peer};
use nix::sys::socket::{Backlog, MsgFlags};
use step02_bind_listen as step02;
use step03_accept::{with_libc, with_nix, with_socket2, with_std};

use crate::later::{close, recv};
use crate::scenes::{BACKLOG, ipv4};

pub(crate) fn scene() -> Scene {
    Scene::new(
        "connected-before-accept",
        "the client is connected and has sent before the server calls accept",
    )
    .core()
    .actor(
        "server",
        layers(server_libc, server_nix, server_socket2, server_std),
    )
    .peer("client", peer::client_says_hello)
    .shows(&[Sign::Found("server", "hello")])
    .idea(idea)
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, BACKLOG)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    stage.wait("sent");
    stage.say("not one accept so far");
    let (connection, _) = stage.taught(|| with_libc::accept_peer(listener))?;
    let mut buffer = [0; 64];
    let count = recv(connection, &mut buffer)?;
    found(stage, &buffer[..count]);
    close(connection)?;
    close(listener)?;
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(BACKLOG)?)?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    stage.wait("sent");
    stage.say("not one accept so far");
    let connection = stage.taught(|| with_nix::accept(&listener))?;
    let mut buffer = [0; 64];
    let none = MsgFlags::empty();
    let count = nix::sys::socket::recv(connection.as_raw_fd(), &mut buffer, none)?;
    found(stage, &buffer[..count]);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, BACKLOG)?;
    let address = ipv4(&step02::with_socket2::local_address(&listener)?)?;
    stage.cue("listening", address);
    stage.wait("sent");
    stage.say("not one accept so far");
    let (mut connection, _) = stage.taught(|| with_socket2::accept(&listener))?;
    let mut buffer = [0; 64];
    let count = connection.read(&mut buffer)?;
    found(stage, &buffer[..count]);
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    stage.wait("sent");
    stage.say("not one accept so far");
    let (mut connection, _) = stage.taught(|| with_std::accept(&listener))?;
    let mut buffer = [0; 64];
    let count = connection.read(&mut buffer)?;
    found(stage, &buffer[..count]);
    Ok(())
}

fn found(stage: &Stage, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    stage.found(&text, format!("{text:?} was already here"));
}

/// True only if the record has it so: both calls of the client had ended before accept was entered.
fn idea(play: &Play) -> Option<String> {
    let connect = play.call("client", "connect")?;
    let send = play.call("client", "send")?;
    let accept = play.call("server", "accept")?;
    let bytes = send.returned()?;
    let before = connect.left? < accept.entered && send.left? < accept.entered;
    (before && connect.returned() == Some(0)).then(|| {
        format!(
            "The client was connected and had sent {bytes} bytes before the server called accept: \
             accept makes no connection, it takes one off the queue."
        )
    })
}
