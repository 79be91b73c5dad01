//! `linger-zero`: `SO_LINGER` with 0 seconds, to be rid of TIME_WAIT, throws the last bytes away.

use std::time::Duration;

use lab::{ANY_PORT, OnCall, Played, Scene, Sign, Stage, layers};
use nix::sys::socket::MsgFlags;
use socket2::{Domain, Socket, Type};
use step04_connect as step04;
use step05_send_recv as step05;
use step06_close::{with_libc, with_nix, with_socket2, with_std};

use super::find_all_of;

/// Too much for the server's receive buffer, and not for the client's send buffer.
const LETTER: &[u8] = &[b'.'; 32 * 1024];

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "linger-zero",
        "SO_LINGER with 0 seconds: close leaves no TIME_WAIT behind, and no bytes either",
    )
    .wire()
    .actor("client", layers!(client))
    .peer("server", server)
    .breaks(&[Sign::Found("server", "ECONNRESET")])
    .shows(&[Sign::Found("server", "all")])
    .cause(
        "With 0 seconds close does not let the kernel send the rest: \
         it throws the send buffer away and resets the connection. \
         TIME_WAIT would have cost the program nothing.",
    )
    .repair("a plain close: the kernel sends what is left, and then the FIN")
    .hints(&[
        "send took every byte, and close returned 0. Where were the bytes when close was called?",
        "Compare what the client sent with what the server received. How did it end?",
        "What does close do with unsent bytes, and which option has changed that here?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let connection = step04::with_libc::connect_to(address).on("connect", address)?;
    stage.wait("accepted");
    step05::with_libc::send_all(connection, LETTER, 0).map_err(|(_, error)| error)?;
    if !stage.repaired() {
        // WRONG: the letter may still be in the send buffer.
        with_libc::set_linger(connection, Some(0))?;
    }
    stage.taught(|| with_libc::close(connection))?;
    stage.cue("closed", "");
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let connection = step04::with_nix::connect_to(address).on("connect", address)?;
    stage.wait("accepted");
    let none = MsgFlags::empty();
    step05::with_nix::send_all(&connection, LETTER, none).map_err(|(_, errno)| errno)?;
    if !stage.repaired() {
        // WRONG: the letter may still be in the send buffer.
        with_nix::set_linger(&connection, Some(0))?;
    }
    stage.taught(|| with_nix::close(connection))?;
    stage.cue("closed", "");
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let connection = step04::with_socket2::connect_to(address).on("connect", address)?;
    stage.wait("accepted");
    step05::with_socket2::write_all(&connection, LETTER)?;
    if !stage.repaired() {
        // WRONG: the letter may still be in the send buffer.
        with_socket2::set_linger(&connection, Some(Duration::ZERO))?;
    }
    stage.taught(|| with_socket2::close(connection));
    stage.cue("closed", "");
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let connection = step04::with_std::connect_to(address).on("connect", address)?;
    stage.wait("accepted");
    step05::with_std::write_all(&connection, LETTER)?;
    if !stage.repaired() {
        // WRONG: the letter may still be in the send buffer. std itself has no such option:
        // this lends the socket to socket2 for one call.
        with_std::set_linger(&connection, Some(Duration::ZERO))?;
    }
    stage.taught(|| with_std::close(connection));
    stage.cue("closed", "");
    Ok(())
}

/// Has a small receive buffer (SO_RCVBUF, step 8), and starts to read when the client has closed.
fn server(stage: &mut Stage) -> Played {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    listener.set_recv_buffer_size(4096)?;
    listener.bind(&ANY_PORT.into())?;
    listener.listen(1)?;
    let address = listener.local_addr()?.as_socket_ipv4();
    stage.cue("listening", address.unwrap_or(ANY_PORT));
    let (connection, _) = listener.accept()?;
    stage.cue("accepted", "");
    stage.wait("closed");
    find_all_of(stage, &connection, LETTER.len())
}
