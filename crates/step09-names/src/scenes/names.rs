//! The actors of the main scene: `localhost` becomes an address, and the address a text again.

use std::ffi::{CStr, CString};
use std::net::{Ipv4Addr, SocketAddr};

use lab::{Played, Stage};
use nix::unistd;
use step09_names::with_libc::hints;
use step09_names::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::{FIGURES, addresses, close, list, nothing, text};

/// The name that every machine should know.
const LOCALHOST: &CStr = c"localhost";

pub(crate) fn client_libc(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let (host, port) = (localhost(stage), text(server.port()));
    let hints = hints(libc::AF_INET, libc::SOCK_STREAM, 0);
    let list = stage.resolver(|| with_libc::getaddrinfo(Some(host), Some(&port), &hints))?;
    let entry = list.iter().next().ok_or_else(nothing)?;
    tell(stage, with_libc::name_of(entry, FIGURES)?);
    let connection = stage.taught(|| with_libc::connect_to(entry))?;
    stage.say_of_machine(format!("calls itself {:?}", with_libc::gethostname()?));
    close(connection);
    Ok(())
}

pub(crate) fn client_nix(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let (host, port) = (localhost(stage), text(server.port()));
    let hints = hints(libc::AF_INET, libc::SOCK_STREAM, 0);
    let list = stage.resolver(|| with_nix::lookup(Some(host), Some(&port), &hints))?;
    let address = list.first().ok_or_else(nothing)?;
    tell(stage, with_nix::name_of(address, FIGURES)?);
    let _connection = stage.taught(|| with_nix::connect_to(address))?;
    stage.say_of_machine(format!("calls itself {:?}", unistd::gethostname()?));
    Ok(())
}

pub(crate) fn client_socket2(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let (host, port) = (localhost(stage), text(server.port()));
    let hints = hints(libc::AF_INET, libc::SOCK_STREAM, 0);
    let list = stage.resolver(|| with_socket2::lookup(Some(host), Some(&port), &hints))?;
    let address = list.first().ok_or_else(nothing)?;
    tell(stage, with_socket2::name_of(address, FIGURES)?);
    let _connection = stage.taught(|| with_socket2::connect_to(address))?;
    Ok(())
}

pub(crate) fn client_std(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let host = localhost(stage).to_string_lossy();
    let mut list = stage.resolver(|| with_std::lookup(&host, server.port()))?;
    list.retain(SocketAddr::is_ipv4); // There are no hints: both families come.
    list.truncate(1);
    let address = *list.first().ok_or_else(nothing)?;
    tell(stage, with_std::name_of(address, FIGURES)?);
    let _connection = stage.taught(|| with_std::connect_each(&list))?;
    Ok(())
}

/// Says what was found, before it is used.
fn tell(stage: &Stage, (host, service): (CString, CString)) {
    stage.say(format!("getnameinfo: host {host:?}, service {service:?}"));
    let (host, service) = (host.to_string_lossy(), service.to_string_lossy());
    stage.cue("found", format!("{host}:{service}"));
}

/// `localhost`, or 127.0.0.1 on a machine that does not know it by that address: scenes are to go everywhere.
fn localhost(stage: &mut Stage) -> &'static CStr {
    let found = addresses(stage, LOCALHOST, libc::AF_INET);
    let known = matches!(&found, Ok(list) if list.first() == Some(&Ipv4Addr::LOCALHOST.into()));
    let instead = if known {
        ""
    } else {
        ", so 127.0.0.1 is asked for"
    };
    stage.say_of_machine(format!(
        "getaddrinfo(\"localhost\"): {}{instead}",
        list(found)
    ));
    if known { LOCALHOST } else { c"127.0.0.1" }
}
