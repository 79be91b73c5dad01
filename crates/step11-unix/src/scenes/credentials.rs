//! `credentials`: who is at the other end, asked of the kernel.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;

use lab::{Play, Played, Scene, Stage, layers};
use nix::sys::socket::{Backlog, UnixAddr};
use nix::unistd::{Gid, Pid, Uid};
use socket2::SockAddr;
use step03_accept as step03;
use step11_unix::{with_libc, with_nix, with_socket2, with_std};

use super::{PATH, close};

pub(crate) fn scene() -> Scene {
    Scene::new(
        "credentials",
        "whose process is at the other end? The kernel answers, not the client",
    )
    .at_path(PATH)
    .actor("server", layers!(server))
    .peer("client", client)
    .idea(idea)
}

/// Only said when the client never wrote a byte, and the process that the kernel named is the client.
fn idea(play: &Play) -> Option<String> {
    let silent = play.call("client", "send").is_none();
    let named = play.cue("peer")?;
    (silent && named == play.cue("process")?).then(|| {
        format!("The client sent nothing, and yet the server knows whose it is: process {named}.")
    })
}

fn server_libc(stage: &mut Stage) -> Played {
    let address = with_libc::address::sockaddr_un(Path::new(PATH))?;
    let listener = with_libc::listen_at(&address, 1)?;
    stage.cue("listening", PATH);
    let (connection, _) = with_libc::accept_peer(listener)?;
    let peer = stage.taught(|| with_libc::peer::peer_credentials(connection))?;
    tell(stage, peer.process, peer.user, peer.group);
    close(connection);
    close(listener);
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = with_nix::listen_at(&UnixAddr::new(PATH)?, Backlog::new(1)?)?;
    stage.cue("listening", PATH);
    let connection = step03::with_nix::accept(&listener)?;
    let peer = stage.taught(|| with_nix::peer_credentials(&connection))?;
    tell_typed(stage, peer);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = with_socket2::listen_at(&SockAddr::unix(PATH)?, 1)?;
    stage.cue("listening", PATH);
    let (connection, _) = step03::with_socket2::accept(&listener)?;
    let peer = stage.taught(|| with_socket2::peer_credentials(&connection))?;
    tell_typed(stage, peer);
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let listener = with_std::listen_at(Path::new(PATH))?;
    stage.cue("listening", PATH);
    let (connection, _) = with_std::accept(&listener)?;
    let peer = stage.taught(|| with_std::peer_credentials(&connection))?;
    tell_typed(stage, peer);
    Ok(())
}

fn tell_typed(stage: &Stage, (process, user, group): (Option<Pid>, Uid, Gid)) {
    tell(
        stage,
        process.map(Pid::as_raw),
        user.as_raw(),
        group.as_raw(),
    );
}

fn tell(stage: &Stage, process: Option<i32>, user: u32, group: u32) {
    let process = process.map_or("unknown".to_owned(), |process| process.to_string());
    stage.cue("peer", &process);
    stage.say(format!("the peer is process {process}"));
    stage.say(format!("of user {user}, group {group}"));
}

/// Says its own number on the stage, which the server does not see, and nothing to the server.
fn client(stage: &mut Stage) -> Played {
    stage.cue("process", std::process::id());
    io::read_to_string(UnixStream::connect(stage.wait("listening"))?)?;
    Ok(())
}
