//! `short-write`: the count that `send` returns is not looked at, and the rest is never sent.

use std::os::fd::AsRawFd;

use lab::{Played, Scene, Sign, Stage, layers, peer};
use nix::sys::socket::MsgFlags;
use nix::unistd::close; // step 6
use step04_connect as step04;
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};

use super::{LARGE, receive_all, small_buffers};

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "short-write",
        "a send that takes fewer bytes than it was given",
    )
    .actor(
        "client",
        layers(client_libc, client_nix, client_socket2, client_std),
    )
    .peer("server", server)
    .breaks(&[Sign::Found("server", "bytes are missing")])
    .shows(&[Sign::Found("server", "all bytes arrived")])
    .cause(
        "The server does not read yet, so the buffers of both ends fill up. \
         A send that may not wait (MSG_DONTWAIT, a non-blocking socket, a timeout, a signal) \
         takes what fits and returns that number. It is not an error, and the rest is still yours.",
    )
    .repair("look at the count, and send the rest: `send_all`")
    .hints(&[
        "No call has failed. Compare the numbers.",
        "How many bytes was send given, and how many did it return?",
        "`bytes[..sent]` are with the kernel. Where are the others?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    small_buffers(connection)?;
    stage.wait("ready");
    let bytes = vec![b'x'; LARGE];
    let sent = stage.taught(|| with_libc::send(connection, &bytes, libc::MSG_DONTWAIT))?;
    stage.cue("sent", sent);
    // Wrong without this: `sent` may be less than all.
    if stage.repaired() {
        with_libc::send_all(connection, &bytes[sent..], 0).map_err(|(_, error)| error)?;
    }
    close(connection)?;
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    small_buffers(connection.as_raw_fd())?;
    stage.wait("ready");
    let bytes = vec![b'x'; LARGE];
    let now = MsgFlags::MSG_DONTWAIT;
    let sent = stage.taught(|| with_nix::send(&connection, &bytes, now))?;
    stage.cue("sent", sent);
    // Wrong without this.
    if stage.repaired() {
        let rest = &bytes[sent..];
        with_nix::send_all(&connection, rest, MsgFlags::empty()).map_err(|(_, errno)| errno)?;
    }
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    small_buffers(connection.as_raw_fd())?;
    stage.wait("ready");
    let bytes = vec![b'x'; LARGE];
    let now = libc::MSG_DONTWAIT;
    let sent = stage.taught(|| with_socket2::send_with_flags(&connection, &bytes, now))?;
    stage.cue("sent", sent);
    // Wrong without this.
    if stage.repaired() {
        with_socket2::write_all(&connection, &bytes[sent..])?;
    }
    Ok(())
}

/// std has no flags: that the call may not wait is said of the socket (step 13).
/// Without that, `write` waits until everything is taken, as every blocking send on Linux does.
fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    small_buffers(connection.as_raw_fd())?;
    stage.wait("ready");
    let bytes = vec![b'x'; LARGE];
    connection.set_nonblocking(true)?;
    let sent = stage.taught(|| with_std::write(&connection, &bytes))?;
    stage.cue("sent", sent);
    // Wrong without this.
    if stage.repaired() {
        connection.set_nonblocking(false)?;
        with_std::write_all(&connection, &bytes[sent..])?;
    }
    Ok(())
}

/// Reads only when the first send is over.
fn server(stage: &mut Stage) -> Played {
    let connection = peer::accept(stage)?;
    small_buffers(connection.as_raw_fd())?;
    stage.cue("ready", "");
    stage.wait("sent");
    let count = receive_all(&connection)?;
    let token = if count < LARGE {
        "bytes are missing"
    } else {
        "all bytes arrived"
    };
    stage.found(token, format!("{count} of {LARGE} bytes arrived"));
    Ok(())
}
