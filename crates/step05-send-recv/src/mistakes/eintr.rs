//! `eintr`: a handler without SA_RESTART ends the wait in `recv`, and the program takes that for the end.

use std::io::ErrorKind;
use std::mem::MaybeUninit;

use lab::{Played, Scene, Sign, Stage, layers, peer};
use nix::errno::Errno;
use nix::sys::signal::{self, SaFlags, SigAction, SigHandler, SigSet, Signal};
use nix::sys::socket::MsgFlags;
use step04_connect as step04;
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::ROOM;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "eintr",
        "a signal arrives while recv waits, and recv fails with EINTR",
    )
    .actor(
        "client",
        layers(client_libc, client_nix, client_socket2, client_std),
    )
    .peer("server", server)
    .breaks(&[Sign::Found("client", "EINTR")])
    .shows(&[Sign::Found("client", "hello")])
    .cause(
        "A signal handler ran, installed without SA_RESTART, and nothing had arrived. So recv returned, to let \
         the program do something about the signal. The connection is as it was, and no byte is lost.",
    )
    .repair("call recv again")
    .hints(&[
        "Is it the connection that failed? See what the server does afterwards.",
        "EINTR is \"interrupted\": by what, and what has that to do with the connection?",
        "Nothing is lost: what would the same call bring if it were made once more?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    handle_sigusr1()?;
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    stage.cue("process", std::process::id());
    let mut buffer = [0; ROOM];
    loop {
        match stage.taught(|| with_libc::recv(connection, &mut buffer, 0)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {
                interrupted(stage, &error);
                if stage.repaired() {
                    continue;
                }
                // Wrong: the connection has not ended, only this one wait.
                return Ok(());
            }
            count => return heard(stage, &buffer[..count?]),
        }
    }
}

fn client_nix(stage: &mut Stage) -> Played {
    handle_sigusr1()?;
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    stage.cue("process", std::process::id());
    let mut buffer = [0; ROOM];
    loop {
        match stage.taught(|| with_nix::recv(&connection, &mut buffer, MsgFlags::empty())) {
            Err(Errno::EINTR) => {
                interrupted(stage, &Errno::EINTR);
                if stage.repaired() {
                    continue;
                }
                // Wrong: the connection has not ended.
                return Ok(());
            }
            count => return heard(stage, &buffer[..count?]),
        }
    }
}

fn client_socket2(stage: &mut Stage) -> Played {
    handle_sigusr1()?;
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    stage.cue("process", std::process::id());
    loop {
        let mut buffer = [MaybeUninit::uninit(); ROOM];
        match stage.taught(|| with_socket2::recv(&connection, &mut buffer)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {
                interrupted(stage, &error);
                if stage.repaired() {
                    continue;
                }
                // Wrong: the connection has not ended.
                return Ok(());
            }
            received => return heard(stage, received?),
        }
    }
}

fn client_std(stage: &mut Stage) -> Played {
    handle_sigusr1()?;
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    stage.cue("process", std::process::id());
    let mut buffer = [0; ROOM];
    loop {
        match stage.taught(|| with_std::read(&connection, &mut buffer)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {
                interrupted(stage, &error);
                if stage.repaired() {
                    continue;
                }
                // Wrong: the connection has not ended.
                return Ok(());
            }
            count => return heard(stage, &buffer[..count?]),
        }
    }
}

/// `sigaction(SIGUSR1, …)`: a handler that does nothing, and without `SA_RESTART`. With that flag
/// the kernel itself would call recv again.
fn handle_sigusr1() -> nix::Result<()> {
    extern "C" fn nothing(_: libc::c_int) {}
    let (flags, mask) = (SaFlags::empty(), SigSet::empty());
    let action = SigAction::new(SigHandler::Handler(nothing), flags, mask);
    // SAFETY: the handler does nothing at all, which is safe at any moment.
    unsafe { signal::sigaction(Signal::SIGUSR1, &action) }.map(drop)
}

fn interrupted(stage: &Stage, error: &(impl std::error::Error + 'static)) {
    stage.found_error("recv", error);
    stage.cue("interrupted", "");
}

fn heard(stage: &Stage, received: &[u8]) -> Played {
    let received = received.escape_ascii();
    stage.found(&received, format!("heard \"{received}\""));
    Ok(())
}

/// Sends a signal into the client's wait, and says hello when that wait is over.
fn server(stage: &mut Stage) -> Played {
    let connection = peer::accept(stage)?;
    let process = nix::unistd::Pid::from_raw(stage.wait("process").parse()?);
    stage.wait_asleep("client", "recv");
    stage.say("sends SIGUSR1 to the client");
    signal::kill(process, Signal::SIGUSR1)?;
    stage.wait("interrupted");
    with_std::write_all(&connection, b"hello")?;
    Ok(())
}
