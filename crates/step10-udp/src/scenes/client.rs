//! The client of the main scene: it has no address until it sends, and never asks for one.

use std::mem::MaybeUninit;

use lab::{ANY_PORT, Played, Stage};
use nix::sys::socket::{MsgFlags, SockaddrIn};
use socket2::SockAddr;
use step06_close::with_libc::close;
use step10_udp::{with_libc, with_nix, with_socket2, with_std};

use crate::helpers::{heard, ipv4, no_address};
use crate::scenes::ROOM;

pub(super) fn client_libc(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let socket = with_libc::unbound()?;
    stage.wait_asleep("server", "recv");
    with_libc::send_to(socket, b"hello", 0, server)?;
    let mut buffer = [0; ROOM];
    let (count, from) = with_libc::recv_from(socket, &mut buffer, 0)?;
    stage.say(heard(&buffer[..count], from));
    close(socket)?;
    Ok(())
}

pub(super) fn client_nix(stage: &mut Stage) -> Played {
    let server = SockaddrIn::from(stage.wait_address("listening")?);
    let socket = with_nix::unbound()?;
    stage.wait_asleep("server", "recv");
    with_nix::send_to(&socket, b"hello", MsgFlags::empty(), server)?;
    let mut buffer = [0; ROOM];
    let (count, from) = with_nix::recv_from(&socket, &mut buffer)?;
    stage.say(heard(&buffer[..count], from.ok_or_else(no_address)?));
    Ok(())
}

pub(super) fn client_socket2(stage: &mut Stage) -> Played {
    let server = SockAddr::from(stage.wait_address("listening")?);
    let socket = with_socket2::unbound()?;
    stage.wait_asleep("server", "recv");
    with_socket2::send_to(&socket, b"hello", &server)?;
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    let (received, from) = with_socket2::recv_from(&socket, &mut buffer)?;
    stage.say(heard(received, ipv4(&from)?));
    Ok(())
}

pub(super) fn client_std(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let socket = with_std::bound_to(ANY_PORT)?;
    stage.wait_asleep("server", "recv");
    with_std::send_to(&socket, b"hello", server.into())?;
    let mut buffer = [0; ROOM];
    let (count, from) = with_std::recv_from(&socket, &mut buffer)?;
    stage.say(heard(&buffer[..count], from));
    Ok(())
}
