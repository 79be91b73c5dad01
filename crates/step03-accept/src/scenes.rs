//! How `accept` works: the scenes that are not mistakes.

use lab::{ANY_PORT, Layer, OnCall, Play, Played, Scene, Stage, layers, peer, quote};
use nix::sys::socket::Backlog;
use step02_bind_listen as step02;
use step03_accept::{with_libc, with_nix, with_socket2, with_std};

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

fn idea(play: &Play) -> Option<String> {
    let call = play.call("server", "accept")?;
    let listens = call.descriptor()?;
    let talks = call.returned()?;
    let port = play.cue("listening")?.rsplit_once(':')?.1.to_owned();
    Some(format!(
        "Descriptor {listens} listens, descriptor {talks} talks, and both are on port {port}."
    ))
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, BACKLOG)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    let (connection, peer) = stage.taught(|| with_libc::accept_peer(listener))?;
    stage.say(format!("descriptor {connection} talks with {peer}"));
    // SAFETY: the descriptor came from accept above, and nothing else knows the number.
    unsafe { libc::close(connection) };
    // SAFETY: likewise the listener.
    unsafe { libc::close(listener) };
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(BACKLOG)?)?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    let connection = stage.taught(|| with_nix::accept(&listener))?;
    stage.say(format!(
        "talks with {}",
        with_nix::peer_address(&connection)?
    ));
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, BACKLOG)?;
    let address = step02::with_socket2::local_address(&listener)?;
    stage.cue("listening", address.as_socket_ipv4().unwrap_or(ANY_PORT));
    let (_connection, peer) = stage.taught(|| with_socket2::accept(&listener))?;
    stage.say(format!(
        "talks with {}",
        peer.as_socket_ipv4().unwrap_or(ANY_PORT)
    ));
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    let (_connection, peer) = stage.taught(|| with_std::accept(&listener))?;
    stage.say(format!("talks with {peer}"));
    Ok(())
}

/// Comes when the server already waits, so that there is something to see.
fn client(stage: &mut Stage) -> Played {
    stage.wait_asleep("server", "accept");
    peer::client(stage)
}

pub(crate) fn serve_libc(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = step02::with_libc::listen_on(address, BACKLOG).on("bind", address)?;
    stage.say(format!(
        "listening on {}",
        step02::with_libc::local_address(listener)?
    ));
    loop {
        let (connection, peer) = with_libc::accept_peer(listener).on("accept", address)?;
        stage.say(format!(
            "accepted {peer}: descriptor {connection}; closing it"
        ));
        // SAFETY: the descriptor came from accept above, and nothing else knows the number.
        unsafe { libc::close(connection) };
    }
}

pub(crate) fn serve_nix(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener =
        step02::with_nix::listen_on(address, Backlog::new(BACKLOG)?).on("bind", address)?;
    stage.say(format!(
        "listening on {}",
        step02::with_nix::local_address(&listener)?
    ));
    loop {
        let connection = with_nix::accept(&listener).on("accept", address)?;
        stage.say(format!(
            "accepted {}; closing it",
            with_nix::peer_address(&connection)?
        ));
    }
}

pub(crate) fn serve_socket2(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = step02::with_socket2::listen_on(address, BACKLOG).on("bind", address)?;
    stage.say(format!("listening on {address}"));
    loop {
        let (_connection, peer) = with_socket2::accept(&listener).on("accept", address)?;
        stage.say(format!(
            "accepted {}; closing it",
            peer.as_socket_ipv4().unwrap_or(address)
        ));
    }
}

pub(crate) fn serve_std(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = step02::with_std::listen_on(address).on("bind", address)?;
    stage.say(format!(
        "listening on {}",
        step02::with_std::local_address(&listener)?
    ));
    loop {
        let (_connection, peer) = with_std::accept(&listener).on("accept", address)?;
        stage.say(format!("accepted {peer}; closing it"));
    }
}
