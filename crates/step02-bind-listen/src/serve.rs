//! `serve`: a listener that never accepts, for a real client.
//!
//! Connect with `nc 127.0.0.1 9000`, or with any other program: it succeeds.
//! The kernel alone has answered; the connection waits in the queue for an accept that never comes.
//! When the queue is full, the next client waits in connect.

use std::os::fd::{AsRawFd, RawFd};

use lab::{OnCall, Played, Stage};
use nix::sys::socket::Backlog;
use step01_socket::with_libc::cvt;
use step02_bind_listen::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::BACKLOG;

pub(crate) fn serve_libc(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = with_libc::listen_on(address, BACKLOG).on("bind", address)?;
    let local = with_libc::local_address(listener)?;
    stage.say(format!("listening on {local}, backlog {BACKLOG}"));
    stay(stage, listener)
}

pub(crate) fn serve_nix(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = with_nix::listen_on(address, Backlog::new(BACKLOG)?).on("bind", address)?;
    let local = with_nix::local_address(&listener)?;
    stage.say(format!("listening on {local}, backlog {BACKLOG}"));
    stay(stage, listener.as_raw_fd())
}

pub(crate) fn serve_socket2(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = with_socket2::listen_on(address, BACKLOG).on("bind", address)?;
    let local = with_socket2::local_address(&listener)?;
    let local = local.as_socket_ipv4().unwrap_or(address);
    stage.say(format!("listening on {local}, backlog {BACKLOG}"));
    stay(stage, listener.as_raw_fd())
}

pub(crate) fn serve_std(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = with_std::listen_on(address).on("bind", address)?;
    let local = with_std::local_address(&listener)?;
    stage.say(format!(
        "listening on {local}, with the backlog that std chose"
    ));
    stay(stage, listener.as_raw_fd())
}

/// Sleeps until the first client is in the queue, says so, and then sleeps for ever.
///
/// `poll` (step 15) returns when the listener is readable: when there is a connection to accept.
/// Nobody takes that connection, so the listener stays readable: to poll again would be to spin.
/// Of later clients this program therefore hears nothing. The kernel answers them all the same.
fn stay(stage: &Stage, listener: RawFd) -> Played {
    let mut watched = libc::pollfd {
        fd: listener,
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: `watched` is one pollfd, as the 1 says, and lives until after the call.
    cvt(unsafe { libc::poll(&raw mut watched, 1, -1) })?;
    stage.say("a client is connected and waits in the queue; nobody accepts");
    loop {
        std::thread::park();
    }
}
