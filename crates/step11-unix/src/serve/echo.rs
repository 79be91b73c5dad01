//! Send back what comes, until the end: layer by layer.

use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

use lab::Stage;
use nix::sys::socket::MsgFlags;
use socket2::Socket;
use step05_send_recv as step05;

use crate::scenes::ROOM;

pub(super) fn echo_libc(stage: &Stage, connection: RawFd) -> io::Result<()> {
    let mut buffer = [0; ROOM];
    loop {
        let count = step05::with_libc::recv(connection, &mut buffer, 0)?;
        if count == 0 {
            return Ok(());
        }
        stage.say(buffer[..count].escape_ascii());
        step05::with_libc::send_all(connection, &buffer[..count], 0).map_err(|(_, error)| error)?;
    }
}

pub(super) fn echo_nix(stage: &Stage, connection: &OwnedFd) -> nix::Result<()> {
    let (mut buffer, none) = ([0; ROOM], MsgFlags::empty());
    loop {
        let count = step05::with_nix::recv(connection, &mut buffer, none)?;
        if count == 0 {
            return Ok(());
        }
        stage.say(buffer[..count].escape_ascii());
        step05::with_nix::send_all(connection, &buffer[..count], none)
            .map_err(|(_, errno)| errno)?;
    }
}

pub(super) fn echo_socket2(stage: &Stage, connection: &Socket) -> io::Result<()> {
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    loop {
        let received = step05::with_socket2::recv(connection, &mut buffer)?;
        if received.is_empty() {
            return Ok(());
        }
        stage.say(received.escape_ascii());
        step05::with_socket2::write_all(connection, received)?;
    }
}

pub(super) fn echo_std(stage: &Stage, mut connection: &UnixStream) -> io::Result<()> {
    let mut buffer = [0; ROOM];
    loop {
        let count = connection.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        stage.say(buffer[..count].escape_ascii());
        connection.write_all(&buffer[..count])?;
    }
}
