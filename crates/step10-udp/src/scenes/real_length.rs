//! `real-length`: with the flag `MSG_TRUNC` Linux tells how long the datagram was, though less of it came.
//!
//! nix's `recvfrom` has no flags, so there it is `recv`, which does not tell the sender.
//! std has no flags at all: it lends its descriptor to socket2.

use std::mem::MaybeUninit;

use lab::{ANY_PORT, Play, Played, Scene, Sign, Stage, layers};
use nix::sys::socket::MsgFlags;
use step02_bind_listen as step02;
use step05_send_recv as step05;
use step06_close::with_libc::close;
use step10_udp::{with_libc, with_nix, with_socket2, with_std};

use crate::helpers::local_address;

/// Too little room for a hello.
const ROOM: usize = 4;

pub(crate) fn scene() -> Scene {
    Scene::new(
        "real-length",
        "MSG_TRUNC: recvfrom returns the datagram's own length, also where it does not fit",
    )
    .actor("server", layers!(server))
    .peer("client", client)
    .shows(&[Sign::Found("server", "1 byte is gone")])
    .idea(idea)
    .needs(|| match cfg!(target_os = "linux") {
        true => Ok(()),
        false => Err("only Linux takes MSG_TRUNC as a flag of recvfrom".to_owned()),
    })
}

fn idea(play: &Play) -> Option<String> {
    let returned = play.call("server", "recv")?.returned()?;
    let sent = play.call("client", "send")?.returned()?;
    (returned == sent).then(|| {
        format!(
            "The buffer has room for {ROOM} bytes, and the call returned {returned}, as many as were sent: \
             so the program knows that the datagram was cut."
        )
    })
}

fn server_libc(stage: &mut Stage) -> Played {
    let socket = with_libc::bound_to(ANY_PORT)?;
    stage.cue("listening", step02::with_libc::local_address(socket)?);
    let mut buffer = [0; ROOM];
    let flags = libc::MSG_TRUNC;
    let (length, _) = stage.taught(|| with_libc::recv_from(socket, &mut buffer, flags))?;
    // `buffer[..length]` would panic, and in C read what lies behind the buffer.
    found(stage, &buffer[..length.min(ROOM)], length);
    close(socket)?;
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let socket = with_nix::bound_to(ANY_PORT)?;
    stage.cue("listening", step02::with_nix::local_address(&socket)?);
    let mut buffer = [0; ROOM];
    let flags = MsgFlags::MSG_TRUNC;
    let length = stage.taught(|| step05::with_nix::recv(&socket, &mut buffer, flags))?;
    found(stage, &buffer[..length.min(ROOM)], length);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let socket = with_socket2::bound_to(ANY_PORT)?;
    stage.cue("listening", local_address(&socket)?);
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    let (length, received, _) = stage
        .taught(|| with_socket2::recv_from_with_flags(&socket, &mut buffer, libc::MSG_TRUNC))?;
    found(stage, received, length);
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let socket = with_std::bound_to(ANY_PORT)?;
    stage.cue("listening", socket.local_addr()?);
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    let (length, received, _) =
        stage.taught(|| with_std::recv_from_with_flags(&socket, &mut buffer, libc::MSG_TRUNC))?;
    found(stage, received, length);
    Ok(())
}

fn found(stage: &Stage, received: &[u8], length: usize) {
    let token = match length - received.len() {
        1 => "1 byte is gone".to_owned(),
        gone => format!("{gone} bytes are gone"),
    };
    let received = received.escape_ascii();
    stage.found(&token, format!("\"{received}\" of {length} bytes: {token}"));
}

fn client(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let socket = with_std::bound_to(ANY_PORT)?;
    with_std::send_to(&socket, b"hello", server.into())?;
    Ok(())
}
