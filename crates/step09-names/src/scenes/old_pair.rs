//! `old-pair`: gethostbyname and gethostbyaddr, and what they cannot do.

use std::ffi::CStr;
use std::net::Ipv4Addr;

use lab::{Part, Played, Scene, Sign, Stage};
use step09_names::with_libc::{self, declared};

use crate::scenes::{addresses, list};

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(asker),
        Part::Absent("nix has neither of the two: it wraps system calls, and the resolver is none"),
        Part::Absent("socket2 has neither of the two: it leaves names to std"),
        Part::Absent("std calls getaddrinfo, and only that; there is no way to the old pair"),
    ];
    Scene::new(
        "old-pair",
        "gethostbyname and gethostbyaddr: one family, no port, and one answer for all",
    )
    .actor("asker", parts)
    .shows(&[Sign::Found("asker", "IPv4 only, overwritten")])
}

fn asker(stage: &mut Stage) -> Played {
    // One thread, so nobody else writes over an answer: that is what every `unsafe` here stands on.
    // SAFETY: this program has one thread.
    let four = stage.resolver(|| unsafe { with_libc::gethostbyname(c"127.0.0.1") })?;
    stage.say(format!(
        "gethostbyname(\"127.0.0.1\"): {:?}",
        four.addresses
    ));
    // SAFETY: as before.
    let six = stage.resolver(|| unsafe { with_libc::gethostbyname(c"::1") });
    match &six {
        Ok(host) => stage.say(format!("gethostbyname(\"::1\"): {:?}", host.addresses)),
        Err(error) => stage.say(format!("gethostbyname(\"::1\"): {error}")),
    }
    let new = addresses(stage, c"::1", libc::AF_UNSPEC);
    let only = six.is_err() && new.is_ok();
    stage.say(format!("getaddrinfo(\"::1\"): {}", list(new)));

    let overwritten = overwritten(stage);
    let token = match (only, overwritten) {
        (true, true) => "IPv4 only, overwritten",
        _ => "something else",
    };
    stage.found(
        token,
        "one answer for the whole program, and of IPv4 addresses only",
    );
    of_this_machine(stage);
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
