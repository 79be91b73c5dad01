//! How `send` and `recv` work: hello and hi over one connection.

use std::mem::MaybeUninit;

use lab::{ANY_PORT, Layer, Play, Played, Scene, Stage, layers, quote};
use nix::sys::socket::{Backlog, MsgFlags};
use nix::unistd::close; // step 6
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};
use {step02_bind_listen as step02, step03_accept as step03, step04_connect as step04};

/// Room for what arrives. `recv` does not wait until it is full.
pub(crate) const ROOM: usize = 1024;

/// The main scene: the server sleeps in recv, the client says hello, and the server answers.
pub(crate) fn send_recv() -> Scene {
    Scene::new(
        "send-recv",
        "hello one way and hi the other, over one connection",
    )
    .core()
    .actor(
        "server",
        layers(server_libc, server_nix, server_socket2, server_std),
    )
    .actor(
        "client",
        layers(client_libc, client_nix, client_socket2, client_std),
    )
    .idea(idea)
    .quote(Layer::Libc, quote!("with_libc.rs", "libc::recv("))
    .quote(Layer::Libc, quote!("with_libc.rs", "libc::send("))
    .quote(Layer::Nix, quote!("with_nix.rs", "socket::recv("))
    .quote(Layer::Nix, quote!("with_nix.rs", "socket::send("))
    .quote(Layer::Socket2, quote!("with_socket2.rs", "socket.recv("))
    .quote(Layer::Socket2, quote!("with_socket2.rs", "socket.send("))
    .quote(Layer::Std, quote!("with_std.rs", "stream.read("))
    .quote(Layer::Std, quote!("with_std.rs", "stream.write("))
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, 1)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    let (connection, _) = step03::with_libc::accept_peer(listener)?;
    let mut buffer = [0; ROOM];
    let count = stage.taught(|| with_libc::recv(connection, &mut buffer, 0))?;
    stage.say(heard(&buffer[..count]));
    stage.taught(|| with_libc::send(connection, b"hi", 0))?;
    close(connection)?;
    close(listener)?;
    Ok(())
}

fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    stage.wait_asleep("server", "recv");
    with_libc::send(connection, b"hello", 0)?;
    let mut buffer = [0; ROOM];
    let count = with_libc::recv(connection, &mut buffer, 0)?;
    stage.say(heard(&buffer[..count]));
    // Who closes first decides which end sends which packet.
    stage.wait_done("server");
    close(connection)?;
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(1)?)?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    let connection = step03::with_nix::accept(&listener)?;
    let mut buffer = [0; ROOM];
    let none = MsgFlags::empty();
    let count = stage.taught(|| with_nix::recv(&connection, &mut buffer, none))?;
    stage.say(heard(&buffer[..count]));
    stage.taught(|| with_nix::send(&connection, b"hi", none))?;
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    stage.wait_asleep("server", "recv");
    with_nix::send(&connection, b"hello", MsgFlags::empty())?;
    let mut buffer = [0; ROOM];
    let count = with_nix::recv(&connection, &mut buffer, MsgFlags::empty())?;
    stage.say(heard(&buffer[..count]));
    stage.wait_done("server");
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, 1)?;
    let address = step02::with_socket2::local_address(&listener)?;
    stage.cue("listening", address.as_socket_ipv4().unwrap_or(ANY_PORT));
    let (connection, _) = step03::with_socket2::accept(&listener)?;
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    let received = stage.taught(|| with_socket2::recv(&connection, &mut buffer))?;
    stage.say(heard(received));
    stage.taught(|| with_socket2::send(&connection, b"hi"))?;
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    stage.wait_asleep("server", "recv");
    with_socket2::send(&connection, b"hello")?;
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    let received = with_socket2::recv(&connection, &mut buffer)?;
    stage.say(heard(received));
    stage.wait_done("server");
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    let (connection, _) = step03::with_std::accept(&listener)?;
    let mut buffer = [0; ROOM];
    let count = stage.taught(|| with_std::read(&connection, &mut buffer))?;
    stage.say(heard(&buffer[..count]));
    stage.taught(|| with_std::write(&connection, b"hi"))?;
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    stage.wait_asleep("server", "recv");
    with_std::write(&connection, b"hello")?;
    let mut buffer = [0; ROOM];
    let count = with_std::read(&connection, &mut buffer)?;
    stage.say(heard(&buffer[..count]));
    stage.wait_done("server");
    Ok(())
}

fn idea(play: &Play) -> Option<String> {
    let sent = play.call("client", "send")?.returned()?;
    let received = play.call("server", "recv")?.returned()?;
    Some(format!(
        "send took {sent} bytes, recv brought {received}, and the buffer has room for {ROOM}: \
         only the number that recv returns says how many are new."
    ))
}

fn heard(bytes: &[u8]) -> String {
    format!("{} bytes: \"{}\"", bytes.len(), bytes.escape_ascii())
}
