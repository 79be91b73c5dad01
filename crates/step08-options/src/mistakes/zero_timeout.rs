//! `zero-timeout`: a limit of zero, meant as "do not wait", means "wait for ever".

use std::mem::MaybeUninit;
use std::time::Duration;

use lab::{ANY_PORT, Part, Played, Scene, Sign, Stage, peer};
use libc::{SO_RCVTIMEO, timeval};
use nix::sys::socket::sockopt::ReceiveTimeout;
use nix::sys::socket::{Backlog, MsgFlags};
use nix::sys::time::TimeVal;
use step02_bind_listen as step02;
use step03_accept as step03;
use step05_send_recv as step05;
use step06_close::with_libc::close;
use step08_options::{with_libc, with_nix, with_socket2};

use super::judge_recv;

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(server_libc),
        Part::Plays(server_nix),
        Part::Plays(server_socket2),
        Part::RuledOut("set_read_timeout refuses a Duration of zero, before any call is made"),
    ];
    Scene::mistake("zero-timeout", "a timeout of 0, so that recv does not wait")
        .actor("server", parts)
        .peer("client", client)
        .breaks(&[Sign::Stuck(&[("server", "recv")])])
        .shows(&[Sign::Found("server", "EAGAIN")])
        .cause(
            "In SO_RCVTIMEO and SO_SNDTIMEO zero is the default, and it means: no limit. \
             The shortest wait is one microsecond.",
        )
        .repair("a microsecond; or no timeout at all, and MSG_DONTWAIT with recv (step 5)")
        .hints(&[
            "setsockopt succeeded. What value did it have before?",
            "A new socket waits for ever. Which number says so?",
            "socket(7), SO_RCVTIMEO: what does zero mean?",
        ])
}

/// Zero, or the shortest time that is a limit.
fn micros(stage: &Stage) -> i32 {
    // WRONG: 0 is no limit.
    if stage.repaired() { 1 } else { 0 }
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, 1)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    let (connection, _) = step03::with_libc::accept_peer(listener)?;
    let limit = timeval {
        tv_sec: 0,
        tv_usec: micros(stage).into(),
    };
    with_libc::set_timeout(connection, SO_RCVTIMEO, limit)?;
    // The client has made its last call by then: it says this after it.
    stage.wait("connected");
    let received = stage.taught(|| step05::with_libc::recv(connection, &mut [0; 16], 0));
    judge_recv(stage, received);
    close(connection)?;
    close(listener)?;
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(1)?)?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    let connection = step03::with_nix::accept(&listener)?;
    let limit = TimeVal::new(0, micros(stage).into());
    with_nix::setsockopt(&connection, ReceiveTimeout, &limit)?;
    let none = MsgFlags::empty();
    stage.wait("connected");
    let received = stage.taught(|| step05::with_nix::recv(&connection, &mut [0; 16], none));
    judge_recv(stage, received);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, 1)?;
    let address = step02::with_socket2::local_address(&listener)?;
    stage.cue("listening", address.as_socket_ipv4().unwrap_or(ANY_PORT));
    let (connection, _) = step03::with_socket2::accept(&listener)?;
    // Some of zero goes down as None does.
    let limit = Duration::from_micros(micros(stage) as u64);
    with_socket2::set_read_timeout(&connection, Some(limit))?;
    let mut buffer = [MaybeUninit::uninit(); 16];
    stage.wait("connected");
    let received = stage.taught(|| step05::with_socket2::recv(&connection, &mut buffer));
    judge_recv(stage, received.map(<[u8]>::len));
    Ok(())
}

/// Is connected, and says nothing.
fn client(stage: &mut Stage) -> Played {
    let _connection = peer::connect(stage)?;
    stage.wait("over");
    Ok(())
}
