//! The half that calls, alone: says hello, ends its side, and prints what comes back until the end.
//!
//! A server need not answer in one piece, so one `recv` would not do. To end one's own side is `shutdown`,
//! which step 6 is about: a server that reads to the end before it answers would wait for ever without it.

use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::AsRawFd;

use lab::{OnCall, Played, Stage};
use nix::sys::socket::{self, MsgFlags};
use nix::unistd::close; // step 6
use step01_socket::with_libc::cvt;
use step04_connect as step04;
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::ROOM;

const HELLO: &[u8] = b"hello\n";

pub(crate) fn connect_libc(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let connection = step04::with_libc::connect_to(address).on("connect", address)?;
    with_libc::send_all(connection, HELLO, 0)
        .map_err(|(_, error)| error)
        .on("send to", address)?;
    // SAFETY: `shutdown` takes two numbers by value and touches no memory of ours.
    cvt(unsafe { libc::shutdown(connection, libc::SHUT_WR) }).on("shutdown", address)?;
    let mut buffer = [0; ROOM];
    loop {
        let count = with_libc::recv(connection, &mut buffer, 0).on("recv from", address)?;
        if count == 0 {
            break;
        }
        stage.say(buffer[..count].escape_ascii());
    }
    stage.say("the end: recv returned 0");
    close(connection)?;
    Ok(())
}

pub(crate) fn connect_nix(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let connection = step04::with_nix::connect_to(address).on("connect", address)?;
    let none = MsgFlags::empty();
    with_nix::send_all(&connection, HELLO, none)
        .map_err(|(_, errno)| errno)
        .on("send to", address)?;
    socket::shutdown(connection.as_raw_fd(), socket::Shutdown::Write).on("shutdown", address)?;
    let mut buffer = [0; ROOM];
    loop {
        let count = with_nix::recv(&connection, &mut buffer, none).on("recv from", address)?;
        if count == 0 {
            break;
        }
        stage.say(buffer[..count].escape_ascii());
    }
    stage.say("the end: recv returned 0");
    Ok(())
}

pub(crate) fn connect_socket2(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let connection = step04::with_socket2::connect_to(address).on("connect", address)?;
    with_socket2::write_all(&connection, HELLO).on("send to", address)?;
    connection
        .shutdown(Shutdown::Write)
        .on("shutdown", address)?;
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    loop {
        let received = with_socket2::recv(&connection, &mut buffer).on("recv from", address)?;
        if received.is_empty() {
            break;
        }
        stage.say(received.escape_ascii());
    }
    stage.say("the end: recv returned an empty slice");
    Ok(())
}

pub(crate) fn connect_std(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let connection = step04::with_std::connect_to(address).on("connect", address)?;
    with_std::write_all(&connection, HELLO).on("send to", address)?;
    connection
        .shutdown(Shutdown::Write)
        .on("shutdown", address)?;
    let mut buffer = [0; ROOM];
    loop {
        let count = with_std::read(&connection, &mut buffer).on("recv from", address)?;
        if count == 0 {
            break;
        }
        stage.say(buffer[..count].escape_ascii());
    }
    stage.say("the end: read returned 0");
    Ok(())
}
