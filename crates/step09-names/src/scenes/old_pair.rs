//! `old-pair`: gethostbyname and gethostbyaddr, and what they cannot do.

use std::ffi::CStr;
use std::net::{Ipv4Addr, SocketAddrV4};

use lab::{Part, Played, Scene, Sign, Stage, peer};
use step04_connect as step04;
use step09_names::with_libc::{self, declared};

use crate::scenes::{addresses, close, list, nothing};

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(client),
        Part::Absent("nix has neither of the two: it wraps system calls, and the resolver is none"),
        Part::Absent("socket2 has neither of the two: it leaves names to std"),
        Part::Absent("std calls getaddrinfo, and only that; there is no way to the old pair"),
    ];
    Scene::new(
        "old-pair",
        "gethostbyname and gethostbyaddr: one family, no port, and one answer for all",
    )
    .peer("server", peer::server)
    .actor("client", parts)
    .shows(&[Sign::Found("client", "IPv4 only, overwritten")])
    .idea(|play| {
        let connect = play.call("client", "connect")?;
        let given = connect.arg("addr")?.to_string();
        let (ip, port) = given.rsplit_once(':')?;
        (play.cue("gethostbyname")? == ip).then(|| {
            format!(
                "gethostbyname gave {ip} and nothing else: the family, the structure and the port \
                 {port} are the client's own business."
            )
        })
    })
}

fn client(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    // What every `unsafe` here stands on: this program has one thread, so nobody else writes over an answer.
    // SAFETY: this program has one thread.
    let four = stage.resolver(|| unsafe { with_libc::gethostbyname(c"127.0.0.1") })?;
    let ip = *four.addresses.first().ok_or_else(nothing)?;
    stage.say(format!("gethostbyname(\"127.0.0.1\"): {ip}"));
    stage.cue("gethostbyname", ip);
    let address = SocketAddrV4::new(ip, server.port());
    let connection = stage.taught(|| step04::with_libc::connect_to(address))?;

    // SAFETY: as before.
    let six = stage.resolver(|| unsafe { with_libc::gethostbyname(c"::1") });
    stage.say(match &six {
        Ok(host) => format!("gethostbyname(\"::1\"): {:?}", host.addresses),
        Err(error) => format!("gethostbyname(\"::1\"): {error}"),
    });
    let new = addresses(stage, c"::1", libc::AF_UNSPEC);
    let only = six.is_err() && new.is_ok();
    stage.say(format!("getaddrinfo(\"::1\"): {}", list(new)));

    match (only, overwritten(stage)) {
        (true, true) => stage.found(
            "IPv4 only, overwritten",
            "the old pair knows IPv4 only, and has one answer for the whole program",
        ),
        other => stage.found("otherwise", format!("IPv4 only, overwritten: {other:?}")),
    }
    of_this_machine(stage);
    close(connection);
    Ok(())
}

/// Asks twice, and reads the first answer after the second question.
fn overwritten(stage: &mut Stage) -> bool {
    let ask = |name: &CStr| {
        // SAFETY: `name` is a C string, and this program has one thread.
        unsafe { declared::gethostbyname(name.as_ptr()) }
    };
    let (first, second) = stage.resolver(|| (ask(c"127.0.0.1"), ask(c"127.0.0.2")));
    // SAFETY: null, or the library's one answer, which lives as long as the program.
    let name = unsafe { first.as_ref() }.map(|host| host.h_name);
    let Some(name) = name else { return false };
    // SAFETY: the official name is a C string.
    let name = unsafe { CStr::from_ptr(name) };
    stage.say(format!(
        "asked for \"127.0.0.1\", then for \"127.0.0.2\"; the first answer now says {name:?}"
    ));
    first == second && name == c"127.0.0.2"
}

/// What differs from machine to machine.
fn of_this_machine(stage: &mut Stage) {
    // SAFETY: this program has one thread.
    let host = stage.resolver(|| unsafe { with_libc::gethostbyaddr(Ipv4Addr::LOCALHOST) });
    stage.say_of_machine(match host {
        Ok(host) => format!("gethostbyaddr(127.0.0.1): {:?}", host.name),
        Err(error) => format!("gethostbyaddr(127.0.0.1): {error}"),
    });
    // SAFETY: as before.
    let port = stage.resolver(|| unsafe { with_libc::getservbyname(c"http", c"tcp") });
    stage.say_of_machine(match port {
        Some(port) => format!("getservbyname(\"http\", \"tcp\"): port {port}"),
        None => "getservbyname(\"http\", \"tcp\"): not in the list".to_owned(),
    });
}
