//! The half that waits, alone: an echo for whoever sends, all of them through one socket.

use std::error::Error;
use std::fmt::Display;
use std::mem::MaybeUninit;

use lab::{OnCall, Played, Stage, errno_of};
use nix::sys::socket::MsgFlags;
use step02_bind_listen as step02;
use step10_udp::{LONGEST, with_libc, with_nix, with_socket2, with_std};

use crate::helpers::{heard, ipv4, local_address, no_address};

pub(crate) fn serve_libc(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let socket = with_libc::bound_to(address).on("bind", address)?;
    let address = step02::with_libc::local_address(socket)?;
    stage.say(format!("listening on {address}"));
    let mut buffer = vec![0; LONGEST];
    loop {
        let (count, client) = match with_libc::recv_from(socket, &mut buffer, 0) {
            Err(error) if passes(&error) => continue,
            received => received.on("recvfrom", address)?,
        };
        let received = &buffer[..count];
        stage.say(heard(received, client));
        say_trouble(
            stage,
            client,
            with_libc::send_to(socket, received, 0, client),
        );
    }
}

pub(crate) fn serve_nix(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let socket = with_nix::bound_to(address).on("bind", address)?;
    let address = step02::with_nix::local_address(&socket)?;
    stage.say(format!("listening on {address}"));
    let (mut buffer, none) = (vec![0; LONGEST], MsgFlags::empty());
    loop {
        let (count, client) = match with_nix::recv_from(&socket, &mut buffer) {
            Err(errno) if passes(&errno) => continue,
            received => received.on("recvfrom", address)?,
        };
        let (received, client) = (&buffer[..count], client.ok_or_else(no_address)?);
        stage.say(heard(received, client));
        say_trouble(
            stage,
            client,
            with_nix::send_to(&socket, received, none, client),
        );
    }
}

pub(crate) fn serve_socket2(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let socket = with_socket2::bound_to(address).on("bind", address)?;
    let address = local_address(&socket)?;
    stage.say(format!("listening on {address}"));
    let mut buffer = vec![MaybeUninit::uninit(); LONGEST];
    loop {
        let (received, from) = match with_socket2::recv_from(&socket, &mut buffer) {
            Err(error) if passes(&error) => continue,
            received => received.on("recvfrom", address)?,
        };
        let client = ipv4(&from)?;
        stage.say(heard(received, client));
        say_trouble(
            stage,
            client,
            with_socket2::send_to(&socket, received, &from),
        );
    }
}

pub(crate) fn serve_std(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let socket = with_std::bound_to(address).on("bind", address)?;
    let address = socket.local_addr()?;
    stage.say(format!("listening on {address}"));
    let mut buffer = vec![0; LONGEST];
    loop {
        let (count, client) = match with_std::recv_from(&socket, &mut buffer) {
            Err(error) if passes(&error) => continue,
            received => received.on("recvfrom", address)?,
        };
        let received = &buffer[..count];
        stage.say(heard(received, client));
        say_trouble(stage, client, with_std::send_to(&socket, received, client));
    }
}

/// Trouble with one client is said, and the next datagram is waited for.
fn say_trouble(stage: &Stage, client: impl Display, sent: Result<usize, impl Error + 'static>) {
    if let Err(trouble) = sent.on("sendto", client) {
        stage.say(trouble);
    }
}

/// Whether an error of `recvfrom` was about one datagram only: a signal came first, or, on systems that tell
/// it to unconnected sockets too, an answer was refused.
fn passes(error: &(dyn Error + 'static)) -> bool {
    matches!(errno_of(error), Some(libc::EINTR | libc::ECONNREFUSED))
}
