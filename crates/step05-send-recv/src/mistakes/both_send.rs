//! `both-send`: both sides send more than the buffers hold, and neither reads.
//!
//! A program that must do both at once reads in a thread of its own (step 12), or asks poll what it can do
//! without waiting (step 15).

use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

use lab::{Played, Scene, Sign, Stage, layers, peer};
use nix::sys::socket::MsgFlags;
use step04_connect as step04;
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};

use super::{LARGE, receive_all, small_buffers};

pub(crate) fn scene() -> Scene {
    Scene::mistake("both-send", "both sides send a lot, and each waits for the other to read")
        .actor(
            "client",
            layers!(client),
        )
        .peer("server", server)
        .breaks(&[Sign::Stuck(&[("client", "send"), ("server", "send")])])
        .shows(&[Sign::Found("client", "524288"), Sign::Found("server", "524288")])
        .cause(
            "send waits while the buffers are full, and a buffer is emptied only by the recv of the other \
             side. Neither comes to its recv, because neither comes out of its send.",
        )
        .repair("one side reads before it sends")
        .hints(&[
            "Neither program has failed, and a lot was sent. What is each of them doing?",
            "Both sleep in send. Who could make room for them?",
            "With a few bytes it works. Why not with half a megabyte?",
        ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    small_buffers(connection)?;
    let (bytes, mut answer) = (vec![b'c'; LARGE], vec![0; LARGE]);
    if stage.repaired() {
        // MSG_WAITALL: one recv that does wait until the buffer is full.
        let count = with_libc::recv(connection, &mut answer, libc::MSG_WAITALL)?;
        stage.found(count, format!("received {count} bytes"));
    }
    // Wrong without the recv above: the server is sending too, and nobody reads.
    let sent = stage.taught(|| with_libc::send_all(connection, &bytes, 0));
    sent.map_err(|(_, error)| error)?;
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    small_buffers(connection.as_raw_fd())?;
    let (bytes, mut answer) = (vec![b'c'; LARGE], vec![0; LARGE]);
    if stage.repaired() {
        let count = with_nix::recv(&connection, &mut answer, MsgFlags::MSG_WAITALL)?;
        stage.found(count, format!("received {count} bytes"));
    }
    // Wrong without the recv above.
    let sent = stage.taught(|| with_nix::send_all(&connection, &bytes, MsgFlags::empty()));
    sent.map_err(|(_, errno)| errno)?;
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    small_buffers(connection.as_raw_fd())?;
    let (bytes, mut answer) = (vec![b'c'; LARGE], vec![MaybeUninit::uninit(); LARGE]);
    if stage.repaired() {
        let count = connection.recv_with_flags(&mut answer, libc::MSG_WAITALL)?;
        stage.found(count, format!("received {count} bytes"));
    }
    // Wrong without the recv above.
    stage.taught(|| with_socket2::write_all(&connection, &bytes))?;
    Ok(())
}

/// std has no flags. Its own way to fill a buffer is `read_exact`, with as many reads as it takes;
/// here socket2 borrows the descriptor for the one call.
fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    small_buffers(connection.as_raw_fd())?;
    let bytes = vec![b'c'; LARGE];
    if stage.repaired() {
        let count = receive_all(&connection)?;
        stage.found(count, format!("received {count} bytes"));
    }
    // Wrong without the read above.
    stage.taught(|| with_std::write_all(&connection, &bytes))?;
    Ok(())
}

/// Sends as much as the client, and reads afterwards.
fn server(stage: &mut Stage) -> Played {
    let connection = peer::accept(stage)?;
    small_buffers(connection.as_raw_fd())?;
    with_std::write_all(&connection, &vec![b's'; LARGE])?;
    let count = receive_all(&connection)?;
    stage.found(count, format!("received {count} bytes"));
    Ok(())
}
