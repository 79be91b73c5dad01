//! `pass-descriptor`: an open socket goes from one process to another.

mod sender;

use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsRawFd, RawFd};
use std::path::Path;

use lab::{Play, Played, Scene, Stage, layers};
use nix::sys::socket::{Backlog, MsgFlags, UnixAddr};
use socket2::{SockAddr, Socket};
use step02_bind_listen as step02;
use step03_accept as step03;
use step11_unix::{with_libc, with_nix, with_socket2, with_std};

use super::{PATH, ROOM, close};

pub(crate) use sender::{BESIDE, nothing};

pub(crate) fn scene() -> Scene {
    Scene::new(
        "pass-descriptor",
        "a TCP listener is handed to another process, in a control message",
    )
    .core()
    .at_path(PATH)
    .actor("receiver", layers!(receiver))
    .actor("sender", layers!(sender::sender))
    .idea(idea)
}

/// Only said when both processes found the same address behind their own number.
fn idea(play: &Play) -> Option<String> {
    let (sent, arrived) = (play.cue("sent")?, play.cue("arrived")?);
    let address = play.cue("its address")?;
    (address == play.cue("the same address")?).then(|| {
        format!(
            "Descriptor {sent} was sent and closed, descriptor {arrived} arrived: two numbers, one socket, on {address}."
        )
    })
}

fn receiver_libc(stage: &mut Stage) -> Played {
    let address = with_libc::address::sockaddr_un(Path::new(PATH))?;
    let listener = with_libc::listen_at(&address, 1)?;
    stage.cue("listening", PATH);
    let (connection, _) = with_libc::accept_peer(listener)?;
    stage.wait("sent");
    let mut buffer = [0; ROOM];
    let received = stage.taught(|| with_libc::message::recvmsg(connection, &mut buffer, 1, 0))?;
    let number = *received.descriptors.first().ok_or_else(nothing)?;
    let local = step02::with_libc::local_address(number)?;
    arrived(stage, number, SocketAddr::V4(local));
    [number, connection, listener].into_iter().for_each(close);
    Ok(())
}

fn receiver_nix(stage: &mut Stage) -> Played {
    let listener = with_nix::listen_at(&UnixAddr::new(PATH)?, Backlog::new(1)?)?;
    stage.cue("listening", PATH);
    let connection = step03::with_nix::accept(&listener)?;
    stage.wait("sent");
    let (mut buffer, none) = ([0; ROOM], MsgFlags::empty());
    let received = stage.taught(|| with_nix::recvmsg(&connection, &mut buffer, 1, none))?;
    let passed = received.descriptors.first().ok_or_else(nothing)?;
    let local = step02::with_nix::local_address(passed)?;
    arrived(stage, passed.as_raw_fd(), SocketAddr::V4(local.into()));
    Ok(())
}

fn receiver_socket2(stage: &mut Stage) -> Played {
    let listener = with_socket2::listen_at(&SockAddr::unix(PATH)?, 1)?;
    stage.cue("listening", PATH);
    let (connection, _) = step03::with_socket2::accept(&listener)?;
    stage.wait("sent");
    let mut buffer = [std::mem::MaybeUninit::uninit(); ROOM];
    let received = stage.taught(|| with_socket2::recvmsg(&connection, &mut buffer, 1, 0))?;
    let passed = received
        .descriptors
        .into_iter()
        .next()
        .ok_or_else(nothing)?;
    let passed = Socket::from(passed);
    let local = step02::with_socket2::local_address(&passed)?;
    let local = local.as_socket().ok_or_else(nothing)?;
    arrived(stage, passed.as_raw_fd(), local);
    Ok(())
}

fn receiver_std(stage: &mut Stage) -> Played {
    let listener = with_std::listen_at(Path::new(PATH))?;
    stage.cue("listening", PATH);
    let (connection, _) = with_std::accept(&listener)?;
    stage.wait("sent");
    let mut buffer = [0; ROOM];
    let received = stage.taught(|| with_std::recvmsg(&connection, &mut buffer, 1))?;
    let passed = received
        .descriptors
        .into_iter()
        .next()
        .ok_or_else(nothing)?;
    // What it is, the two processes must have agreed on: nothing is checked here.
    let passed = TcpListener::from(passed);
    arrived(stage, passed.as_raw_fd(), passed.local_addr()?);
    Ok(())
}

fn arrived(stage: &Stage, number: RawFd, local: SocketAddr) {
    stage.cue("arrived", number);
    stage.cue("the same address", local);
    stage.say(format!("descriptor {number} is the socket on {local}"));
}
