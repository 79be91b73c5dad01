//! A server that hears one client to the end, in four layers: what several mistakes are seen by.

use std::error::Error;

use lab::{ANY_PORT, Stage, Trouble};
use nix::sys::socket::Backlog;
use step02_bind_listen as step02;
use step03_accept as step03;
use step07_chat::{Failure, Fault, Framing, Inbox, with_libc, with_nix, with_socket2, with_std};

/// The messages: their texts, or what is wrong with them.
type Heard = Result<Vec<String>, Trouble>;

/// `socket`, `bind`, `listen`, and the cue `listening`; `accept`, and then `recv` until the end.
/// Where `after` names a cue, nothing is received before it is given.
pub(super) fn server_libc(stage: &mut Stage, framing: Framing, after: Option<&str>) -> Heard {
    let listener = step02::with_libc::listen_on(ANY_PORT, 1)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    let (connection, _) = step03::with_libc::accept_peer(listener)?;
    let mut inbox = Inbox::new(framing);
    wait(stage, after);
    collect(|| stage.taught(|| with_libc::receive(connection, &mut inbox)))
}

pub(super) fn server_nix(stage: &mut Stage, framing: Framing, after: Option<&str>) -> Heard {
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(1)?)?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    let connection = step03::with_nix::accept(&listener)?;
    let mut inbox = Inbox::new(framing);
    wait(stage, after);
    collect(|| stage.taught(|| with_nix::receive(&connection, &mut inbox)))
}

pub(super) fn server_socket2(stage: &mut Stage, framing: Framing, after: Option<&str>) -> Heard {
    let listener = step02::with_socket2::listen_on(ANY_PORT, 1)?;
    let address = step02::with_socket2::local_address(&listener)?;
    stage.cue("listening", address.as_socket_ipv4().unwrap_or(ANY_PORT));
    let (connection, _) = step03::with_socket2::accept(&listener)?;
    let mut inbox = Inbox::new(framing);
    wait(stage, after);
    collect(|| stage.taught(|| with_socket2::receive(&connection, &mut inbox)))
}

pub(super) fn server_std(stage: &mut Stage, framing: Framing, after: Option<&str>) -> Heard {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    let (connection, _) = step03::with_std::accept(&listener)?;
    let mut inbox = Inbox::new(framing);
    wait(stage, after);
    collect(|| stage.taught(|| with_std::receive(&connection, &mut inbox)))
}

fn wait(stage: &mut Stage, cue: Option<&str>) {
    if let Some(cue) = cue {
        stage.wait(cue);
    }
}

/// Messages until the end. Bytes that are not UTF-8 are quoted as bytes.
fn collect<E: Error + 'static>(
    mut receive: impl FnMut() -> Result<Option<String>, Failure<E>>,
) -> Heard {
    let mut heard = Vec::new();
    loop {
        match receive() {
            Ok(Some(message)) => heard.push(message),
            Ok(None) => return Ok(heard),
            Err(Failure::Fault(Fault::NotUtf8(bytes))) => {
                heard.push(format!("not UTF-8: {}", bytes.escape_ascii()));
            }
            Err(failure) => return Err(failure.into()),
        }
    }
}

/// Finds the messages, each in quotes.
pub(super) fn found(stage: &Stage, heard: &[String]) {
    let quoted = heard.iter().map(|message| format!("\"{message}\""));
    let quoted = quoted.collect::<Vec<_>>().join(" ");
    let messages = if heard.len() == 1 {
        "1 message".to_owned()
    } else {
        format!("{} messages", heard.len())
    };
    stage.found(&quoted, format!("{messages}: {quoted}"));
}
