//! `stale-path`: the server has ended, its file is still there, and the next one cannot bind.
//!
//! The repair asks first: a socket's file where connect is refused has nobody who listens, and may go.
//! That it is a socket's must be looked up: connect is refused at an ordinary file too.
//! One simplification: between the question and the unlink another server could bind. Who minds holds a lock.

use std::io;
use std::os::unix::net::UnixListener;
use std::path::Path;

use lab::{Played, Scene, Sign, Stage, Trouble, layers};
use nix::errno::Errno;
use nix::sys::socket::{Backlog, SockType, UnixAddr};
use socket2::{SockAddr, Type};
use step02_bind_listen as step02;
use step11_unix::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::{PATH, close, is_socket, look, unlink};

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "stale-path",
        "address already in use, and nobody uses it: the last server left its file behind",
    )
    .core()
    .at_path(PATH)
    .actor("server", layers!(server))
    .peer("earlier server", earlier_server)
    .breaks(&[Sign::Found("server", "EADDRINUSE")])
    .shows(&[Sign::Found("server", "listening")])
    .cause(
        "bind made a file, and nobody removed it: close does not, and who is killed cannot. \
         bind refuses every path where there is a file, whether somebody listens or not.",
    )
    .repair(
        "a socket where connect is refused has nobody who listens: then unlink it and bind again",
    )
    .hints(&[
        "Is there a process that listens at this path? On Linux, `ss -lxp` lists them.",
        "Look at what is in the folder. Who made it, and who should have removed it?",
        "Before you remove it: how could you find out whether somebody listens there?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    start(stage);
    let address = with_libc::address::sockaddr_un(Path::new(PATH))?;
    let mut bound = stage.taught(|| with_libc::bound_at(libc::SOCK_STREAM, &address));
    if stage.repaired() && bound.as_ref().is_err_and(is_in_use) {
        free(with_libc::connect_to(&address).map(close))?;
        bound = with_libc::bound_at(libc::SOCK_STREAM, &address);
    }
    match bound {
        Ok(listener) => {
            step02::with_libc::listen(listener, 1)?;
            listening(stage);
            close(listener);
        }
        Err(error) => stage.found_error("bind", &error),
    }
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    start(stage);
    let address = UnixAddr::new(PATH)?;
    let mut bound = stage.taught(|| with_nix::bound_at(SockType::Stream, &address));
    if stage.repaired() && matches!(bound, Err(Errno::EADDRINUSE)) {
        let asked = with_nix::connect_to(Path::new(PATH));
        free(asked.map(drop).map_err(io::Error::from))?;
        bound = with_nix::bound_at(SockType::Stream, &address);
    }
    match bound {
        Ok(listener) => {
            step02::with_nix::listen(&listener, Backlog::new(1)?)?;
            listening(stage);
        }
        Err(error) => stage.found_error("bind", &error),
    }
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    start(stage);
    let address = SockAddr::unix(PATH)?;
    let mut bound = stage.taught(|| with_socket2::bound_at(Type::STREAM, &address));
    if stage.repaired() && bound.as_ref().is_err_and(is_in_use) {
        free(with_socket2::connect_to(Path::new(PATH)).map(drop))?;
        bound = with_socket2::bound_at(Type::STREAM, &address);
    }
    match bound {
        Ok(listener) => {
            step02::with_socket2::listen(&listener, 1)?;
            listening(stage);
        }
        Err(error) => stage.found_error("bind", &error),
    }
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    start(stage);
    let path = Path::new(PATH);
    let mut bound = stage.taught(|| with_std::listen_at(path));
    if stage.repaired() && bound.as_ref().is_err_and(is_in_use) {
        free(with_std::connect_to(path).map(drop))?;
        bound = with_std::listen_at(path);
    }
    match bound {
        Ok(_) => listening(stage),
        Err(error) => stage.found_error("bind", &error),
    }
    Ok(())
}

fn start(stage: &mut Stage) {
    stage.wait("gone");
    look(stage, "before bind");
}

fn is_in_use(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrInUse
}

fn listening(stage: &Stage) {
    stage.found("listening", format!("listens at \"{PATH}\""));
}

/// `unlink(path)`, if a socket is there and connect was refused. Else the file is another, or somebody
/// listens after all, or it cannot be known: then it is not ours to remove.
fn free(asked: io::Result<()>) -> Played {
    if !is_socket(Path::new(PATH)) {
        return Err(Trouble::new("what is there is no socket"));
    }
    match asked {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(unlink()?),
        Err(error) => Err(error.into()),
        Ok(()) => Err(Trouble::new("another server listens there")),
    }
}

/// Listens, and ends without a thought for the file.
fn earlier_server(stage: &mut Stage) -> Played {
    drop(UnixListener::bind(PATH)?);
    stage.cue("gone", "");
    Ok(())
}
