//! `reuse-address`: SO_REUSEADDR is set, but after bind.
//!
//! Step 6 has the server that never sets it (`time-wait`). This one does, one line too late.

use std::error::Error;
use std::io::Read;

use lab::{ANY_PORT, Part, Played, Scene, Sign, Stage, peer};
use step02_bind_listen as step02;
use step03_accept as step03;
use step06_close::{with_libc, with_nix, with_socket2};

use crate::start;

pub(crate) fn scene() -> Scene {
    let why = "a TcpListener comes bound, and TcpListener::bind has set the option before";
    let restarted = [
        Part::Plays(restarted_libc),
        Part::Plays(restarted_nix),
        Part::Plays(restarted_socket2),
        Part::RuledOut(why),
    ];
    let server = [
        Part::Plays(server_libc),
        Part::Plays(server_nix),
        Part::Plays(server_socket2),
        Part::RuledOut(why),
    ];
    Scene::mistake(
        "reuse-address",
        "SO_REUSEADDR after bind: the first start works, the second does not",
    )
    .core()
    .actor("restarted server", restarted)
    .actor("server", server)
    .peer("client", client)
    .breaks(&[Sign::Found("restarted server", "EADDRINUSE")])
    .shows(&[Sign::Found("restarted server", "listens")])
    .cause(
        "bind refuses a port with a connection in TIME_WAIT, unless the old socket had SO_REUSEADDR \
         and the new one has it by then. The new one was to get it on the next line, which is never \
         reached. At the first start nothing is in TIME_WAIT, so the mistake does not show.",
    )
    .repair("setsockopt before bind, each time the server starts")
    .hints(&[
        "Both servers run the same lines. Which of them sees the port as the other left it?",
        "Which call fails, and which line of the program has not been reached by then?",
        "Which call is it that looks at SO_REUSEADDR?",
    ])
}

fn restarted_libc(stage: &mut Stage) -> Played {
    let address = stage.wait_address("ended")?;
    let early = stage.repaired();
    let started = stage.taught(|| start::with_libc(address, early));
    judge(stage, &started);
    if let Ok(listener) = started {
        with_libc::close(listener)?;
    }
    Ok(())
}

/// The first start: the same lines, one client, and the server is the first to close.
fn server_libc(stage: &mut Stage) -> Played {
    let listener = start::with_libc(ANY_PORT, stage.repaired())?;
    let address = step02::with_libc::local_address(listener)?;
    stage.cue("listening", address);
    let (connection, _) = step03::with_libc::accept_peer(listener)?;
    with_libc::close(connection)?;
    stage.wait("client closed");
    with_libc::close(listener)?;
    stage.cue("ended", address);
    Ok(())
}

fn restarted_nix(stage: &mut Stage) -> Played {
    let address = stage.wait_address("ended")?;
    let early = stage.repaired();
    let started = stage.taught(|| start::with_nix(address, early));
    judge(stage, &started);
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = start::with_nix(ANY_PORT, stage.repaired())?;
    let address = step02::with_nix::local_address(&listener)?;
    stage.cue("listening", address);
    let connection = step03::with_nix::accept(&listener)?;
    with_nix::close(connection)?;
    stage.wait("client closed");
    with_nix::close(listener)?;
    stage.cue("ended", address);
    Ok(())
}

fn restarted_socket2(stage: &mut Stage) -> Played {
    let address = stage.wait_address("ended")?;
    let early = stage.repaired();
    let started = stage.taught(|| start::with_socket2(address, early));
    judge(stage, &started);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = start::with_socket2(ANY_PORT, stage.repaired())?;
    let address = step02::with_socket2::local_address(&listener)?;
    let address = address.as_socket_ipv4().unwrap_or(ANY_PORT);
    stage.cue("listening", address);
    let (connection, _) = step03::with_socket2::accept(&listener)?;
    with_socket2::close(connection);
    stage.wait("client closed");
    with_socket2::close(listener);
    stage.cue("ended", address);
    Ok(())
}

fn judge<S, E: Error + 'static>(stage: &Stage, started: &Result<S, E>) {
    match started {
        Ok(_) => stage.found("listens", "the server is back on its port"),
        Err(error) => stage.found_error("bind", error),
    }
}

/// Closes when the server has closed, and so as the second.
fn client(stage: &mut Stage) -> Played {
    let mut connection = peer::connect(stage)?;
    while connection.read(&mut [0; 64])? > 0 {}
    drop(connection);
    stage.cue("client closed", "");
    Ok(())
}
