//! `so-error`: the error that waits in a socket is read twice, and the second time it is gone.

use std::os::fd::AsRawFd;
use std::time::Duration;

use lab::{Played, Scene, Sign, Stage, layers, peer};
use libc::POLLIN;
use step04_connect as step04;
use step06_close as step06;
use step08_options::{with_libc, with_nix, with_socket2, with_std};

use super::wait_until;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "so-error",
        "the log says: something is wrong with the socket: no error",
    )
    .core()
    .actor(
        "client",
        layers!(client),
    )
    .peer("server", server)
    .breaks(&[Sign::Found("client", "no error")])
    .shows(&[Sign::Found("client", "ECONNRESET")])
    .cause(
        "An error that came while no call was under way waits in the socket. SO_ERROR takes it out, \
         as recv or send would: whoever asks first has it, and everybody after that finds 0.",
    )
    .repair("read SO_ERROR once, and keep what it said")
    .hints(&[
        "The same question is asked twice. Are the answers the same?",
        "Nothing has happened between the two calls. What did the first one do?",
        "getsockopt(2) reads an option. What does socket(7) say of SO_ERROR besides?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    stage.cue("connected", "");
    stage.wait("reset");
    wait_until(connection, POLLIN)?;
    let mut error = stage.taught(|| with_libc::take_error(connection))?;
    if error.is_some() && !stage.repaired() {
        // WRONG: the first call has taken it.
        error = with_libc::take_error(connection)?;
    }
    judge(stage, error.as_ref());
    step06::with_libc::close(connection)?;
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    stage.cue("connected", "");
    stage.wait("reset");
    wait_until(connection.as_raw_fd(), POLLIN)?;
    let mut error = stage.taught(|| with_nix::take_error(&connection))?;
    if error.is_some() && !stage.repaired() {
        // WRONG: the first call has taken it.
        error = with_nix::take_error(&connection)?;
    }
    judge(stage, error.as_ref());
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    stage.cue("connected", "");
    stage.wait("reset");
    wait_until(connection.as_raw_fd(), POLLIN)?;
    let mut error = stage.taught(|| with_socket2::take_error(&connection))?;
    if error.is_some() && !stage.repaired() {
        // WRONG, though the method's name says what it does.
        error = with_socket2::take_error(&connection)?;
    }
    judge(stage, error.as_ref());
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    stage.cue("connected", "");
    stage.wait("reset");
    wait_until(connection.as_raw_fd(), POLLIN)?;
    let mut error = stage.taught(|| with_std::take_error(&connection))?;
    if error.is_some() && !stage.repaired() {
        // WRONG, though the method's name says what it does.
        error = with_std::take_error(&connection)?;
    }
    judge(stage, error.as_ref());
    Ok(())
}

/// The line of the log.
fn judge<E: std::error::Error + 'static>(stage: &Stage, error: Option<&E>) {
    match error {
        Some(error) => stage.found_error("something is wrong with the socket", error),
        None => stage.found("no error", "something is wrong with the socket: no error"),
    }
}

/// Resets the connection: a close with SO_LINGER of 0 (step 6).
fn server(stage: &mut Stage) -> Played {
    let connection = peer::accept(stage)?;
    stage.wait("connected");
    step06::with_std::set_linger(&connection, Some(Duration::ZERO))?;
    step06::with_std::close(connection);
    stage.cue("reset", "");
    Ok(())
}
