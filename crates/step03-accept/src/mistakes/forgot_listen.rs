//! `forgot-listen`: socket, bind and then at once accept.

use lab::{ANY_PORT, Part, Played, Scene, Sign, Stage, peer};
use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, SockaddrIn};
use socket2::{Domain, Type};
use step01_socket::{with_nix as nix_socket, with_socket2 as socket2_socket};
use step02_bind_listen as step02;
use step03_accept::{with_libc, with_nix, with_socket2};

use crate::later::close;
use crate::scenes::{BACKLOG, ipv4};

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(server_libc),
        Part::Plays(server_nix),
        Part::Plays(server_socket2),
        Part::RuledOut("only a TcpListener can accept, and TcpListener::bind always listens"),
    ];
    Scene::mistake(
        "forgot-listen",
        "socket, bind, accept: a server in three calls",
    )
    .core()
    .actor("server", parts)
    .peer("client", client)
    .breaks(&[Sign::Found("server", "EINVAL")])
    .shows(&[Sign::Found("server", "accepted")])
    .cause(
        "bind only gives the socket an address. Without listen it has no queue, \
             so there is nothing that accept could take a connection from.",
    )
    .repair("listen before accept")
    .hints(&[
        "accept fails at once, before any client comes: it is not about the client.",
        "EINVAL is \"invalid argument\", and the only argument that matters is the socket itself.",
        "Which call turns a socket into one that has a queue of connections?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::bound_to(ANY_PORT)?;
    // WRONG without this: there is no queue to accept from.
    if stage.repaired() {
        step02::with_libc::listen(listener, BACKLOG)?;
    }
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
    let none = SockFlag::empty();
    let listener = nix_socket::socket(AddressFamily::Inet, SockType::Stream, none, None)?;
    step02::with_nix::bind(&listener, &SockaddrIn::from(ANY_PORT))?;
    // WRONG without this: there is no queue to accept from.
    if stage.repaired() {
        step02::with_nix::listen(&listener, Backlog::new(BACKLOG)?)?;
    }
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    match stage.taught(|| with_nix::accept(&listener)) {
        Ok(_) => stage.found("accepted", "accepted a connection"),
        Err(error) => stage.found_error("accept", &error),
    }
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = socket2_socket::socket(Domain::IPV4, Type::STREAM, None)?;
    step02::with_socket2::bind(&listener, &ANY_PORT.into())?;
    // WRONG without this: there is no queue to accept from.
    if stage.repaired() {
        step02::with_socket2::listen(&listener, BACKLOG)?;
    }
    let address = ipv4(&step02::with_socket2::local_address(&listener)?)?;
    stage.cue("listening", address);
    match stage.taught(|| with_socket2::accept(&listener)) {
        Ok((_, peer)) => stage.found("accepted", format!("accepted {}", ipv4(&peer)?)),
        Err(error) => stage.found_error("accept", &error),
    }
    Ok(())
}

/// Calls only where somebody listens: what a caller sees of a missing listen is step 4's `refused`.
fn client(stage: &mut Stage) -> Played {
    if stage.repaired() {
        peer::client(stage)
    } else {
        Ok(())
    }
}
