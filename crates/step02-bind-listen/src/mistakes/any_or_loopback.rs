//! `any-or-loopback`: a server for the whole network is bound to 127.0.0.1, this machine only.
//!
//! 127.0.0.1 is the loopback address: packets to it never leave the machine. 0.0.0.0 (INADDR_ANY)
//! means every address that the machine has. On Linux the whole of 127.0.0.0/8 is the machine's
//! own, so 127.0.0.2 stands here for its address on the network.
//!
//! The opposite is a mistake too, and a dangerous one: a test server or a database that is bound
//! to 0.0.0.0 can be reached by everybody. Nothing fails, and so nobody notices.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};

use lab::{Played, Scene, Sign, Stage, Trouble, layers};
use nix::sys::socket::Backlog;
use step02_bind_listen::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::BACKLOG;

/// Another address of this machine.
const OTHER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "any-or-loopback",
        "a server meant for everybody is bound to 127.0.0.1, and a client calls another address",
    )
    .core()
    .actor(
        "server",
        layers(server_libc, server_nix, server_socket2, server_std),
    )
    .peer("client", client)
    .needs(machine)
    .breaks(&[Sign::Found("client", "ECONNREFUSED")])
    .shows(&[Sign::Found("client", "connected")])
    .cause(
        "a listener on 127.0.0.1 is there for that one address. At every other address of the \
         machine nobody listens. The opposite is a security mistake: what is for this machine \
         alone must not listen on 0.0.0.0.",
    )
    .repair("bind to 0.0.0.0, every address of this machine")
    .hints(&[
        "The server runs, and a client on 127.0.0.1 would reach it.",
        "Compare the address that the client calls with the address that the server is bound to.",
        "Which address means \"every address of mine\"?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let address = address(stage);
    let listener = stage.taught(|| with_libc::listen_on(address, BACKLOG))?;
    stage.cue("port", with_libc::local_address(listener)?.port());
    stage.wait("tried");
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let address = address(stage);
    let backlog = Backlog::new(BACKLOG)?;
    let listener = stage.taught(|| with_nix::listen_on(address, backlog))?;
    stage.cue("port", with_nix::local_address(&listener)?.port());
    stage.wait("tried");
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let address = address(stage);
    let listener = stage.taught(|| with_socket2::listen_on(address, BACKLOG))?;
    let local = with_socket2::local_address(&listener)?;
    stage.cue("port", local.as_socket_ipv4().unwrap_or(address).port());
    stage.wait("tried");
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let address = address(stage);
    let listener = stage.taught(|| with_std::listen_on(address))?;
    stage.cue("port", with_std::local_address(&listener)?.port());
    stage.wait("tried");
    Ok(())
}

/// Calls the server's port at the machine's other address.
fn client(stage: &mut Stage) -> Played {
    let port = stage.wait("port").parse()?;
    let address = SocketAddrV4::new(OTHER, port);
    let connection = TcpStream::connect(address);
    match &connection {
        Ok(_) => stage.found("connected", format!("connected to {address}")),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            stage.found_error("connect", error);
        }
        Err(error) => return Err(Trouble::new(format!("connect {address}: {error}"))),
    }
    stage.cue("tried", address);
    Ok(())
}

/// On Linux every address 127.x.y.z is the machine's own; elsewhere often only 127.0.0.1 is.
fn machine() -> Result<(), String> {
    match with_std::listen_on(SocketAddrV4::new(OTHER, 0)) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("{OTHER} is no address of this machine: {error}")),
    }
}

/// Where to listen, with a port of the kernel's choice.
fn address(stage: &Stage) -> SocketAddrV4 {
    if stage.repaired() {
        SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0) // 0.0.0.0, in C INADDR_ANY
    } else {
        SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0) // WRONG: 127.0.0.1, in C INADDR_LOOPBACK
    }
}
