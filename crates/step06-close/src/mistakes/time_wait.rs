//! `time-wait`: a server is started again, and its port is in use: by its own last connection.

mod first;

use std::error::Error;

use lab::{Part, Played, Scene, Sign, Stage, layers};
use nix::sys::socket::{SockaddrIn, setsockopt, sockopt};
use step02_bind_listen as step02;
use step06_close::with_libc;

use crate::unbound;

pub(crate) fn scene() -> Scene {
    let restarted = [
        Part::Plays(restarted_libc),
        Part::Plays(restarted_nix),
        Part::Plays(restarted_socket2),
        Part::Handled(
            restarted_std,
            "TcpListener::bind always sets SO_REUSEADDR before it binds",
        ),
    ];
    let server = layers(
        first::server_libc,
        first::server_nix,
        first::server_socket2,
        first::server_std,
    );
    Scene::mistake(
        "time-wait",
        "a server that is started again finds its own port in use",
    )
    .wire()
    .core()
    .actor("restarted server", restarted)
    .actor("server", server)
    .peer("client", first::client)
    .breaks(&[Sign::Found("restarted server", "EADDRINUSE")])
    .shows(&[Sign::Found("restarted server", "bound")])
    .cause(
        "The server closed its connection before the client did, so the kernel keeps it \
         in TIME_WAIT, on Linux for 60 seconds, and with it the port. \
         SO_REUSEADDR on the new socket alone comes too late: \
         the old one needed it before its bind, too.",
    )
    .repair("SO_REUSEADDR before bind, in the server that is restarted and in the one before")
    .hints(&[
        "The first server has closed everything, and nobody listens. What is left of it?",
        "Which side of the connection was the first to call close?",
        "Which option says that a connection in TIME_WAIT is no reason to refuse the port?",
    ])
}

fn restarted_libc(stage: &mut Stage) -> Played {
    let address = stage.wait_address("ended")?;
    let listener = unbound::with_libc(stage.repaired())?;
    let mut bound = stage.taught(|| step02::with_libc::bind_ipv4(listener, address));
    if let Err(error) = &bound {
        stage.found_error("bind", error);
        // WRONG again: the connection in TIME_WAIT was made without the option.
        unbound::reuse_libc(listener)?;
        bound = step02::with_libc::bind_ipv4(listener, address);
    }
    judge(stage, bound);
    with_libc::close(listener)?;
    Ok(())
}

fn restarted_nix(stage: &mut Stage) -> Played {
    let address = SockaddrIn::from(stage.wait_address("ended")?);
    let listener = unbound::with_nix(stage.repaired())?;
    let mut bound = stage.taught(|| step02::with_nix::bind(&listener, &address));
    if let Err(errno) = &bound {
        stage.found_error("bind", errno);
        // WRONG again: the connection in TIME_WAIT was made without the option.
        setsockopt(&listener, sockopt::ReuseAddr, &true)?;
        bound = step02::with_nix::bind(&listener, &address);
    }
    judge(stage, bound);
    Ok(())
}

fn restarted_socket2(stage: &mut Stage) -> Played {
    let address = stage.wait_address("ended")?.into();
    let listener = unbound::with_socket2(stage.repaired())?;
    let mut bound = stage.taught(|| step02::with_socket2::bind(&listener, &address));
    if let Err(error) = &bound {
        stage.found_error("bind", error);
        // WRONG again: the connection in TIME_WAIT was made without the option.
        listener.set_reuse_address(true)?;
        bound = step02::with_socket2::bind(&listener, &address);
    }
    judge(stage, bound);
    Ok(())
}

fn restarted_std(stage: &mut Stage) -> Played {
    let address = stage.wait_address("ended")?;
    let bound = stage.taught(|| step02::with_std::listen_on(address));
    judge(stage, bound.map(drop));
    Ok(())
}

/// How the last bind ended.
fn judge<E: Error + 'static>(stage: &Stage, bound: Result<(), E>) {
    match bound {
        Ok(()) => stage.found("bound", "the port is the server's again"),
        Err(error) => stage.found_error("bind, now with SO_REUSEADDR", &error),
    }
}
