//! `accept-datagram`: accept on a SOCK_DGRAM socket, which never has connections.

use lab::{ANY_PORT, Part, Played, Scene, Sign, Stage, Trouble, peer};
use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, SockaddrIn};
use socket2::{Domain, SockAddr, Type};
use step01_socket as step01;
use step02_bind_listen as step02;
use step03_accept::{with_libc, with_nix, with_socket2};

use crate::later::close;
use crate::scenes::{BACKLOG, ipv4};

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(server_libc),
        Part::Plays(server_nix),
        Part::Plays(server_socket2),
        Part::RuledOut(
            "TcpListener::bind always makes a SOCK_STREAM socket, and UdpSocket has no accept",
        ),
    ];
    Scene::mistake(
        "accept-datagram",
        "accept on a socket of type SOCK_DGRAM",
    )
    .actor("server", parts)
    .peer("client", client)
    .breaks(&[Sign::Found("server", "EOPNOTSUPP")])
    .shows(&[Sign::Found("server", "accepted")])
    .cause(
        "datagrams have no connections, so there is nothing to queue and nothing to accept. \
         listen had said so before, and its error was not heeded.",
    )
    .repair("a socket of type SOCK_STREAM")
    .hints(&[
        "accept is not the first call that fails.",
        "\"Operation not supported\": not by this kind of socket. Look at the call that made it.",
        "Which type of socket has connections?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let kind = if stage.repaired() {
        libc::SOCK_STREAM
    } else {
        libc::SOCK_DGRAM // WRONG: a type that has no connections.
    };
    let listener = step01::with_libc::socket(libc::AF_INET, kind, 0)?;
    step02::with_libc::bind_ipv4(listener, ANY_PORT)?;
    unheeded(stage, step02::with_libc::listen(listener, BACKLOG));
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    match stage.taught(|| with_libc::accept_peer(listener)) {
        Ok((connection, peer)) => {
            stage.found("accepted", format!("accepted {peer}"));
            close(connection)?;
        }
        Err(error) => stage.found_error("accept", &error),
    }
    close(listener)?;
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let kind = if stage.repaired() {
        SockType::Stream
    } else {
        SockType::Datagram // WRONG: a type that has no connections.
    };
    let none = SockFlag::empty();
    let listener = step01::with_nix::socket(AddressFamily::Inet, kind, none, None)?;
    step02::with_nix::bind(&listener, &SockaddrIn::from(ANY_PORT))?;
    unheeded(
        stage,
        step02::with_nix::listen(&listener, Backlog::new(BACKLOG)?),
    );
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    match stage.taught(|| with_nix::accept(&listener)) {
        Ok(_) => stage.found("accepted", "accepted a connection"),
        Err(error) => stage.found_error("accept", &error),
    }
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let kind = if stage.repaired() {
        Type::STREAM
    } else {
        Type::DGRAM // WRONG: a type that has no connections.
    };
    let listener = step01::with_socket2::socket(Domain::IPV4, kind, None)?;
    step02::with_socket2::bind(&listener, &SockAddr::from(ANY_PORT))?;
    unheeded(stage, step02::with_socket2::listen(&listener, BACKLOG));
    let address = ipv4(&step02::with_socket2::local_address(&listener)?)?;
    stage.cue("listening", address);
    match stage.taught(|| with_socket2::accept(&listener)) {
        Ok((_, peer)) => stage.found("accepted", format!("accepted {}", ipv4(&peer)?)),
        Err(error) => stage.found_error("accept", &error),
    }
    Ok(())
}

/// Goes on as a C program does that never looks at what listen returned.
fn unheeded(stage: &Stage, listened: Result<(), impl Into<Trouble>>) {
    if let Err(error) = listened {
        stage.say(format!("listen: {}; going on all the same", error.into()));
    }
}

/// Calls only where somebody listens.
fn client(stage: &mut Stage) -> Played {
    if stage.repaired() {
        peer::client(stage)
    } else {
        Ok(())
    }
}
