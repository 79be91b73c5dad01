//! `refused`: connect to a port where nobody listens.

use lab::{ANY_PORT, Played, Scene, Sign, Stage, layers};
use nix::unistd::close; // step 6
use socket2::{Domain, Type};
use step01_socket as step01;
use step02_bind_listen as step02;
use step04_connect::{with_libc, with_nix, with_socket2, with_std};

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "refused",
        "call a port that a server has, but does not listen on yet",
    )
    .wire()
    .core()
    .peer("server", server)
    .actor(
        "client",
        layers(client_libc, client_nix, client_socket2, client_std),
    )
    .breaks(&[Sign::Found("client", "ECONNREFUSED")])
    .shows(&[Sign::Found("client", "connected")])
    .cause(
        "The server's kernel looks for a listener at that address and port, finds none, and \
             answers at once: a RST. A socket that only has the address does not count.",
    )
    .repair("the server listens before the client calls")
    .hints(&[
        "The answer came at once, so somebody answered. It was not the server's program.",
        "The server has a socket with that very address. What has it not called?",
        "Only a listener can be called: listen has to come before connect.",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let server = stage.wait_address("started")?;
    match stage.taught(|| with_libc::connect_to(server)) {
        Ok(fd) => {
            stage.found("connected", format!("connected to {server}"));
            close(fd)?;
        }
        Err(error) => stage.found_error("connect", &error),
    }
    stage.cue("called", server);
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let server = stage.wait_address("started")?;
    match stage.taught(|| with_nix::connect_to(server)) {
        Ok(_) => stage.found("connected", format!("connected to {server}")),
        Err(error) => stage.found_error("connect", &error),
    }
    stage.cue("called", server);
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let server = stage.wait_address("started")?;
    match stage.taught(|| with_socket2::connect_to(server)) {
        Ok(_) => stage.found("connected", format!("connected to {server}")),
        Err(error) => stage.found_error("connect", &error),
    }
    stage.cue("called", server);
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let server = stage.wait_address("started")?;
    match stage.taught(|| with_std::connect_to(server)) {
        Ok(_) => stage.found("connected", format!("connected to {server}")),
        Err(error) => stage.found_error("connect", &error),
    }
    stage.cue("called", server);
    Ok(())
}

/// Has the port in both twins, so that nobody else can.
fn server(stage: &mut Stage) -> Played {
    let socket = step01::with_socket2::socket(Domain::IPV4, Type::STREAM, None)?;
    step02::with_socket2::bind(&socket, &ANY_PORT.into())?;
    if stage.repaired() {
        step02::with_socket2::listen(&socket, 5)?;
    }
    // WRONG without the listen above: to have an address is not yet to listen there.
    let address = step02::with_socket2::local_address(&socket)?;
    stage.cue("started", address.as_socket_ipv4().unwrap_or(ANY_PORT));
    stage.wait("called");
    Ok(())
}
