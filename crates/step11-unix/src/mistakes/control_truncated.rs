//! `control-truncated`: there was no room for the descriptor, and only a flag tells.

use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::path::Path;

use lab::{ANY_PORT, OnCall, Played, Scene, Sign, Stage, layers};
use nix::errno::Errno;
use nix::sys::socket::{Backlog, MsgFlags, UnixAddr};
use socket2::SockAddr;
use step02_bind_listen as step02;
use step03_accept as step03;
use step11_unix::with_libc::{self, message};
use step11_unix::{with_nix, with_socket2, with_std};

use crate::scenes::pass_descriptor::BESIDE;
use crate::scenes::{PATH, ROOM, close};

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "control-truncated",
        "the message arrives whole, and the descriptor beside it does not",
    )
    .at_path(PATH)
    .actor(
        "receiver",
        layers!(receiver),
    )
    .peer("sender", sender)
    .breaks(&[Sign::Found("receiver", "no descriptor")])
    .shows(&[Sign::Found("receiver", "a descriptor")])
    .cause(
        "The receiver gave no room for control messages. The bytes are received, the descriptor is closed \
         on arrival, and recvmsg succeeds; MSG_CTRUNC in the flags that come back is all that tells. \
         recv and read give no room either, and cannot even return a flag.",
    )
    .repair("room for a descriptor; and who passes descriptors looks at msg_flags")
    .hints(&[
        "sendmsg succeeded, recvmsg succeeded, and all bytes are there. What else came back?",
        "Compare what the sender and the receiver have in msg_control.",
        "How much room does a control message with one descriptor need?",
    ])
}

/// For how many descriptors the receiver has room.
fn room(stage: &Stage) -> usize {
    // WRONG: none.
    if stage.repaired() { 1 } else { 0 }
}

fn receiver_libc(stage: &mut Stage) -> Played {
    let address = with_libc::address::sockaddr_un(Path::new(PATH))?;
    let listener = with_libc::listen_at(&address, 1)?;
    stage.cue("listening", PATH);
    let (connection, _) = with_libc::accept_peer(listener)?;
    let (mut buffer, room) = ([0; ROOM], room(stage));
    let received = stage.taught(|| message::recvmsg(connection, &mut buffer, room, 0))?;
    let flag = match received.flags & libc::MSG_CTRUNC {
        0 => "",
        _ => ", and the flag MSG_CTRUNC",
    };
    judge(stage, received.count, received.descriptors.len(), flag);
    received.descriptors.into_iter().for_each(close);
    Ok(())
}

fn receiver_nix(stage: &mut Stage) -> Played {
    let listener = with_nix::listen_at(&UnixAddr::new(PATH)?, Backlog::new(1)?)?;
    stage.cue("listening", PATH);
    let connection = step03::with_nix::accept(&listener)?;
    let (mut buffer, room) = ([0; ROOM], room(stage));
    let none = MsgFlags::empty();
    match stage.taught(|| with_nix::recvmsg(&connection, &mut buffer, room, none)) {
        Ok(received) => judge(stage, received.count, received.descriptors.len(), ""),
        // nix's own answer to MSG_CTRUNC.
        Err(Errno::ENOBUFS) => stage.found(
            "no descriptor",
            "recvmsg: ENOBUFS, which nix makes of MSG_CTRUNC",
        ),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn receiver_socket2(stage: &mut Stage) -> Played {
    let listener = with_socket2::listen_at(&SockAddr::unix(PATH)?, 1)?;
    stage.cue("listening", PATH);
    let (connection, _) = step03::with_socket2::accept(&listener)?;
    let (mut buffer, room) = ([MaybeUninit::uninit(); ROOM], room(stage));
    // socket2 has no name for MSG_CTRUNC: what was lost is lost.
    let received = stage.taught(|| with_socket2::recvmsg(&connection, &mut buffer, room, 0))?;
    judge(stage, received.count, received.descriptors.len(), "");
    Ok(())
}

fn receiver_std(stage: &mut Stage) -> Played {
    let listener = with_std::listen_at(Path::new(PATH))?;
    stage.cue("listening", PATH);
    let (connection, _) = with_std::accept(&listener)?;
    let (mut buffer, room) = ([0; ROOM], room(stage));
    match stage.taught(|| with_std::recvmsg(&connection, &mut buffer, room)) {
        Ok(received) => judge(stage, received.count, received.descriptors.len(), ""),
        Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => {
            stage.found(
                "no descriptor",
                "recvmsg: ENOBUFS, which nix makes of MSG_CTRUNC",
            );
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn judge(stage: &Stage, bytes: usize, descriptors: usize, flag: &str) {
    let (token, what) = match descriptors {
        0 => ("no descriptor", "no descriptor"),
        _ => ("a descriptor", "a descriptor"),
    };
    stage.found(token, format!("{bytes} bytes and {what}{flag}"));
}

/// Sends a TCP listener beside ten bytes.
fn sender(stage: &mut Stage) -> Played {
    let passed = step02::with_std::listen_on(ANY_PORT)?;
    let path = stage.wait("listening");
    let connection = with_std::connect_to(Path::new(&path)).on("connect", &path)?;
    with_std::sendmsg(&connection, BESIDE, &[passed.as_fd()])?;
    Ok(())
}
