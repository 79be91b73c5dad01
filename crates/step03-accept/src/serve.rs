//! `serve`: accepts for real clients, says who came and closes. It stays up whatever a client does.

use std::error::Error;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::thread;
use std::time::Duration;

use lab::{OnCall, Played, Stage, Trouble, errno_of};
use nix::sys::socket::Backlog;
use step02_bind_listen as step02;
use step03_accept::{with_libc, with_nix, with_socket2, with_std};

use crate::later::close;
use crate::scenes::{BACKLOG, ipv4};

pub(crate) fn serve_libc(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = step02::with_libc::listen_on(address, BACKLOG).on("bind", address)?;
    let address = step02::with_libc::local_address(listener)?;
    stage.say(format!("listening on {address}"));
    loop {
        match with_libc::accept_peer(listener) {
            Ok((connection, peer)) => {
                stage.say(format!(
                    "accepted {peer}: descriptor {connection}; closing it"
                ));
                close(connection)?;
            }
            Err(error) => bear(stage, error)?,
        }
    }
}

pub(crate) fn serve_nix(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let backlog = Backlog::new(BACKLOG)?;
    let listener = step02::with_nix::listen_on(address, backlog).on("bind", address)?;
    let address = step02::with_nix::local_address(&listener)?;
    stage.say(format!("listening on {address}"));
    loop {
        match with_nix::accept(&listener) {
            Ok(connection) => {
                // The address has to be asked for, and a client that has reset the connection has none any more.
                let peer = match with_nix::peer_address(&connection) {
                    Ok(peer) => peer.to_string(),
                    Err(error) => format!("a client that is gone ({})", Trouble::from(error)),
                };
                let descriptor = connection.as_raw_fd();
                stage.say(format!(
                    "accepted {peer}: descriptor {descriptor}; closing it"
                ));
            }
            Err(error) => bear(stage, error)?,
        }
    }
}

pub(crate) fn serve_socket2(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = step02::with_socket2::listen_on(address, BACKLOG).on("bind", address)?;
    let address = ipv4(&step02::with_socket2::local_address(&listener)?)?;
    stage.say(format!("listening on {address}"));
    loop {
        match with_socket2::accept(&listener) {
            Ok((connection, peer)) => {
                let peer = peer.as_socket().map(|peer: SocketAddr| peer.to_string());
                let peer = peer.unwrap_or_else(|| "a client without an address".to_owned());
                let descriptor = connection.as_raw_fd();
                stage.say(format!(
                    "accepted {peer}: descriptor {descriptor}; closing it"
                ));
            }
            Err(error) => bear(stage, error)?,
        }
    }
}

pub(crate) fn serve_std(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = step02::with_std::listen_on(address).on("bind", address)?;
    let address = step02::with_std::local_address(&listener)?;
    stage.say(format!("listening on {address}"));
    loop {
        match with_std::accept(&listener) {
            Ok((connection, peer)) => {
                let descriptor = connection.as_raw_fd();
                stage.say(format!(
                    "accepted {peer}: descriptor {descriptor}; closing it"
                ));
            }
            Err(error) => bear(stage, error)?,
        }
    }
}

/// Says an error of accept. It comes back as an error only when the next accept would fail for ever.
fn bear(stage: &Stage, error: impl Error + 'static) -> Played {
    match errno_of(&error) {
        // Only this one connection, or this one wait, is lost.
        Some(libc::ECONNABORTED | libc::EINTR | libc::EPERM | libc::EPROTO) => {}
        // On Linux accept also reports what has already gone wrong on the new connection.
        Some(libc::ENETDOWN | libc::ENETUNREACH | libc::EHOSTDOWN | libc::EHOSTUNREACH) => {}
        // Nothing is free. The connection stays queued and accept would fail again at once, so give others
        // a moment to close something: without it this loop would spin (see the scene `emfile-spin`).
        Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM) => thread::sleep(PAUSE),
        _ => return Err(error.into()),
    }
    stage.say(format!("accept: {}; going on", Trouble::from(error)));
    Ok(())
}

/// How long to wait when accept found nothing free.
const PAUSE: Duration = Duration::from_secs(1);
