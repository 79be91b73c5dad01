//! What goes wrong with `close`, each mistake broken and repaired.

pub(crate) mod close_twice;
pub(crate) mod dup_keeps_open;
pub(crate) mod exec_leak;
pub(crate) mod half_close;
pub(crate) mod late_errno;
pub(crate) mod linger_zero;
pub(crate) mod time_wait;
pub(crate) mod unread_reset;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::fd::AsRawFd;

use lab::{ANY_PORT, Played, Stage};
use step05_send_recv as step05;

/// The server of two mistakes: it answers when the client has sent everything, and not before.
/// How should it know? By the end, a recv that returns 0.
fn server_answers_at_the_end(stage: &mut Stage) -> Played {
    let listener = TcpListener::bind(ANY_PORT)?;
    stage.cue("listening", listener.local_addr()?);
    let (mut connection, _) = listener.accept()?;
    let mut buffer = [0; 64];
    let mut total = 0;
    loop {
        let count = connection.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        total += count;
        stage.cue("read", count);
    }
    connection.write_all(format!("{total} bytes\n").as_bytes())?;
    Ok(())
}

/// What the client makes of the answer it got; an empty one is none.
fn judge_answer(stage: &Stage, answer: &[u8]) {
    let text = String::from_utf8_lossy(answer);
    match answer {
        [] => stage.found("nothing", "the connection ended without an answer"),
        _ => stage.found("answer", format!("the answer: {:?}", text)),
    }
}

/// Receives `total` bytes, or as many as come (MSG_WAITALL, step 5).
/// Then looks how the connection ended.
fn find_all_of(stage: &Stage, connection: &impl AsRawFd, total: usize) -> Played {
    let fd = connection.as_raw_fd();
    let mut buffer = vec![0; total];
    let count = step05::with_libc::recv(fd, &mut buffer, libc::MSG_WAITALL)?;
    stage.say(format!("received {count} of {total} bytes"));
    match step05::with_libc::recv(fd, &mut buffer, 0) {
        Ok(0) if count == total => stage.found("all", "all bytes are here, and then the end"),
        Ok(_) => stage.found("part", "the connection ended, and bytes are missing"),
        Err(error) => stage.found_error("recv", &error),
    }
    Ok(())
}
