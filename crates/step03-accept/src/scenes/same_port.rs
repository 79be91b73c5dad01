//! `same-port`: three clients, four sockets, one local port.
//!
//! A wrong picture put right: "accept gives each client a port of its own".

use std::collections::HashSet;
use std::hash::Hash;

use lab::{ANY_PORT, Play, Played, Scene, Sign, Stage, Trouble, layers};
use nix::sys::socket::Backlog;
use step02_bind_listen as step02;
use step03_accept::{with_libc, with_nix, with_socket2, with_std};

use crate::later::close;
use crate::scenes::{BACKLOG, clients, ipv4};

const CLIENTS: usize = 3;

pub(crate) fn scene() -> Scene {
    let server = layers(server_libc, server_nix, server_socket2, server_std);
    Scene::new(
        "same-port",
        "three clients: four sockets, and all of them on one port",
    )
    .core()
    .actor("server", server)
    .peer("clients", clients::<CLIENTS>)
    .shows(&[Sign::Found("server", "4 sockets, 1 local address")])
    .idea(idea)
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, BACKLOG)?;
    let mut locals = vec![step02::with_libc::local_address(listener)?];
    let mut peers = Vec::new();
    stage.cue("listening", locals[0]);
    stage.wait("connected");
    let mut connections = Vec::new();
    for _ in 0..CLIENTS {
        connections.push(stage.taught(|| with_libc::accept_peer(listener))?.0);
    }
    for &connection in &connections {
        locals.push(step02::with_libc::local_address(connection)?);
        peers.push(with_libc::peer_address(connection)?);
    }
    no_peer(stage, with_libc::peer_address(listener));
    found(stage, &locals, &peers);
    connections.into_iter().try_for_each(close)?;
    close(listener)?;
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(BACKLOG)?)?;
    let mut locals = vec![step02::with_nix::local_address(&listener)?];
    let mut peers = Vec::new();
    stage.cue("listening", locals[0]);
    stage.wait("connected");
    let mut connections = Vec::new();
    for _ in 0..CLIENTS {
        connections.push(stage.taught(|| with_nix::accept(&listener))?);
    }
    for connection in &connections {
        locals.push(step02::with_nix::local_address(connection)?);
        peers.push(with_nix::peer_address(connection)?);
    }
    no_peer(stage, with_nix::peer_address(&listener));
    found(stage, &locals, &peers);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, BACKLOG)?;
    let mut locals = vec![ipv4(&step02::with_socket2::local_address(&listener)?)?];
    let mut peers = Vec::new();
    stage.cue("listening", locals[0]);
    stage.wait("connected");
    let mut connections = Vec::new();
    for _ in 0..CLIENTS {
        connections.push(stage.taught(|| with_socket2::accept(&listener))?.0);
    }
    for connection in &connections {
        locals.push(ipv4(&step02::with_socket2::local_address(connection)?)?);
        peers.push(ipv4(&with_socket2::peer_address(connection)?)?);
    }
    no_peer(stage, with_socket2::peer_address(&listener));
    found(stage, &locals, &peers);
    Ok(())
}

/// Asks each socket but the listener for its peer: std's `TcpListener` has no such method.
fn server_std(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    let mut locals = vec![step02::with_std::local_address(&listener)?];
    let mut peers = Vec::new();
    stage.cue("listening", locals[0]);
    stage.wait("connected");
    let mut connections = Vec::new();
    for _ in 0..CLIENTS {
        connections.push(stage.taught(|| with_std::accept(&listener))?.0);
    }
    for connection in &connections {
        locals.push(connection.local_addr()?);
        peers.push(with_std::peer_address(connection)?);
    }
    found(stage, &locals, &peers);
    Ok(())
}

/// From the record: what getsockname and getpeername said of the server's sockets.
fn idea(play: &Play) -> Option<String> {
    let answers = |name: &str| -> HashSet<(i32, String)> {
        let calls = play.calls("server").into_iter();
        calls
            .filter(|call| call.name == name && call.returned().is_some())
            .filter_map(|call| Some((call.descriptor()?, call.arg("addr")?.to_string())))
            .collect()
    };
    let (sockets, with_peer) = (answers("getsockname"), answers("getpeername"));
    let (_, address) = sockets.iter().next()?;
    let peers: HashSet<&String> = with_peer.iter().map(|(_, peer)| peer).collect();
    let (sockets_count, peers_count) = (sockets.len(), peers.len());
    (sockets.iter().all(|(_, local)| local == address) && peers_count == with_peer.len()).then(|| {
        format!(
            "The server has {sockets_count} sockets, and {address} is the address of each. \
             {peers_count} of them have a peer, each another one: by that the kernel tells them apart."
        )
    })
}

fn no_peer<T>(stage: &Stage, answer: Result<T, impl Into<Trouble>>) {
    if let Err(error) = answer {
        stage.say(format!("the listener has no peer: {}", error.into()));
    }
}

/// Counts the addresses that differ.
fn found<A: Eq + Hash>(stage: &Stage, locals: &[A], peers: &[A]) {
    let different = |addresses: &[A]| addresses.iter().collect::<HashSet<_>>().len();
    let token = format!(
        "{} sockets, {} local address",
        locals.len(),
        different(locals)
    );
    stage.found(
        &token,
        format!("{token}, {} different peers", different(peers)),
    );
    stage.cue("done", locals.len());
}
