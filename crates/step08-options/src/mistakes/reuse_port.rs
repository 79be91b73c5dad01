//! `reuse-port`: two servers on one port at the same time, by the wrong option.
//!
//! Both begin with the same option, and the new one comes while the old one still listens.

mod start;

use std::error::Error;

use lab::{ANY_PORT, Played, Scene, Sign, Stage, layers, peer};
use step02_bind_listen as step02;
use step03_accept as step03;
use step06_close::with_libc::close;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "reuse-port",
        "a second server is to share the port of the first, with SO_REUSEADDR",
    )
    .actor(
        "new server",
        layers(new_libc, new_nix, new_socket2, new_std),
    )
    .actor(
        "old server",
        layers(old_libc, old_nix, old_socket2, old_std),
    )
    .peer("client", client)
    .breaks(&[Sign::Found("new server", "EADDRINUSE")])
    .shows(&[Sign::Found("new server", "accepted")])
    .cause(
        "SO_REUSEADDR overlooks what an old server has left behind. A socket that listens is not \
         left behind, it is in use, and no second one may listen there.",
    )
    .repair(
        "SO_REUSEPORT before bind, in both: they share the port, \
         and when the old one goes there is still one that listens",
    )
    .hints(&[
        "The old server is still running. Is that what SO_REUSEADDR is about?",
        "Which option says that two sockets may have one address at the same time?",
        "Both owners of the port have to agree.",
    ])
}

fn old_libc(stage: &mut Stage) -> Played {
    let listener = start::with_libc(ANY_PORT, stage.repaired())?;
    let address = step02::with_libc::local_address(listener)?;
    stage.cue("listening", address);
    stage.wait("tried");
    close(listener)?;
    stage.cue("old server gone", "");
    Ok(())
}

fn new_libc(stage: &mut Stage) -> Played {
    let (address, share) = (stage.wait_address("listening")?, stage.repaired());
    let started = stage.taught(|| start::with_libc(address, share));
    if let Some(listener) = tried(stage, started) {
        let (connection, _) = step03::with_libc::accept_peer(listener)?;
        accepted(stage);
        close(connection)?;
        close(listener)?;
    }
    Ok(())
}

fn old_nix(stage: &mut Stage) -> Played {
    let listener = start::with_nix(ANY_PORT, stage.repaired())?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    leave(stage, listener);
    Ok(())
}

fn new_nix(stage: &mut Stage) -> Played {
    let (address, share) = (stage.wait_address("listening")?, stage.repaired());
    let started = stage.taught(|| start::with_nix(address, share));
    if let Some(listener) = tried(stage, started) {
        let _connection = step03::with_nix::accept(&listener)?;
        accepted(stage);
    }
    Ok(())
}

fn old_socket2(stage: &mut Stage) -> Played {
    let listener = start::with_socket2(ANY_PORT, stage.repaired())?;
    let address = step02::with_socket2::local_address(&listener)?;
    stage.cue("listening", address.as_socket_ipv4().unwrap_or(ANY_PORT));
    leave(stage, listener);
    Ok(())
}

fn new_socket2(stage: &mut Stage) -> Played {
    let (address, share) = (stage.wait_address("listening")?, stage.repaired());
    let started = stage.taught(|| start::with_socket2(address, share));
    if let Some(listener) = tried(stage, started) {
        let _connection = step03::with_socket2::accept(&listener)?;
        accepted(stage);
    }
    Ok(())
}

fn old_std(stage: &mut Stage) -> Played {
    let listener = start::with_std(ANY_PORT, stage.repaired())?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    leave(stage, listener);
    Ok(())
}

fn new_std(stage: &mut Stage) -> Played {
    let (address, share) = (stage.wait_address("listening")?, stage.repaired());
    let started = stage.taught(|| start::with_std(address, share));
    if let Some(listener) = tried(stage, started) {
        let _connection = step03::with_std::accept(&listener)?;
        accepted(stage);
    }
    Ok(())
}

fn leave<S>(stage: &mut Stage, listener: S) {
    stage.wait("tried");
    drop(listener);
    stage.cue("old server gone", "");
}

fn tried<S, E: Error + 'static>(stage: &Stage, started: Result<S, E>) -> Option<S> {
    if let Err(error) = &started {
        stage.found_error("bind", error);
    }
    stage.cue("tried", "");
    started.ok()
}

fn accepted(stage: &Stage) {
    stage.found(
        "accepted",
        "the old server is gone, the new one has accepted",
    );
    stage.cue("accepted", "");
}

/// Calls when the old server has gone: whoever has the port then answers.
fn client(stage: &mut Stage) -> Played {
    if stage.repaired() {
        stage.wait("old server gone");
        let connection = peer::connect(stage)?;
        stage.wait("accepted");
        drop(connection);
    }
    Ok(())
}
