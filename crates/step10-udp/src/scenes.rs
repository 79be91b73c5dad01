//! How `sendto` and `recvfrom` work: hello and hi without a connection.

pub(crate) mod boundaries;
pub(crate) mod connected;
pub(crate) mod multicast;
pub(crate) mod real_length;

use std::mem::MaybeUninit;

use lab::{ANY_PORT, Layer, Play, Played, Scene, Stage, layers, quote};
use nix::sys::socket::{MsgFlags, SockaddrIn};
use socket2::SockAddr;
use step02_bind_listen as step02;
use step06_close::with_libc::close;
use step10_udp::{with_libc, with_nix, with_socket2, with_std};

use crate::helpers::{heard, ipv4, local_address, no_address};

/// Room for what arrives, in bytes. What a datagram has more than that would be lost.
pub(crate) const ROOM: usize = 1024;

/// The main scene: the server sleeps in recvfrom, a datagram comes, and the server answers its sender.
pub(crate) fn udp() -> Scene {
    Scene::new(
        "udp",
        "hello one way and hi the other, without a connection",
    )
    .core()
    .actor(
        "server",
        layers(server_libc, server_nix, server_socket2, server_std),
    )
    .actor(
        "client",
        layers(client_libc, client_nix, client_socket2, client_std),
    )
    .waits_in("recv")
    .idea(idea)
    .quote(Layer::Libc, quote!("with_libc.rs", "libc::recvfrom("))
    .quote(Layer::Libc, quote!("with_libc.rs", "libc::sendto("))
    .quote(Layer::Nix, quote!("with_nix.rs", "socket::recvfrom("))
    .quote(Layer::Nix, quote!("with_nix.rs", "socket::sendto("))
    .quote(
        Layer::Socket2,
        quote!("with_socket2.rs", "socket.recv_from("),
    )
    .quote(Layer::Socket2, quote!("with_socket2.rs", "socket.send_to("))
    .quote(Layer::Std, quote!("with_std.rs", "socket.recv_from("))
    .quote(Layer::Std, quote!("with_std.rs", "socket.send_to("))
}

/// True only if the record has it so: nobody called connect or accept, and the answer went where the datagram came from.
fn idea(play: &Play) -> Option<String> {
    let came = play.call("server", "recv")?;
    let answered = play.call("server", "send")?;
    let (from, to) = (
        came.arg("src_addr")?.to_string(),
        answered.arg("dest_addr")?.to_string(),
    );
    let connects = ["server", "client"]
        .iter()
        .flat_map(|actor| play.calls(actor))
        .any(|call| matches!(&*call.name, "connect" | "listen" | "accept" | "accept4"));
    (from == to && !connects).then(|| {
        format!(
            "recvfrom said that {from} had sent these {} bytes, and sendto answered there: \
             one socket on each side, and nobody is connected.",
            came.returned().unwrap_or(0)
        )
    })
}

fn server_libc(stage: &mut Stage) -> Played {
    let socket = with_libc::bound_to(ANY_PORT)?;
    stage.cue("listening", step02::with_libc::local_address(socket)?);
    let mut buffer = [0; ROOM];
    let (count, client) = stage.taught(|| with_libc::recv_from(socket, &mut buffer, 0))?;
    stage.say(heard(&buffer[..count], client));
    stage.taught(|| with_libc::send_to(socket, b"hi", 0, client))?;
    close(socket)?;
    Ok(())
}

/// It has no address until it sends, and never asks for one.
fn client_libc(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let socket = with_libc::unbound()?;
    stage.wait_asleep("server", "recv");
    with_libc::send_to(socket, b"hello", 0, server)?;
    let mut buffer = [0; ROOM];
    let (count, from) = with_libc::recv_from(socket, &mut buffer, 0)?;
    stage.say(heard(&buffer[..count], from));
    close(socket)?;
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let socket = with_nix::bound_to(ANY_PORT)?;
    stage.cue("listening", step02::with_nix::local_address(&socket)?);
    let mut buffer = [0; ROOM];
    let (count, client) = stage.taught(|| with_nix::recv_from(&socket, &mut buffer))?;
    let client = client.ok_or_else(no_address)?;
    stage.say(heard(&buffer[..count], client));
    stage.taught(|| with_nix::send_to(&socket, b"hi", MsgFlags::empty(), client))?;
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let server = SockaddrIn::from(stage.wait_address("listening")?);
    let socket = with_nix::unbound()?;
    stage.wait_asleep("server", "recv");
    with_nix::send_to(&socket, b"hello", MsgFlags::empty(), server)?;
    let mut buffer = [0; ROOM];
    let (count, from) = with_nix::recv_from(&socket, &mut buffer)?;
    stage.say(heard(&buffer[..count], from.ok_or_else(no_address)?));
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let socket = with_socket2::bound_to(ANY_PORT)?;
    stage.cue("listening", local_address(&socket)?);
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    let (received, client) = stage.taught(|| with_socket2::recv_from(&socket, &mut buffer))?;
    stage.say(heard(received, ipv4(&client)?));
    stage.taught(|| with_socket2::send_to(&socket, b"hi", &client))?;
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let server = SockAddr::from(stage.wait_address("listening")?);
    let socket = with_socket2::unbound()?;
    stage.wait_asleep("server", "recv");
    with_socket2::send_to(&socket, b"hello", &server)?;
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    let (received, from) = with_socket2::recv_from(&socket, &mut buffer)?;
    stage.say(heard(received, ipv4(&from)?));
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let socket = with_std::bound_to(ANY_PORT)?;
    stage.cue("listening", socket.local_addr()?);
    let mut buffer = [0; ROOM];
    let (count, client) = stage.taught(|| with_std::recv_from(&socket, &mut buffer))?;
    stage.say(heard(&buffer[..count], client));
    stage.taught(|| with_std::send_to(&socket, b"hi", client))?;
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let socket = with_std::bound_to(ANY_PORT)?;
    stage.wait_asleep("server", "recv");
    with_std::send_to(&socket, b"hello", server.into())?;
    let mut buffer = [0; ROOM];
    let (count, from) = with_std::recv_from(&socket, &mut buffer)?;
    stage.say(heard(&buffer[..count], from));
    Ok(())
}
