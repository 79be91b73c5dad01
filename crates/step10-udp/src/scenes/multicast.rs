//! `multicast`: a group has an address, and whoever has joined it receives what is sent there.
//!
//! Joining and sending both name an interface, here the loopback one. Without that the kernel chooses
//! an interface by its table of routes, and the datagram would leave the machine, if it has a network at all.

use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use lab::{ANY_PORT, Play, Played, Scene, Sign, Stage, layers};
use nix::sys::socket::MsgFlags;
use socket2::SockAddr;
use step02_bind_listen as step02;
use step06_close::with_libc::close;
use step10_udp::{with_libc, with_nix, with_socket2, with_std};

use super::ROOM;
use crate::helpers::{heard, ipv4, local_address, no_address};

/// From the range that is for use inside an organisation (RFC 2365).
const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 10, 10);
const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// Bound to the group's address, a socket receives what is sent there and nothing else.
const GROUP_ANY_PORT: SocketAddrV4 = SocketAddrV4::new(GROUP, 0);

pub(crate) fn scene() -> Scene {
    Scene::new(
        "multicast",
        "one datagram to the address of a group, for whoever has joined it",
    )
    .actor("member", layers!(member))
    .actor("sender", layers!(sender))
    .shows(&[Sign::Found("member", "hello")])
    .idea(idea)
    .needs(loopback_takes_it)
}

fn idea(play: &Play) -> Option<String> {
    let to = play.call("sender", "send")?.arg("dest_addr")?.to_string();
    let from = play.call("member", "recv")?.arg("src_addr")?.to_string();
    Some(format!(
        "It was sent to {to}, which is the address of no machine, and came from {from} to a socket \
         that had joined the group."
    ))
}

/// Tries it: some systems send no multicast by the loopback interface, and say so or lose it.
fn loopback_takes_it() -> Result<(), String> {
    let trial = || {
        let socket = with_std::bound_to(GROUP_ANY_PORT)?;
        with_std::join(&socket, GROUP, LOOPBACK)?;
        with_std::send_groups_by(&socket, LOOPBACK)?;
        socket.set_read_timeout(Some(Duration::from_secs(1)))?;
        with_std::send_to(&socket, b"?", socket.local_addr()?)?;
        with_std::recv_from(&socket, &mut [0; 1])
    };
    let refused = |error| format!("the loopback interface takes no multicast ({error})");
    trial().map(drop).map_err(refused)
}

fn member_libc(stage: &mut Stage) -> Played {
    let socket = with_libc::bound_to(GROUP_ANY_PORT)?;
    stage.taught(|| with_libc::join(socket, GROUP, LOOPBACK))?;
    stage.cue("joined", step02::with_libc::local_address(socket)?);
    let mut buffer = [0; ROOM];
    let (count, from) = with_libc::recv_from(socket, &mut buffer, 0)?;
    found(stage, &buffer[..count], from);
    close(socket)?;
    Ok(())
}

fn sender_libc(stage: &mut Stage) -> Played {
    let group = stage.wait_address("joined")?;
    let socket = with_libc::unbound()?;
    with_libc::send_groups_by(socket, LOOPBACK)?;
    with_libc::send_to(socket, b"hello", 0, group)?;
    close(socket)?;
    Ok(())
}

fn member_nix(stage: &mut Stage) -> Played {
    let socket = with_nix::bound_to(GROUP_ANY_PORT)?;
    stage.taught(|| with_nix::join(&socket, GROUP, LOOPBACK))?;
    stage.cue("joined", step02::with_nix::local_address(&socket)?);
    let mut buffer = [0; ROOM];
    let (count, from) = with_nix::recv_from(&socket, &mut buffer)?;
    found(stage, &buffer[..count], from.ok_or_else(no_address)?);
    Ok(())
}

fn sender_nix(stage: &mut Stage) -> Played {
    let group = stage.wait_address("joined")?;
    let socket = with_nix::unbound()?;
    with_nix::send_groups_by(&socket, LOOPBACK)?;
    with_nix::send_to(&socket, b"hello", MsgFlags::empty(), group.into())?;
    Ok(())
}

fn member_socket2(stage: &mut Stage) -> Played {
    let socket = with_socket2::bound_to(GROUP_ANY_PORT)?;
    stage.taught(|| with_socket2::join(&socket, GROUP, LOOPBACK))?;
    stage.cue("joined", local_address(&socket)?);
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    let (received, from) = with_socket2::recv_from(&socket, &mut buffer)?;
    found(stage, received, ipv4(&from)?);
    Ok(())
}

fn sender_socket2(stage: &mut Stage) -> Played {
    let group = stage.wait_address("joined")?;
    let socket = with_socket2::unbound()?;
    with_socket2::send_groups_by(&socket, LOOPBACK)?;
    with_socket2::send_to(&socket, b"hello", &SockAddr::from(group))?;
    Ok(())
}

fn member_std(stage: &mut Stage) -> Played {
    let socket = with_std::bound_to(GROUP_ANY_PORT)?;
    stage.taught(|| with_std::join(&socket, GROUP, LOOPBACK))?;
    stage.cue("joined", socket.local_addr()?);
    let mut buffer = [0; ROOM];
    let (count, from) = with_std::recv_from(&socket, &mut buffer)?;
    found(stage, &buffer[..count], from);
    Ok(())
}

fn sender_std(stage: &mut Stage) -> Played {
    let group = stage.wait_address("joined")?;
    let socket = with_std::bound_to(ANY_PORT)?;
    with_std::send_groups_by(&socket, LOOPBACK)?;
    with_std::send_to(&socket, b"hello", group.into())?;
    Ok(())
}

fn found(stage: &Stage, received: &[u8], from: impl std::fmt::Display) {
    stage.found(received.escape_ascii(), heard(received, from));
}
