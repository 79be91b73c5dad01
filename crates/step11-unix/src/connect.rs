//! The half that calls, alone: says hello, ends its side, and prints what comes back until the end.

use std::io::{Read, Write};
use std::mem::MaybeUninit;
use std::net::Shutdown;

use lab::{Played, Stage};
use nix::sys::socket::{self, MsgFlags};
use step05_send_recv as step05;
use step06_close as step06;
use step11_unix::{with_libc, with_nix, with_socket2, with_std};

use crate::half::AtPath;
use crate::scenes::{ROOM, close};

const HELLO: &[u8] = b"hello\n";

pub(crate) fn connect_libc(stage: &mut Stage) -> Played {
    let path = stage.path()?;
    let address = with_libc::address::sockaddr_un(path).at("connect", path)?;
    let connection = with_libc::connect_to(&address).at("connect", path)?;
    let sent = step05::with_libc::send_all(connection, HELLO, 0);
    sent.map_err(|(_, error)| error).at("send to", path)?;
    step06::with_libc::shutdown(connection, libc::SHUT_WR).at("shutdown", path)?;
    let mut buffer = [0; ROOM];
    loop {
        let count = step05::with_libc::recv(connection, &mut buffer, 0).at("recv from", path)?;
        if count == 0 {
            break;
        }
        stage.say(buffer[..count].escape_ascii());
    }
    stage.say("the end: recv returned 0");
    close(connection);
    Ok(())
}

pub(crate) fn connect_nix(stage: &mut Stage) -> Played {
    let path = stage.path()?;
    let connection = with_nix::connect_to(path).at("connect", path)?;
    let none = MsgFlags::empty();
    let sent = step05::with_nix::send_all(&connection, HELLO, none);
    sent.map_err(|(_, errno)| errno).at("send to", path)?;
    step06::with_nix::shutdown(&connection, socket::Shutdown::Write).at("shutdown", path)?;
    let mut buffer = [0; ROOM];
    loop {
        let count = step05::with_nix::recv(&connection, &mut buffer, none).at("recv from", path)?;
        if count == 0 {
            break;
        }
        stage.say(buffer[..count].escape_ascii());
    }
    stage.say("the end: recv returned 0");
    Ok(())
}

pub(crate) fn connect_socket2(stage: &mut Stage) -> Played {
    let path = stage.path()?;
    let connection = with_socket2::connect_to(path).at("connect", path)?;
    step05::with_socket2::write_all(&connection, HELLO).at("send to", path)?;
    step06::with_socket2::shutdown(&connection, Shutdown::Write).at("shutdown", path)?;
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    loop {
        let received =
            step05::with_socket2::recv(&connection, &mut buffer).at("recv from", path)?;
        if received.is_empty() {
            break;
        }
        stage.say(received.escape_ascii());
    }
    stage.say("the end: recv returned an empty slice");
    Ok(())
}

pub(crate) fn connect_std(stage: &mut Stage) -> Played {
    let path = stage.path()?;
    let mut connection = with_std::connect_to(path).at("connect", path)?;
    connection.write_all(HELLO).at("send to", path)?;
    connection.shutdown(Shutdown::Write).at("shutdown", path)?;
    let mut buffer = [0; ROOM];
    loop {
        let count = connection.read(&mut buffer).at("recv from", path)?;
        if count == 0 {
            break;
        }
        stage.say(buffer[..count].escape_ascii());
    }
    stage.say("the end: read returned 0");
    Ok(())
}
