//! `timeouts`: a `recv` that waits no longer than it may, and a connection that is none the worse for it.

use std::error::Error;
use std::io::Write;
use std::mem::MaybeUninit;
use std::time::{Duration, Instant};

use lab::{ANY_PORT, Play, Played, Stage, peer};
use libc::{SO_RCVTIMEO, timeval};
use nix::sys::socket::sockopt::ReceiveTimeout;
use nix::sys::socket::{Backlog, MsgFlags};
use nix::sys::time::TimeVal;
use step02_bind_listen as step02;
use step03_accept as step03;
use step05_send_recv as step05;
use step06_close::with_libc::close;
use step08_options::{with_libc, with_nix, with_socket2, with_std};

/// How long `recv` waits at most: 50 milliseconds. In life, seconds.
const MICROS: i32 = 50_000;

pub(super) fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, 1)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    let (connection, _) = step03::with_libc::accept_peer(listener)?;
    let limit = timeval {
        tv_sec: 0,
        tv_usec: MICROS.into(),
    };
    stage.taught(|| with_libc::set_timeout(connection, SO_RCVTIMEO, limit))?;
    let mut buffer = [0; 16];
    let begun = Instant::now();
    if let Err(error) = step05::with_libc::recv(connection, &mut buffer, 0) {
        gave_up(stage, begun, &error);
    }
    heard(stage, step05::with_libc::recv(connection, &mut buffer, 0)?);
    close(connection)?;
    close(listener)?;
    Ok(())
}

pub(super) fn server_nix(stage: &mut Stage) -> Played {
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(1)?)?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    let connection = step03::with_nix::accept(&listener)?;
    let limit = TimeVal::new(0, MICROS.into());
    stage.taught(|| with_nix::setsockopt(&connection, ReceiveTimeout, &limit))?;
    let mut buffer = [0; 16];
    let none = MsgFlags::empty();
    let begun = Instant::now();
    if let Err(errno) = step05::with_nix::recv(&connection, &mut buffer, none) {
        gave_up(stage, begun, &errno);
    }
    let count = step05::with_nix::recv(&connection, &mut buffer, none)?;
    heard(stage, count);
    Ok(())
}

pub(super) fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, 1)?;
    let address = step02::with_socket2::local_address(&listener)?;
    stage.cue("listening", address.as_socket_ipv4().unwrap_or(ANY_PORT));
    let (connection, _) = step03::with_socket2::accept(&listener)?;
    let limit = Some(Duration::from_micros(MICROS as u64));
    stage.taught(|| with_socket2::set_read_timeout(&connection, limit))?;
    let mut buffer = [MaybeUninit::uninit(); 16];
    let begun = Instant::now();
    if let Err(error) = step05::with_socket2::recv(&connection, &mut buffer) {
        gave_up(stage, begun, &error);
    }
    let received = step05::with_socket2::recv(&connection, &mut buffer)?;
    heard(stage, received.len());
    Ok(())
}

pub(super) fn server_std(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    let (connection, _) = step03::with_std::accept(&listener)?;
    let limit = Some(Duration::from_micros(MICROS as u64));
    stage.taught(|| with_std::set_read_timeout(&connection, limit))?;
    let mut buffer = [0; 16];
    let begun = Instant::now();
    if let Err(error) = step05::with_std::read(&connection, &mut buffer) {
        // WouldBlock on Linux: the kind TimedOut is for ETIMEDOUT, and that is about the peer.
        stage.say(format!("the kind of the error is {:?}", error.kind()));
        gave_up(stage, begun, &error);
    }
    let count = step05::with_std::read(&connection, &mut buffer)?;
    heard(stage, count);
    Ok(())
}

/// The error of the first recv. It says nothing about the connection.
fn gave_up(stage: &mut Stage, begun: Instant, error: &(impl Error + 'static)) {
    stage.found_error("recv", error);
    stage.say(format!("that was after {} ms", begun.elapsed().as_millis()));
    stage.cue("gave up", "");
    stage.wait("sent");
}

fn heard(stage: &Stage, count: usize) {
    stage.found(count, format!("the next recv brings {count} bytes"));
}

/// Is connected, and says nothing until the server has given up.
pub(super) fn client(stage: &mut Stage) -> Played {
    let mut connection = peer::connect(stage)?;
    stage.wait("gave up");
    connection.write_all(b"hello")?;
    stage.cue("sent", 5);
    Ok(())
}

/// Both calls to recv, as the record has them.
pub(super) fn idea(play: &Play) -> Option<String> {
    let calls = play.calls("server");
    let mut received = calls.iter().filter(|call| call.name == "recvfrom");
    received.next()?.failed()?;
    let count = received.next()?.returned()?;
    Some(format!(
        "The first recv gave up, and the second brought {count} bytes through the same connection: \
         a timeout says nothing about the peer."
    ))
}
