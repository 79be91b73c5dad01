//! What the server does with one client: reads to the end, then says how many bytes it got.
//!
//! Only a recv that returns 0 tells that the client has sent everything.

use std::net::TcpStream;
use std::os::fd::{OwnedFd, RawFd};

use lab::Trouble;
use nix::sys::socket::MsgFlags;
use socket2::Socket;
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};

pub(super) fn answer_libc(connection: RawFd) -> Result<usize, Trouble> {
    let (mut total, mut buffer) = (0, [0; 4096]);
    loop {
        match with_libc::recv(connection, &mut buffer, 0)? {
            0 => break,
            count => total += count,
        }
    }
    let answer = format!("{total} bytes\n");
    with_libc::send_all(connection, answer.as_bytes(), 0).map_err(|(_, error)| error)?;
    Ok(total)
}

pub(super) fn answer_nix(connection: &OwnedFd) -> Result<usize, Trouble> {
    let (mut total, mut buffer, none) = (0, [0; 4096], MsgFlags::empty());
    loop {
        match with_nix::recv(connection, &mut buffer, none)? {
            0 => break,
            count => total += count,
        }
    }
    let answer = format!("{total} bytes\n");
    with_nix::send_all(connection, answer.as_bytes(), none).map_err(|(_, errno)| errno)?;
    Ok(total)
}

pub(super) fn answer_socket2(connection: &Socket) -> Result<usize, Trouble> {
    let (mut total, mut buffer) = (0, [0; 4096]);
    loop {
        match with_socket2::read(connection, &mut buffer)? {
            0 => break,
            count => total += count,
        }
    }
    with_socket2::write_all(connection, format!("{total} bytes\n").as_bytes())?;
    Ok(total)
}

pub(super) fn answer_std(connection: &TcpStream) -> Result<usize, Trouble> {
    let (mut total, mut buffer) = (0, [0; 4096]);
    loop {
        match with_std::read(connection, &mut buffer)? {
            0 => break,
            count => total += count,
        }
    }
    with_std::write_all(connection, format!("{total} bytes\n").as_bytes())?;
    Ok(total)
}
