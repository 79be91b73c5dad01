//! `late-errno`: errno is read when another call has already written over it.

use std::io;

use lab::{ANY_PORT, Part, Played, Scene, Sign, Stage};
use step01_socket::with_libc::socket;
use step02_bind_listen::with_libc::{bound_to, local_address, sockaddr_in};
use step06_close::with_libc;

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(client_libc),
        Part::RuledOut("nix reads errno on the line after the call and returns it as Err(Errno)"),
        Part::RuledOut(
            "the error is in the io::Result that connect returns, no later call changes it",
        ),
        Part::RuledOut(
            "the error is in the io::Result that connect returns, no later call changes it",
        ),
    ];
    Scene::mistake(
        "late-errno",
        "connect fails, the program cleans up, and then it asks errno why connect failed",
    )
    .wire()
    .actor("client", parts)
    .breaks(&[Sign::Found("client", "ENOTCONN")])
    .shows(&[Sign::Found("client", "ECONNREFUSED")])
    .cause(
        "errno is one variable for each thread, and every call that fails writes to it. \
         The shutdown of the cleanup failed too, and it is shutdown's error that is read.",
    )
    .repair("copy errno at once, before any other call")
    .hints(&[
        "The error that was reported is no error that connect has here.",
        "Look at the calls: which one failed with the error that was reported?",
        "How many calls stand between the connect and the reading of errno?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    // A port that is taken, and that nobody listens on: connect is refused for certain.
    let silent = bound_to(ANY_PORT)?;
    let address = sockaddr_in(local_address(silent)?);
    let length = size_of_val(&address) as libc::socklen_t;
    let connection = socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    let repaired = stage.repaired();
    let (result, error) = stage.taught(|| {
        // SAFETY: `length` is the size of `address`, which lives until after the call.
        let result = unsafe { libc::connect(connection, (&raw const address).cast(), length) };
        let at_once = repaired.then(io::Error::last_os_error);
        // SAFETY: `shutdown` takes two numbers by value and touches no memory of ours.
        unsafe { libc::shutdown(connection, libc::SHUT_RDWR) };
        // WRONG, if nothing was kept: by now errno is about shutdown.
        let error = at_once.unwrap_or_else(io::Error::last_os_error);
        (result, error)
    });
    stage.say(format!("connect returned {result}"));
    stage.found_error("connect", &error);
    with_libc::close(connection)?;
    with_libc::close(silent)?;
    Ok(())
}
