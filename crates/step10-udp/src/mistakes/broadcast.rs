//! `broadcast`: a datagram for everybody on the network needs an option first.
//!
//! 127.255.255.255 is the broadcast address of the loopback network: everybody is on this machine.

use std::net::{Ipv4Addr, SocketAddrV4};

use lab::{ANY_PORT, Played, Scene, Sign, Stage, layers};
use nix::sys::socket::MsgFlags;
use socket2::SockAddr;
use step02_bind_listen as step02;
use step10_udp::{with_libc, with_nix, with_socket2, with_std};

use crate::helpers::{heard, local_address};
use crate::scenes::ROOM;

/// Bound to the broadcast address, a socket receives what is sent there and nothing else.
const EVERYBODY: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(127, 255, 255, 255), 0);

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "broadcast",
        "sendto to everybody fails: permission denied, also for root",
    )
    .actor(
        "client",
        layers!(client),
    )
    .peer("first", first)
    .peer("second", second)
    .breaks(&[Sign::Found("client", "EACCES")])
    .shows(&[Sign::Found("first", "hello"), Sign::Found("second", "hello")])
    .cause(
        "One datagram to a broadcast address costs every machine of the network some work, and a mistyped \
         address could be one. So the kernel asks the program to say first that it means it.",
    )
    .repair("setsockopt SO_BROADCAST, once for the socket")
    .hints(&[
        "Permission denied: is it the user who lacks something, or the socket?",
        "Which address does the client send to, and who has it?",
        "An option of the socket says that the program means to reach everybody.",
    ])
    .needs(|| {
        let refused = |error| format!("the loopback network has no broadcast address ({error})");
        with_std::bound_to(EVERYBODY).map(drop).map_err(refused)
    })
}

fn client_libc(stage: &mut Stage) -> Played {
    let everybody = stage.wait_address("both")?;
    let socket = with_libc::unbound()?;
    // Wrong without this: the kernel does not believe that it is meant.
    if stage.repaired() {
        with_libc::allow_broadcast(socket)?;
    }
    let sent = stage.taught(|| with_libc::send_to(socket, b"hello", 0, everybody));
    found(stage, sent)
}

fn client_nix(stage: &mut Stage) -> Played {
    let everybody = stage.wait_address("both")?;
    let (socket, none) = (with_nix::unbound()?, MsgFlags::empty());
    // Wrong without this.
    if stage.repaired() {
        with_nix::allow_broadcast(&socket)?;
    }
    let sent = stage.taught(|| with_nix::send_to(&socket, b"hello", none, everybody.into()));
    found(stage, sent)
}

fn client_socket2(stage: &mut Stage) -> Played {
    let everybody = SockAddr::from(stage.wait_address("both")?);
    let socket = with_socket2::unbound()?;
    // Wrong without this.
    if stage.repaired() {
        with_socket2::allow_broadcast(&socket)?;
    }
    let sent = stage.taught(|| with_socket2::send_to(&socket, b"hello", &everybody));
    found(stage, sent)
}

fn client_std(stage: &mut Stage) -> Played {
    let everybody = stage.wait_address("both")?;
    let socket = with_std::bound_to(ANY_PORT)?;
    // Wrong without this.
    if stage.repaired() {
        with_std::allow_broadcast(&socket)?;
    }
    let sent = stage.taught(|| with_std::send_to(&socket, b"hello", everybody.into()));
    found(stage, sent)
}

fn found(stage: &Stage, sent: Result<usize, impl std::error::Error + 'static>) -> Played {
    match sent {
        Ok(count) => stage.found("sent", format!("sent {count} bytes to everybody")),
        Err(error) => stage.found_error("sendto", &error),
    }
    Ok(())
}

/// Chooses the port.
fn first(stage: &mut Stage) -> Played {
    receive(stage, EVERYBODY, "listening")
}

/// Shares the port: both have SO_REUSEADDR set.
fn second(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    receive(stage, address, "both")
}

/// Receives once, where a datagram comes at all.
fn receive(stage: &Stage, address: SocketAddrV4, cue: &str) -> Played {
    let socket = with_socket2::unbound()?;
    socket.set_reuse_address(true)?;
    step02::with_socket2::bind(&socket, &SockAddr::from(address))?;
    stage.cue(cue, local_address(&socket)?);
    if stage.repaired() {
        let socket = std::net::UdpSocket::from(socket);
        let mut buffer = [0; ROOM];
        let (count, from) = with_std::recv_from(&socket, &mut buffer)?;
        let received = &buffer[..count];
        stage.found(received.escape_ascii(), heard(received, from));
    }
    Ok(())
}
