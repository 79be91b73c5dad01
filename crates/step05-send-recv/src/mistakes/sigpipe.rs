//! `sigpipe`: a send to a peer that is gone, and the signal `SIGPIPE` kills the program.

use std::os::fd::AsRawFd;

use lab::{Part, Played, Scene, Sign, Stage, peer};
use nix::sys::socket::MsgFlags;
use step04_connect as step04;
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};

use super::wait_until;

#[cfg(not(target_vendor = "apple"))]
const NOSIGNAL: MsgFlags = MsgFlags::MSG_NOSIGNAL;
// Apple's kernel has the flag, nix does not name it there.
#[cfg(target_vendor = "apple")]
const NOSIGNAL: MsgFlags = MsgFlags::from_bits_retain(libc::MSG_NOSIGNAL);

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(client_libc),
        Part::Plays(client_nix),
        Part::Plays(client_socket2),
        Part::Handled(
            client_std,
            "write passes MSG_NOSIGNAL, so there is an error and no signal",
        ),
    ];
    Scene::mistake(
        "sigpipe",
        "the peer is gone, the program sends, and dies without a word",
    )
    .core()
    .actor("client", parts)
    .peer("server", server)
    .breaks(&[Sign::Killed("client", libc::SIGPIPE)])
    .shows(&[Sign::Found("client", "EPIPE")])
    .cause(
        "For a send that nobody can receive any more the kernel has two messages, the signal SIGPIPE and \
         the error EPIPE. The signal comes first, and kills a process that has not said otherwise; \
         a shell shows 141, which is 128 + 13.",
    )
    .repair("send with MSG_NOSIGNAL, and look at the error")
    .hints(&[
        "The program did not get as far as looking at an error. What ended it?",
        "A process that is ended from outside is ended by a signal; its number is in the drawing.",
        "Which flag of send says: the error is enough?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    as_in_a_c_program(stage);
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    stage.wait("closed");
    with_libc::send(connection, b"one", 0)?;
    wait_until(connection, 0)?;
    // Wrong: 0 asks for the signal.
    let flags = if stage.repaired() {
        libc::MSG_NOSIGNAL
    } else {
        0
    };
    match stage.taught(|| with_libc::send(connection, b"two", flags)) {
        Ok(count) => stage.found(count, format!("sent {count} bytes")),
        Err(error) => stage.found_error("send", &error),
    }
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    as_in_a_c_program(stage);
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    stage.wait("closed");
    with_nix::send(&connection, b"one", MsgFlags::empty())?;
    wait_until(connection.as_raw_fd(), 0)?;
    // Wrong: no flag asks for the signal.
    let flags = if stage.repaired() {
        NOSIGNAL
    } else {
        MsgFlags::empty()
    };
    match stage.taught(|| with_nix::send(&connection, b"two", flags)) {
        Ok(count) => stage.found(count, format!("sent {count} bytes")),
        Err(error) => stage.found_error("send", &error),
    }
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    as_in_a_c_program(stage);
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    stage.wait("closed");
    with_socket2::send(&connection, b"one")?;
    wait_until(connection.as_raw_fd(), 0)?;
    // Wrong: 0, which plain `send` always passes, asks for the signal.
    let flags = if stage.repaired() {
        libc::MSG_NOSIGNAL
    } else {
        0
    };
    match stage.taught(|| with_socket2::send_with_flags(&connection, b"two", flags)) {
        Ok(count) => stage.found(count, format!("sent {count} bytes")),
        Err(error) => stage.found_error("send", &error),
    }
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    as_in_a_c_program(stage);
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    stage.wait("closed");
    with_std::write(&connection, b"one")?;
    wait_until(connection.as_raw_fd(), 0)?;
    match stage.taught(|| with_std::write(&connection, b"two")) {
        Ok(count) => stage.found(count, format!("sent {count} bytes")),
        Err(error) => stage.found_error("write", &error),
    }
    Ok(())
}

/// `signal(SIGPIPE, SIG_DFL)`: as a C program begins. Rust's runtime ignores SIGPIPE before `main` begins,
/// which would hide the mistake.
fn as_in_a_c_program(stage: &Stage) {
    // SAFETY: SIG_DFL is no handler: no code of ours will run when the signal comes.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    stage.say("SIGPIPE is at SIG_DFL, as in a C program");
}

/// Hangs up without a word.
fn server(stage: &mut Stage) -> Played {
    drop(peer::accept(stage)?);
    stage.cue("closed", "");
    Ok(())
}
