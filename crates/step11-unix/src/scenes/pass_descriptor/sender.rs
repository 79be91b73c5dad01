//! Who has the TCP listener, and gives it away.

use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::path::Path;

use lab::{ANY_PORT, Played, Stage, Trouble};
use nix::sys::socket::{Backlog, MsgFlags};
use step02_bind_listen as step02;
use step11_unix::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::close;

/// The bytes that the descriptor travels beside.
pub(crate) const BESIDE: &[u8] = b"a listener";

pub(super) fn sender_libc(stage: &mut Stage) -> Played {
    let passed = step02::with_libc::listen_on(ANY_PORT, 1)?;
    let local = step02::with_libc::local_address(passed)?;
    let path = stage.wait("listening");
    let address = with_libc::address::sockaddr_un(Path::new(&path))?;
    let connection = with_libc::connect_to(&address)?;
    stage.taught(|| with_libc::message::sendmsg(connection, BESIDE, &[passed], 0))?;
    close(passed);
    sent(stage, passed, SocketAddr::V4(local));
    close(connection);
    Ok(())
}

pub(super) fn sender_nix(stage: &mut Stage) -> Played {
    let passed = step02::with_nix::listen_on(ANY_PORT, Backlog::new(1)?)?;
    let local = step02::with_nix::local_address(&passed)?;
    let connection = with_nix::connect_to(Path::new(&stage.wait("listening")))?;
    let (number, none) = (passed.as_raw_fd(), MsgFlags::empty());
    stage.taught(|| with_nix::sendmsg(&connection, BESIDE, &[number], none))?;
    drop(passed);
    sent(stage, number, SocketAddr::V4(local.into()));
    Ok(())
}

pub(super) fn sender_socket2(stage: &mut Stage) -> Played {
    let passed = step02::with_socket2::listen_on(ANY_PORT, 1)?;
    let local = step02::with_socket2::local_address(&passed)?;
    let connection = with_socket2::connect_to(Path::new(&stage.wait("listening")))?;
    let number = passed.as_raw_fd();
    stage.taught(|| with_socket2::sendmsg(&connection, BESIDE, &[number], 0))?;
    drop(passed);
    sent(stage, number, local.as_socket().ok_or_else(nothing)?);
    Ok(())
}

pub(super) fn sender_std(stage: &mut Stage) -> Played {
    let passed = step02::with_std::listen_on(ANY_PORT)?;
    let local = step02::with_std::local_address(&passed)?;
    let connection = with_std::connect_to(Path::new(&stage.wait("listening")))?;
    let number = passed.as_raw_fd();
    stage.taught(|| with_std::sendmsg(&connection, BESIDE, &[passed.as_fd()]))?;
    drop(passed);
    sent(stage, number, local);
    Ok(())
}

/// The descriptor is sent and closed, and only now received: meanwhile the kernel holds the socket open.
fn sent(stage: &Stage, number: RawFd, local: SocketAddr) {
    stage.cue("its address", local);
    stage.cue("sent", number);
}

pub(crate) fn nothing() -> Trouble {
    Trouble::new("no descriptor arrived, or not that of an IPv4 socket")
}
