//! `address-in-use`: a server asks for an address where another one already listens.
//!
//! Usually the other one is the same program, started in another terminal and forgotten.
//! SO_REUSEADDR, which std sets, does not help on Linux: it never lets two sockets listen on one
//! address. What it is for, the address of a server that has just ended, is step 6's `time-wait`.

use lab::{ANY_PORT, Played, Scene, Sign, Stage, layers};
use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, SockaddrIn};
use socket2::{Domain, Type};
use step01_socket::{with_nix as nix_socket, with_socket2 as socket2_socket};
use step02_bind_listen::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::BACKLOG;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "address-in-use",
        "a server asks for an address where another one listens",
    )
    .core()
    .actor("server", layers!(server))
    .peer("earlier server", earlier_server)
    .breaks(&[Sign::Found("server", "EADDRINUSE")])
    .shows(&[Sign::Found("server", "listening")])
    .cause(
        "an address and a port belong to one listener, or the kernel could not tell which queue a \
         client belongs in.",
    )
    .repair("another port; port 0 takes one that is free")
    .hints(&[
        "The call that fails is bind. It has one argument that matters.",
        "Who has this address already? On Linux, `ss -ltnp` lists who listens where.",
        "Stop the earlier server, or take another port. Which number means \"any free one\"?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let taken = stage.wait_address("taken")?;
    // WRONG in the broken twin: somebody listens there.
    let address = if stage.repaired() { ANY_PORT } else { taken };
    match stage.taught(|| with_libc::bound_to(address)) {
        Ok(listener) => {
            with_libc::listen(listener, BACKLOG)?;
            let local = with_libc::local_address(listener)?;
            stage.found("listening", format!("listening on {local}"));
        }
        Err(error) => stage.found_error("bind", &error),
    }
    stage.cue("tried", address);
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let taken = stage.wait_address("taken")?;
    let none = SockFlag::empty();
    let listener = nix_socket::socket(AddressFamily::Inet, SockType::Stream, none, None)?;
    // WRONG in the broken twin: somebody listens there.
    let address = if stage.repaired() { ANY_PORT } else { taken };
    match stage.taught(|| with_nix::bind(&listener, &SockaddrIn::from(address))) {
        Ok(()) => {
            with_nix::listen(&listener, Backlog::new(BACKLOG)?)?;
            let local = with_nix::local_address(&listener)?;
            stage.found("listening", format!("listening on {local}"));
        }
        Err(error) => stage.found_error("bind", &error),
    }
    stage.cue("tried", address);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let taken = stage.wait_address("taken")?;
    let listener = socket2_socket::socket(Domain::IPV4, Type::STREAM, None)?;
    // WRONG in the broken twin: somebody listens there.
    let address = if stage.repaired() { ANY_PORT } else { taken };
    match stage.taught(|| with_socket2::bind(&listener, &address.into())) {
        Ok(()) => {
            with_socket2::listen(&listener, BACKLOG)?;
            let local = with_socket2::local_address(&listener)?;
            let local = local.as_socket_ipv4().unwrap_or(address);
            stage.found("listening", format!("listening on {local}"));
        }
        Err(error) => stage.found_error("bind", &error),
    }
    stage.cue("tried", address);
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let taken = stage.wait_address("taken")?;
    // WRONG in the broken twin: somebody listens there.
    let address = if stage.repaired() { ANY_PORT } else { taken };
    match stage.taught(|| with_std::listen_on(address)) {
        Ok(listener) => {
            let local = with_std::local_address(&listener)?;
            stage.found("listening", format!("listening on {local}"));
        }
        Err(error) => stage.found_error("bind", &error),
    }
    stage.cue("tried", address);
    Ok(())
}

/// Listens all the time that the other one tries.
fn earlier_server(stage: &mut Stage) -> Played {
    let listener = with_std::listen_on(ANY_PORT)?;
    stage.cue("taken", with_std::local_address(&listener)?);
    stage.wait("tried");
    drop(listener);
    Ok(())
}
