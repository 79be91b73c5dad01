//! `unread-reset`: the server answers and closes, and has not read all that the client sent.

use lab::{ANY_PORT, OnCall, Played, Scene, Sign, Stage, layers};
use nix::sys::socket::{Backlog, MsgFlags};
use socket2::{Domain, Socket, Type};
use step02_bind_listen as step02;
use step03_accept as step03;
use step05_send_recv as step05;
use step06_close::{with_libc, with_nix, with_socket2, with_std};

use super::find_all_of;

/// Two lines, as a web browser sends them. The server needs the first one only.
const REQUEST: &[u8] = b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n";
const FIRST_LINE: usize = 16;
/// Too much for the client's receive buffer, and not for the server's send buffer.
const REPLY: &[u8] = &[b'.'; 32 * 1024];

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "unread-reset",
        "close with received bytes still unread: the end of the answer is lost",
    )
    .wire()
    .core()
    .actor("server", layers!(server))
    .peer("client", client)
    .breaks(&[Sign::Found("client", "ECONNRESET")])
    .shows(&[Sign::Found("client", "all")])
    .cause(
        "close found bytes that nobody will read any more, so the kernel sends a RST \
         in place of a FIN and drops what was not delivered yet. \
         The client can read what it had already received.",
    )
    .repair("read until recv returns 0, then close")
    .hints(&[
        "Every call of the server succeeded, also send and close. Count the bytes on both sides.",
        "The client sent 33 bytes. How many did the server receive?",
        "What does the kernel do in close with bytes that were received and never read?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, 1)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    let (connection, _) = step03::with_libc::accept_peer(listener)?;
    stage.wait("asked");
    let mut line = [0; FIRST_LINE];
    step05::with_libc::recv(connection, &mut line, 0)?;
    // WRONG without this: the second line stays in the receive buffer.
    if stage.repaired() {
        while step05::with_libc::recv(connection, &mut [0; 64], 0)? > 0 {}
    }
    step05::with_libc::send_all(connection, REPLY, 0).map_err(|(_, error)| error)?;
    stage.taught(|| with_libc::close(connection))?;
    stage.cue("closed", "");
    with_libc::close(listener)?;
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let none = MsgFlags::empty();
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(1)?)?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    let connection = step03::with_nix::accept(&listener)?;
    stage.wait("asked");
    let mut line = [0; FIRST_LINE];
    step05::with_nix::recv(&connection, &mut line, none)?;
    // WRONG without this: the second line stays in the receive buffer.
    if stage.repaired() {
        while step05::with_nix::recv(&connection, &mut [0; 64], none)? > 0 {}
    }
    step05::with_nix::send_all(&connection, REPLY, none).map_err(|(_, errno)| errno)?;
    stage.taught(|| with_nix::close(connection))?;
    stage.cue("closed", "");
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, 1)?;
    let address = step02::with_socket2::local_address(&listener)?;
    stage.cue("listening", address.as_socket_ipv4().unwrap_or(ANY_PORT));
    let (connection, _) = step03::with_socket2::accept(&listener)?;
    stage.wait("asked");
    let mut line = [0; FIRST_LINE];
    step05::with_socket2::read(&connection, &mut line)?;
    // WRONG without this: the second line stays in the receive buffer.
    if stage.repaired() {
        while step05::with_socket2::read(&connection, &mut [0; 64])? > 0 {}
    }
    step05::with_socket2::write_all(&connection, REPLY)?;
    stage.taught(|| with_socket2::close(connection));
    stage.cue("closed", "");
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    let (connection, _) = step03::with_std::accept(&listener)?;
    stage.wait("asked");
    let mut line = [0; FIRST_LINE];
    step05::with_std::read(&connection, &mut line)?;
    // WRONG without this: the second line stays in the receive buffer.
    if stage.repaired() {
        while step05::with_std::read(&connection, &mut [0; 64])? > 0 {}
    }
    step05::with_std::write_all(&connection, REPLY)?;
    stage.taught(|| with_std::close(connection));
    stage.cue("closed", "");
    Ok(())
}

/// Has a small receive buffer (SO_RCVBUF, step 8), and starts to read when the server has closed.
fn client(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let connection = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    connection.set_recv_buffer_size(4096)?;
    connection.connect(&address.into()).on("connect", address)?;
    connection.send(REQUEST)?;
    with_socket2::shutdown(&connection, std::net::Shutdown::Write)?;
    stage.cue("asked", REQUEST.len());
    stage.wait("closed");
    find_all_of(stage, &connection, REPLY.len())
}
