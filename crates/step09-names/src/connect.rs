//! The half that calls: looks a name up, says what it found, walks along the list and says whom it has met.

use std::error::Error;
use std::ffi::CString;
use std::fmt::Display;

use lab::{OnCall, Played, Stage, Trouble};
use libc::SOCK_STREAM;
use nix::sys::socket::SockaddrStorage;
use socket2::SockAddr;
use step09_names::with_libc::{ResolverError, hints};
use step09_names::{with_libc, with_nix, with_socket2, with_std};

use crate::half::{not_found, typed};
use crate::scenes::{close, nothing, std_address};

pub(crate) fn connect_libc(stage: &mut Stage) -> Played {
    let (host, service) = typed(stage)?;
    let hints = hints(libc::AF_UNSPEC, SOCK_STREAM, 0);
    let list = with_libc::getaddrinfo(Some(&host), Some(&service), &hints);
    let list = list.map_err(|error| not_found(stage, &error))?;
    let mut last = Err(nothing());
    for entry in list.iter() {
        let address = with_libc::address_of(entry).ok_or_else(nothing)?;
        match with_libc::connect_to(entry) {
            Ok(connection) => {
                connected(stage, &address, with_libc::name_of(entry, 0));
                close(connection);
                return Ok(());
            }
            Err(error) => last = refused(stage, &address, error),
        }
    }
    last
}

pub(crate) fn connect_nix(stage: &mut Stage) -> Played {
    let (host, service) = typed(stage)?;
    let hints = hints(libc::AF_UNSPEC, SOCK_STREAM, 0);
    let list = with_nix::lookup(Some(&host), Some(&service), &hints);
    let list: Vec<SockaddrStorage> = list.map_err(|error| not_found(stage, &error))?;
    let mut last = Err(nothing());
    for storage in &list {
        let address = std_address(storage)?;
        match with_nix::connect_to(storage) {
            Ok(_connection) => {
                connected(stage, &address, with_nix::name_of(storage, 0));
                return Ok(());
            }
            Err(errno) => last = refused(stage, &address, errno),
        }
    }
    last
}

pub(crate) fn connect_socket2(stage: &mut Stage) -> Played {
    let (host, service) = typed(stage)?;
    let hints = hints(libc::AF_UNSPEC, SOCK_STREAM, 0);
    let list = with_socket2::lookup(Some(&host), Some(&service), &hints);
    let list: Vec<SockAddr> = list.map_err(|error| not_found(stage, &error))?;
    let mut last = Err(nothing());
    for found in &list {
        let address = found.as_socket().ok_or_else(nothing)?;
        match with_socket2::connect_to(found) {
            Ok(_connection) => {
                connected(stage, &address, with_socket2::name_of(found, 0));
                return Ok(());
            }
            Err(error) => last = refused(stage, &address, error),
        }
    }
    last
}

pub(crate) fn connect_std(stage: &mut Stage) -> Played {
    let (host, service) = stage.host_and_service()?;
    let port = service.parse().map_err(|_| {
        Trouble::new(format!(
            "{service:?} is the name of a service, and std knows only ports in figures: try 80"
        ))
    })?;
    let list = with_std::lookup(host, port).map_err(|error| not_found(stage, &error))?;
    let last = list.last().ok_or_else(nothing)?;
    // One call for the whole list: of the addresses that refuse only the trace tells.
    let connection = with_std::connect_each(&list).on("connect", last)?;
    let address = connection.peer_addr()?;
    connected(stage, &address, with_std::name_of(address, 0));
    Ok(())
}

/// Goes on; the last of these is the error of the whole.
fn refused(stage: &Stage, address: &impl Display, error: impl Error + 'static) -> Played {
    let last: Played = Err(error).on("connect", address);
    if let Err(trouble) = &last {
        stage.say(trouble);
    }
    last
}

/// Says the name of the address, which need not be the one that was typed.
fn connected(
    stage: &Stage,
    address: &impl Display,
    name: Result<(CString, CString), ResolverError>,
) {
    let name = match name {
        Ok((host, service)) => format!("host {host:?}, service {service:?}"),
        Err(error) => error.to_string(),
    };
    stage.say(format!("connected to {address}; getnameinfo: {name}"));
}
