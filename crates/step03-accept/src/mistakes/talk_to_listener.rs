//! `talk-to-listener`: recv on the socket that listens, not on the one that accept returned.

use std::io::{Read, Write};
use std::os::fd::AsRawFd;

use lab::{ANY_PORT, Part, Played, Scene, Sign, Stage, peer};
use nix::sys::socket::{self, Backlog, MsgFlags};
use step02_bind_listen as step02;
use step03_accept::{with_libc, with_nix, with_socket2};

use crate::later::{close, recv};
use crate::scenes::{BACKLOG, ipv4};

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(server_libc),
        Part::Plays(server_nix),
        Part::Plays(server_socket2),
        Part::RuledOut(
            "a TcpListener cannot read or write; only the TcpStream that accept gives can",
        ),
    ];
    Scene::mistake(
        "talk-to-listener",
        "a client has sent, and the server calls recv on its listener",
    )
    .actor("server", parts)
    .peer("client", client)
    .breaks(&[Sign::Found("server", "ENOTCONN")])
    .shows(&[Sign::Found("server", "hello")])
    .cause(
        "the listener only has a queue of connections. It is itself connected to nobody, \
         however many clients have come.",
    )
    .repair("recv on the descriptor that accept returned")
    .hints(&[
        "The client is connected and has sent: look at its lane.",
        "ENOTCONN is about the socket that the call was made on. Which number is that?",
        "Which call gives the descriptor that talks with this client?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, BACKLOG)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    stage.wait("sent");
    let talks = if stage.repaired() {
        with_libc::accept_peer(listener)?.0
    } else {
        listener // WRONG: this socket is connected to nobody.
    };
    let mut buffer = [0; 64];
    match stage.taught(|| recv(talks, &mut buffer)) {
        Ok(count) => found(stage, &buffer[..count]),
        Err(error) => stage.found_error("recv", &error),
    }
    stage.cue("tried", "recv");
    if talks != listener {
        close(talks)?;
    }
    close(listener)?;
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(BACKLOG)?)?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    stage.wait("sent");
    let connection;
    let talks = if stage.repaired() {
        connection = with_nix::accept(&listener)?;
        &connection
    } else {
        &listener // WRONG: this socket is connected to nobody.
    };
    let mut buffer = [0; 64];
    match stage.taught(|| socket::recv(talks.as_raw_fd(), &mut buffer, MsgFlags::empty())) {
        Ok(count) => found(stage, &buffer[..count]),
        Err(error) => stage.found_error("recv", &error),
    }
    stage.cue("tried", "recv");
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, BACKLOG)?;
    let address = ipv4(&step02::with_socket2::local_address(&listener)?)?;
    stage.cue("listening", address);
    stage.wait("sent");
    let connection;
    let mut talks = if stage.repaired() {
        connection = with_socket2::accept(&listener)?.0;
        &connection
    } else {
        &listener // WRONG: this socket is connected to nobody.
    };
    let mut buffer = [0; 64];
    match stage.taught(|| talks.read(&mut buffer)) {
        Ok(count) => found(stage, &buffer[..count]),
        Err(error) => stage.found_error("recv", &error),
    }
    stage.cue("tried", "recv");
    Ok(())
}

fn found(stage: &Stage, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    stage.found(&text, format!("received {text:?}"));
}

/// Says hello and stays until the server has tried to receive it.
fn client(stage: &mut Stage) -> Played {
    let mut connection = peer::connect(stage)?;
    connection.write_all(b"hello")?;
    stage.cue("sent", 5);
    stage.wait("tried");
    Ok(())
}
