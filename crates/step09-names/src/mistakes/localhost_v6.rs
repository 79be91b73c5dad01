//! `localhost-v6`: only the first address of the list is tried, and it is `::1`, where nobody listens.

use std::ffi::CStr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use lab::{ANY_PORT, Part, Played, Scene, Sign, Stage};
use step09_names::with_libc::{AddrList, Entry, hints};
use step09_names::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::{addresses, close, ipv6, list, text};

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(client_libc),
        Part::Plays(client_nix),
        Part::Plays(client_socket2),
        Part::Handled(
            client_std,
            "TcpStream::connect tries one address after the other until one is connected",
        ),
    ];
    Scene::mistake("localhost-v6", "localhost is refused, and 127.0.0.1 works")
        .core()
        .peer("server", server)
        .actor("client", parts)
        .needs(ipv6)
        .breaks(&[Sign::Found("client", "ECONNREFUSED")])
        .shows(&[Sign::Found("client", "connected")])
        .cause(
            "a name has as many addresses as it likes. localhost is ::1 for IPv6 and 127.0.0.1 for \
         IPv4, and ::1 comes first; the server has only 127.0.0.1.",
        )
        .repair("go on with the next address of the list until one is connected")
        .hints(&[
            "The server is there: a client that asks for 127.0.0.1 is connected.",
            "Look at the address that connect was given, and at the one that the server has bound.",
            "getaddrinfo returns a list. How much of it was used?",
        ])
}

/// The names to ask for. `localhost`, where it is `::1` and then `127.0.0.1`; elsewhere these two in figures.
fn names(stage: &mut Stage) -> &'static [&'static CStr] {
    let found = addresses(stage, c"localhost", libc::AF_UNSPEC);
    let both: [IpAddr; 2] = [Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()];
    let known = matches!(&found, Ok(list) if *list == both);
    let instead = if known {
        ""
    } else {
        ", so ::1 and 127.0.0.1 are asked for"
    };
    stage.say_of_machine(format!(
        "getaddrinfo(\"localhost\"): {}{instead}",
        list(found)
    ));
    if known {
        &[c"localhost"]
    } else {
        &[c"::1", c"127.0.0.1"]
    }
}

fn client_libc(stage: &mut Stage) -> Played {
    let port = text(stage.wait_address("listening")?.port());
    let hints = hints(libc::AF_UNSPEC, libc::SOCK_STREAM, 0);
    let mut lists = Vec::new();
    for name in names(stage) {
        lists.push(stage.resolver(|| with_libc::getaddrinfo(Some(name), Some(&port), &hints))?);
    }
    let mut entries: Vec<Entry<'_>> = lists.iter().flat_map(AddrList::iter).collect();
    if !stage.repaired() {
        entries.truncate(1); // WRONG: the first address is taken for the only one.
    }
    match stage.taught(|| with_libc::connect_each(entries)) {
        Ok(connection) => {
            stage.found("connected", "connected");
            close(connection);
        }
        Err(error) => stage.found_error("connect", &error),
    }
    stage.cue("done", "");
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let port = text(stage.wait_address("listening")?.port());
    let hints = hints(libc::AF_UNSPEC, libc::SOCK_STREAM, 0);
    let mut addresses = Vec::new();
    for name in names(stage) {
        let found = stage.resolver(|| with_nix::lookup(Some(name), Some(&port), &hints));
        addresses.extend(found?);
    }
    if !stage.repaired() {
        addresses.truncate(1); // WRONG: the first address is taken for the only one.
    }
    match stage.taught(|| with_nix::connect_each(&addresses)) {
        Ok(_connection) => stage.found("connected", "connected"),
        Err(errno) => stage.found_error("connect", &errno),
    }
    stage.cue("done", "");
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let port = text(stage.wait_address("listening")?.port());
    let hints = hints(libc::AF_UNSPEC, libc::SOCK_STREAM, 0);
    let mut addresses = Vec::new();
    for name in names(stage) {
        let found = stage.resolver(|| with_socket2::lookup(Some(name), Some(&port), &hints));
        addresses.extend(found?);
    }
    if !stage.repaired() {
        addresses.truncate(1); // WRONG: the first address is taken for the only one.
    }
    match stage.taught(|| with_socket2::connect_each(&addresses)) {
        Ok(_connection) => stage.found("connected", "connected"),
        Err(error) => stage.found_error("connect", &error),
    }
    stage.cue("done", "");
    Ok(())
}

/// There is nothing to repair: the whole list is what std is given.
fn client_std(stage: &mut Stage) -> Played {
    let port = stage.wait_address("listening")?.port();
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for name in names(stage) {
        let name = name.to_string_lossy();
        addresses.extend(stage.resolver(|| with_std::lookup(&name, port))?);
    }
    match stage.taught(|| with_std::connect_each(&addresses)) {
        Ok(_connection) => stage.found("connected", "connected"),
        Err(error) => stage.found_error("connect", &error),
    }
    stage.cue("done", "");
    Ok(())
}

/// Listens on 127.0.0.1 and nowhere else, until the client is done.
fn server(stage: &mut Stage) -> Played {
    let listener = TcpListener::bind(ANY_PORT)?;
    stage.cue("listening", listener.local_addr()?);
    stage.wait("done");
    Ok(())
}
