//! The server before the restart: it talks with one client, is the first to close, and ends.

use std::io::Read;

use lab::{ANY_PORT, Played, Stage, peer};
use nix::sys::socket::{Backlog, SockaddrIn};
use step02_bind_listen as step02;
use step03_accept as step03;
use step06_close::{with_libc, with_nix, with_socket2, with_std};

use crate::unbound;

pub(super) fn server_libc(stage: &mut Stage) -> Played {
    // WRONG without the option: what it leaves behind will block its port.
    let listener = unbound::with_libc(stage.repaired())?;
    step02::with_libc::bind_ipv4(listener, ANY_PORT)?;
    step02::with_libc::listen(listener, 1)?;
    let address = step02::with_libc::local_address(listener)?;
    stage.cue("listening", address);
    let (connection, _) = step03::with_libc::accept_peer(listener)?;
    with_libc::close(connection)?;
    stage.wait("client closed");
    with_libc::close(listener)?;
    stage.cue("ended", address);
    Ok(())
}

pub(super) fn server_nix(stage: &mut Stage) -> Played {
    // WRONG without the option: what it leaves behind will block its port.
    let listener = unbound::with_nix(stage.repaired())?;
    step02::with_nix::bind(&listener, &SockaddrIn::from(ANY_PORT))?;
    step02::with_nix::listen(&listener, Backlog::new(1)?)?;
    let address = step02::with_nix::local_address(&listener)?;
    stage.cue("listening", address);
    let connection = step03::with_nix::accept(&listener)?;
    with_nix::close(connection)?;
    stage.wait("client closed");
    with_nix::close(listener)?;
    stage.cue("ended", address);
    Ok(())
}

pub(super) fn server_socket2(stage: &mut Stage) -> Played {
    // WRONG without the option: what it leaves behind will block its port.
    let listener = unbound::with_socket2(stage.repaired())?;
    step02::with_socket2::bind(&listener, &ANY_PORT.into())?;
    step02::with_socket2::listen(&listener, 1)?;
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

pub(super) fn server_std(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    let address = step02::with_std::local_address(&listener)?;
    stage.cue("listening", address);
    let (connection, _) = step03::with_std::accept(&listener)?;
    with_std::close(connection);
    stage.wait("client closed");
    drop(listener);
    stage.cue("ended", address);
    Ok(())
}

/// Closes when the server has closed, and so as the second.
pub(super) fn client(stage: &mut Stage) -> Played {
    let mut connection = peer::connect(stage)?;
    while connection.read(&mut [0; 64])? > 0 {}
    drop(connection);
    stage.cue("client closed", "");
    Ok(())
}
