//! `not-found`: getaddrinfo fails, and the program prints errno.
//!
//! A name that does not exist would have to be looked up, which takes its time and ends differently where
//! there is no network: EAI_NONAME or EAI_AGAIN. With AI_NUMERICHOST the resolver asks nobody,
//! and a text that is not in figures is EAI_NONAME at once, on every machine.

use std::io;

use lab::{ANY_PORT, OnCall, Part, Played, Scene, Sign, Stage, errno_of};
use nix::errno::Errno;
use step02_bind_listen as step02;
use step04_connect as step04;
use step09_names::with_libc::{ResolverError, hints};
use step09_names::{with_libc, with_nix, with_socket2};

use crate::scenes::close;

const SPARE: &std::ffi::CStr = c"spare.invalid";

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(client_libc),
        Part::Plays(client_nix),
        Part::Plays(client_socket2),
        Part::RuledOut(
            "to_socket_addrs returns an io::Error that already has the resolver's own words",
        ),
    ];
    Scene::mistake(
        "not-found",
        "a name is not found, and the error that is printed is another one",
    )
    .core()
    .actor("client", parts)
    .breaks(&[Sign::Found("client", "ECONNREFUSED")])
    .shows(&[Sign::Found("client", "EAI_NONAME")])
    .cause(
        "getaddrinfo reports with the number that it returns, and leaves errno alone (but for \
         EAI_SYSTEM). What stands in errno is an older story: the last call that failed.",
    )
    .repair("take the number that getaddrinfo returned, and its words from gai_strerror")
    .hints(&[
        "The spare server was never called, so it cannot have refused.",
        "Which call did set errno to ECONNREFUSED?",
        "See getaddrinfo(3), \"RETURN VALUE\".",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let nobody = refuses(stage)?;
    let hints = hints(libc::AF_UNSPEC, libc::SOCK_STREAM, libc::AI_NUMERICHOST);
    let found = with_libc::getaddrinfo(Some(SPARE), None, &hints);
    let errno = io::Error::last_os_error();
    match found {
        Err(error) if stage.repaired() => tell(stage, &error),
        Err(_) => stage.found_error("getaddrinfo", &errno), // WRONG: errno is not about this.
        Ok(_) => stage.found("found", "the spare server is there"),
    }
    close(nobody);
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let nobody = refuses(stage)?;
    let hints = hints(libc::AF_UNSPEC, libc::SOCK_STREAM, libc::AI_NUMERICHOST);
    let found = with_nix::lookup(Some(SPARE), None, &hints);
    let errno = Errno::last();
    match found {
        Err(error) if stage.repaired() => tell(stage, &error),
        Err(_) => stage.found_error("getaddrinfo", &errno), // WRONG: errno is not about this.
        Ok(_) => stage.found("found", "the spare server is there"),
    }
    close(nobody);
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let nobody = refuses(stage)?;
    let hints = hints(libc::AF_UNSPEC, libc::SOCK_STREAM, libc::AI_NUMERICHOST);
    let found = with_socket2::lookup(Some(SPARE), None, &hints);
    let errno = io::Error::last_os_error();
    match found {
        Err(error) if stage.repaired() => tell(stage, &error),
        Err(_) => stage.found_error("getaddrinfo", &errno), // WRONG: errno is not about this.
        Ok(_) => stage.found("found", "the spare server is there"),
    }
    close(nobody);
    Ok(())
}

fn tell(stage: &Stage, error: &ResolverError) {
    stage.found(error.name(), format!("getaddrinfo: {error}"));
}

/// Calls the first server, which refuses: its port is bound, and nobody listens.
fn refuses(stage: &mut Stage) -> Result<std::os::fd::RawFd, lab::Trouble> {
    let nobody = step02::with_libc::bound_to(ANY_PORT)?;
    let address = step02::with_libc::local_address(nobody)?;
    match stage.taught(|| step04::with_libc::connect_to(address)) {
        Err(error) if errno_of(&error) == Some(libc::ECONNREFUSED) => {
            stage.say(format!("{address} refuses; now the spare server"));
            Ok(nobody)
        }
        connected => connected.on("connect", address).map(|_| nobody),
    }
}
