//! `silent-peer`: the peer's machine is gone without a word, and the server waits for it.
//!
//! A machine that loses its power sends no FIN and no RST. From then on it answers nothing.
//! Here the client's end is made deaf by an option of its own. To the server's kernel that is the same.

mod deaf;

use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::time::Duration;

use lab::{ANY_PORT, Played, Scene, Sign, Stage, layers, peer};
use nix::sys::socket::{Backlog, MsgFlags};
use step02_bind_listen as step02;
use step03_accept as step03;
use step05_send_recv as step05;
use step06_close::with_libc::close;
use step08_options::{with_libc, with_nix, with_socket2, with_std};

use super::judge_recv;

/// The shortest times that the kernel takes. In life: a minute or more.
const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "silent-peer",
        "the other machine is gone, and recv waits for it",
    )
    .core()
    .needs(deaf::is_possible)
    .actor(
        "server",
        layers!(server),
    )
    .peer("client", client)
    .breaks(&[Sign::Stuck(&[("server", "recv")])])
    .shows(&[Sign::Found("server", "ETIMEDOUT")])
    .cause(
        "A connection is a memory of two kernels, and no packet goes to and fro while nobody sends. \
         A peer that has no more power or no more cable does not say so, \
         and a server that only receives never asks.",
    )
    .repair(
        "keep-alive: the kernel asks after some silence, here after one second, \
         and once more a second later it gives up",
    )
    .hints(&[
        "No FIN came, and no RST. What would the peer have to do to send one?",
        "What does a server send that waits in recv?",
        "Who could ask the peer for a sign of life, and which option says so?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, 1)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    let (connection, _) = step03::with_libc::accept_peer(listener)?;
    // WRONG without this: nobody ever asks whether the peer is still there.
    if stage.repaired() {
        with_libc::set_keepalive(connection, 1, 1, 1)?;
    }
    stage.wait("gone");
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
    // WRONG without this.
    if stage.repaired() {
        with_nix::set_keepalive(&connection, 1, 1, 1)?;
    }
    stage.wait("gone");
    let none = MsgFlags::empty();
    let received = stage.taught(|| step05::with_nix::recv(&connection, &mut [0; 16], none));
    judge_recv(stage, received);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, 1)?;
    let address = step02::with_socket2::local_address(&listener)?;
    stage.cue("listening", address.as_socket_ipv4().unwrap_or(ANY_PORT));
    let (connection, _) = step03::with_socket2::accept(&listener)?;
    // WRONG without this.
    if stage.repaired() {
        with_socket2::set_keepalive(&connection, SECOND, SECOND, 1)?;
    }
    stage.wait("gone");
    let mut buffer = [MaybeUninit::uninit(); 16];
    let received = stage.taught(|| step05::with_socket2::recv(&connection, &mut buffer));
    judge_recv(stage, received.map(<[u8]>::len));
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    let (connection, _) = step03::with_std::accept(&listener)?;
    // WRONG without this. std has no such method, and lends the socket to socket2.
    if stage.repaired() {
        with_std::set_keepalive(&connection, SECOND, SECOND, 1)?;
    }
    stage.wait("gone");
    let received = stage.taught(|| step05::with_std::read(&connection, &mut [0; 16]));
    judge_recv(stage, received);
    Ok(())
}

/// Is connected, and from then on as good as without a cable.
fn client(stage: &mut Stage) -> Played {
    let connection = peer::connect(stage)?;
    let server = stage.wait_address("listening")?;
    deaf::want_signatures_of(connection.as_raw_fd(), server)?;
    stage.cue("gone", "");
    stage.wait("over");
    Ok(())
}
