//! The half that calls: sends a line, half-closes, reads the answer to its end, closes.

use std::net::Shutdown;

use lab::{OnCall, Played, Stage};
use nix::sys::socket::{self, MsgFlags};
use step04_connect as step04;
use step05_send_recv as step05;
use step06_close::{with_libc, with_nix, with_socket2, with_std};

const LINE: &[u8] = b"hello\n";

pub(crate) fn connect_libc(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let connection = step04::with_libc::connect_to(address).on("connect", address)?;
    let sent = step05::with_libc::send_all(connection, LINE, 0).map_err(|(_, error)| error);
    sent.on("send", address)?;
    with_libc::shutdown(connection, libc::SHUT_WR).on("shutdown", address)?;
    let mut buffer = [0; 4096];
    loop {
        match step05::with_libc::recv(connection, &mut buffer, 0).on("recv", address)? {
            0 => break stage.say("recv returned 0: the end"),
            count => report(stage, &buffer[..count]),
        }
    }
    with_libc::close(connection)?;
    Ok(())
}

pub(crate) fn connect_nix(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let none = MsgFlags::empty();
    let connection = step04::with_nix::connect_to(address).on("connect", address)?;
    let sent = step05::with_nix::send_all(&connection, LINE, none).map_err(|(_, errno)| errno);
    sent.on("send", address)?;
    with_nix::shutdown(&connection, socket::Shutdown::Write).on("shutdown", address)?;
    let mut buffer = [0; 4096];
    loop {
        match step05::with_nix::recv(&connection, &mut buffer, none).on("recv", address)? {
            0 => break stage.say("recv returned 0: the end"),
            count => report(stage, &buffer[..count]),
        }
    }
    with_nix::close(connection)?;
    Ok(())
}

pub(crate) fn connect_socket2(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let connection = step04::with_socket2::connect_to(address).on("connect", address)?;
    step05::with_socket2::write_all(&connection, LINE).on("send", address)?;
    with_socket2::shutdown(&connection, Shutdown::Write).on("shutdown", address)?;
    let mut buffer = [0; 4096];
    loop {
        match step05::with_socket2::read(&connection, &mut buffer).on("recv", address)? {
            0 => break stage.say("recv returned 0: the end"),
            count => report(stage, &buffer[..count]),
        }
    }
    with_socket2::close(connection);
    Ok(())
}

pub(crate) fn connect_std(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let connection = step04::with_std::connect_to(address).on("connect", address)?;
    step05::with_std::write_all(&connection, LINE).on("send", address)?;
    with_std::shutdown(&connection, Shutdown::Write).on("shutdown", address)?;
    let mut buffer = [0; 4096];
    loop {
        match step05::with_std::read(&connection, &mut buffer).on("recv", address)? {
            0 => break stage.say("recv returned 0: the end"),
            count => report(stage, &buffer[..count]),
        }
    }
    with_std::close(connection);
    Ok(())
}

/// What a stranger sends is shown with escapes, as text if it is text.
fn report(stage: &Stage, answer: &[u8]) {
    let text = String::from_utf8_lossy(answer);
    stage.say(format!("received {} bytes: {text:?}", answer.len()));
}
