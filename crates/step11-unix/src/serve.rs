//! The half that waits, alone: an echo that says whose process the client is, one client after the other.

mod echo;

use std::path::Path;

use lab::{Played, Stage};
use nix::sys::socket::{Backlog, UnixAddr};
use nix::unistd::{Gid, Pid, Uid};
use socket2::SockAddr;
use step03_accept as step03;
use step11_unix::{with_libc, with_nix, with_socket2, with_std};

use crate::half::{AtPath, make_room, passes, say_end};
use crate::scenes::close;

const BACKLOG: i32 = 5;

pub(crate) fn serve_libc(stage: &mut Stage) -> Played {
    let path = stage.path()?;
    let address = with_libc::address::sockaddr_un(path).at("bind", path)?;
    let mut listener = with_libc::listen_at(&address, BACKLOG);
    if let Err(error) = listener {
        make_room(stage, path, error, || {
            with_libc::connect_to(&address).map(close)
        })?;
        listener = with_libc::listen_at(&address, BACKLOG);
    }
    let listener = listener.at("bind", path)?;
    listening(stage, path);
    loop {
        let connection = match with_libc::accept_peer(listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.at("accept", path)?.0,
        };
        let peer = with_libc::peer::peer_credentials(connection).at("getsockopt", path)?;
        here(stage, peer.process, peer.user, peer.group);
        say_end(stage, echo::echo_libc(stage, connection));
        close(connection);
    }
}

pub(crate) fn serve_nix(stage: &mut Stage) -> Played {
    let path = stage.path()?;
    let address = UnixAddr::new(path).at("bind", path)?;
    let mut listener = with_nix::listen_at(&address, Backlog::new(BACKLOG)?);
    if let Err(errno) = listener {
        make_room(stage, path, errno, || with_nix::connect_to(path).map(drop))?;
        listener = with_nix::listen_at(&address, Backlog::new(BACKLOG)?);
    }
    let listener = listener.at("bind", path)?;
    listening(stage, path);
    loop {
        let connection = match step03::with_nix::accept(&listener) {
            Err(errno) if passes(&errno) => continue,
            accepted => accepted.at("accept", path)?,
        };
        here_typed(
            stage,
            with_nix::peer_credentials(&connection).at("getsockopt", path)?,
        );
        say_end(stage, echo::echo_nix(stage, &connection));
    }
}

pub(crate) fn serve_socket2(stage: &mut Stage) -> Played {
    let path = stage.path()?;
    let address = SockAddr::unix(path).at("bind", path)?;
    let mut listener = with_socket2::listen_at(&address, BACKLOG);
    if let Err(error) = listener {
        make_room(stage, path, error, || {
            with_socket2::connect_to(path).map(drop)
        })?;
        listener = with_socket2::listen_at(&address, BACKLOG);
    }
    let listener = listener.at("bind", path)?;
    listening(stage, path);
    loop {
        let connection = match step03::with_socket2::accept(&listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.at("accept", path)?.0,
        };
        here_typed(
            stage,
            with_socket2::peer_credentials(&connection).at("getsockopt", path)?,
        );
        say_end(stage, echo::echo_socket2(stage, &connection));
    }
}

pub(crate) fn serve_std(stage: &mut Stage) -> Played {
    let path = stage.path()?;
    let mut listener = with_std::listen_at(path);
    if let Err(error) = listener {
        make_room(stage, path, error, || with_std::connect_to(path).map(drop))?;
        listener = with_std::listen_at(path);
    }
    let listener = listener.at("bind", path)?;
    listening(stage, path);
    loop {
        let connection = match with_std::accept(&listener) {
            Err(error) if passes(&error) => continue,
            accepted => accepted.at("accept", path)?.0,
        };
        here_typed(
            stage,
            with_std::peer_credentials(&connection).at("getsockopt", path)?,
        );
        say_end(stage, echo::echo_std(stage, &connection));
    }
}

fn listening(stage: &Stage, path: &Path) {
    stage.say(format!("listening on {}", path.display()));
}

fn here_typed(stage: &Stage, (process, user, group): (Option<Pid>, Uid, Gid)) {
    here(
        stage,
        process.map(Pid::as_raw),
        user.as_raw(),
        group.as_raw(),
    );
}

fn here(stage: &Stage, process: Option<i32>, user: u32, group: u32) {
    let process = process.map_or("a client".to_owned(), |process| {
        format!("process {process}")
    });
    stage.say(format!("{process} of user {user}, group {group} is here"));
}
