//! How `accept` works: the main scene, and what the scenes and mistakes of this step share.

pub(crate) mod connected_before_accept;
pub(crate) mod same_port;

use std::net::{SocketAddrV4, TcpStream};
use std::os::fd::AsRawFd;

use lab::{ANY_PORT, Layer, OnCall, Play, Played, Scene, Stage, Trouble, layers, peer, quote};
use nix::sys::socket::Backlog;
use socket2::SockAddr;
use step02_bind_listen as step02;
use step03_accept::{with_libc, with_nix, with_socket2, with_std};

use crate::later::close;

/// Room in the queue for connections that nobody has accepted yet.
pub(crate) const BACKLOG: i32 = 5;

/// The main scene: the server sleeps in accept, a client comes, accept returns with a new descriptor.
pub(crate) fn accept() -> Scene {
    Scene::new(
        "accept",
        "a client comes, and accept returns a new descriptor for it",
    )
    .core()
    .actor(
        "server",
        layers(server_libc, server_nix, server_socket2, server_std),
    )
    .peer("client", client)
    .idea(idea)
    .quote(Layer::Libc, quote!("with_libc.rs", "libc::accept("))
    .quote(Layer::Nix, quote!("with_nix.rs", "socket::accept("))
    .quote(
        Layer::Socket2,
        quote!("with_socket2.rs", "listener.accept()"),
    )
    .quote(Layer::Std, quote!("with_std.rs", "listener.accept()"))
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, BACKLOG)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    let (connection, peer) = stage.taught(|| with_libc::accept_peer(listener))?;
    stage.say(format!("descriptor {connection} talks with {peer}"));
    close(connection)?;
    close(listener)?;
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(BACKLOG)?)?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    let connection = stage.taught(|| with_nix::accept(&listener))?;
    let peer = with_nix::peer_address(&connection)?;
    let descriptor = connection.as_raw_fd();
    stage.say(format!("descriptor {descriptor} talks with {peer}"));
    Ok(()) // Here both owners end, the younger first, and each closes its descriptor.
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, BACKLOG)?;
    stage.cue(
        "listening",
        ipv4(&step02::with_socket2::local_address(&listener)?)?,
    );
    let (connection, peer) = stage.taught(|| with_socket2::accept(&listener))?;
    let (descriptor, peer) = (connection.as_raw_fd(), ipv4(&peer)?);
    stage.say(format!("descriptor {descriptor} talks with {peer}"));
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    let (connection, peer) = stage.taught(|| with_std::accept(&listener))?;
    let descriptor = connection.as_raw_fd();
    stage.say(format!("descriptor {descriptor} talks with {peer}"));
    Ok(())
}

/// Comes when the server already waits, so that there is something to see.
fn client(stage: &mut Stage) -> Played {
    stage.wait_asleep("server", "accept");
    peer::client(stage)
}

/// The port of the new descriptor is what the kernel says of it, not what the server bound.
fn idea(play: &Play) -> Option<String> {
    let call = play.call("server", "accept")?;
    let listens = call.descriptor()?;
    let talks = call.returned()?;
    let local = call.ends.as_ref()?.local.as_ref()?.to_string();
    let port = local.rsplit_once(':')?.1;
    (play.cue("listening")? == local).then(|| {
        format!(
            "Descriptor {listens} listens, descriptor {talks} talks, and both are on port {port}."
        )
    })
}

/// For other scenes: this many clients in one program, who stay until the server gives the cue `done`.
pub(crate) fn clients<const COUNT: usize>(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let mut connections = Vec::new();
    for _ in 0..COUNT {
        connections.push(TcpStream::connect(address).on("connect", address)?);
    }
    stage.cue("connected", connections.len());
    stage.wait("done");
    Ok(())
}

/// socket2's address is of any family; the sockets of these scenes are all `AF_INET`.
pub(crate) fn ipv4(address: &SockAddr) -> Result<SocketAddrV4, Trouble> {
    address
        .as_socket_ipv4()
        .ok_or_else(|| Trouble::new("the kernel gave an address that is not an IPv4 one"))
}
