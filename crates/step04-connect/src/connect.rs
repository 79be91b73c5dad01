//! `connect`: the half that calls, for a real server (nc, python, step 3's `serve`).

use lab::{OnCall, Played, Stage};
use nix::unistd::close; // step 6
use step02_bind_listen as step02;
use step03_accept as step03;
use step04_connect::{with_libc, with_nix, with_socket2, with_std};

pub(crate) fn connect_libc(stage: &mut Stage) -> Played {
    let server = stage.address()?;
    let connection = with_libc::connect_to(server).on("connect", server)?;
    stage.say(format!(
        "connected from {} to {}; closing",
        step02::with_libc::local_address(connection)?,
        step03::with_libc::peer_address(connection)?
    ));
    close(connection)?;
    Ok(())
}

pub(crate) fn connect_nix(stage: &mut Stage) -> Played {
    let server = stage.address()?;
    let connection = with_nix::connect_to(server).on("connect", server)?;
    stage.say(format!(
        "connected from {} to {}; closing",
        step02::with_nix::local_address(&connection)?,
        step03::with_nix::peer_address(&connection)?
    ));
    Ok(())
}

pub(crate) fn connect_socket2(stage: &mut Stage) -> Played {
    let server = stage.address()?;
    let connection = with_socket2::connect_to(server).on("connect", server)?;
    let local = step02::with_socket2::local_address(&connection)?;
    let peer = step03::with_socket2::peer_address(&connection)?;
    // A SockAddr has any family; this one is IPv4, as `server` was.
    if let (Some(local), Some(peer)) = (local.as_socket(), peer.as_socket()) {
        stage.say(format!("connected from {local} to {peer}; closing"));
    }
    Ok(())
}

pub(crate) fn connect_std(stage: &mut Stage) -> Played {
    let server = stage.address()?;
    let connection = with_std::connect_to(server).on("connect", server)?;
    stage.say(format!(
        "connected from {} to {}; closing",
        connection.local_addr()?,
        step03::with_std::peer_address(&connection)?
    ));
    Ok(())
}
