//! How `close` works: the scene that is no mistake.

use std::io::Read;
use std::net::TcpListener;

use lab::{ANY_PORT, Layer, OnCall, Play, Played, Scene, Sign, Stage, layers, quote};
use nix::sys::socket::MsgFlags;
use step04_connect as step04;
use step05_send_recv as step05;
use step06_close::{with_libc, with_nix, with_socket2, with_std};

/// The main scene: the client closes, the server's recv returns 0, and it closes too.
pub(crate) fn close() -> Scene {
    Scene::new(
        "close",
        "one side closes; the other's recv returns 0, and it closes too",
    )
    .wire()
    .core()
    .peer("server", server)
    .actor(
        "client",
        layers(client_libc, client_nix, client_socket2, client_std),
    )
    .shows(&[Sign::Found("server", "0")])
    .idea(idea)
    .quote(Layer::Libc, quote!("with_libc.rs", "libc::close("))
    .quote(Layer::Nix, quote!("with_nix.rs", "unistd::close("))
    .quote(Layer::Socket2, quote!("with_socket2.rs", "drop(socket)"))
    .quote(Layer::Std, quote!("with_std.rs", "drop(stream)"))
}

fn client_libc(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let connection = step04::with_libc::connect_to(address).on("connect", address)?;
    step05::with_libc::send(connection, b"bye", 0)?;
    wait_for_the_reader(stage);
    stage.taught(|| with_libc::close(connection))?;
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let connection = step04::with_nix::connect_to(address).on("connect", address)?;
    step05::with_nix::send(&connection, b"bye", MsgFlags::empty())?;
    wait_for_the_reader(stage);
    stage.taught(|| with_nix::close(connection))?;
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let connection = step04::with_socket2::connect_to(address).on("connect", address)?;
    step05::with_socket2::send(&connection, b"bye")?;
    wait_for_the_reader(stage);
    stage.taught(|| with_socket2::close(connection));
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let connection = step04::with_std::connect_to(address).on("connect", address)?;
    step05::with_std::write(&connection, b"bye")?;
    wait_for_the_reader(stage);
    stage.taught(|| with_std::close(connection));
    Ok(())
}

/// Reads until the client has ended, and then ends too.
fn server(stage: &mut Stage) -> Played {
    let listener = TcpListener::bind(ANY_PORT)?;
    stage.cue("listening", listener.local_addr()?);
    let (mut connection, _) = listener.accept()?;
    let mut buffer = [0; 64];
    loop {
        let count = connection.read(&mut buffer)?;
        if count == 0 {
            stage.found(count, "recv returned 0: the client will send no more");
            break;
        }
        stage.cue("read", count);
    }
    // Connection and listener are closed on drop.
    Ok(())
}

fn idea(play: &Play) -> Option<String> {
    let closed = play.call("client", "close")?.descriptor()?;
    let received = play.calls("server").into_iter();
    let end = received
        .filter(|call| call.name == "recvfrom" && call.returned() == Some(0))
        .find_map(|call| call.descriptor())?;
    Some(format!(
        "The client closes its descriptor {closed}, and the server's recv on descriptor {end} \
         returns 0: that is how one side learns that the other is done."
    ))
}

/// Until the server has read what there was and sleeps in its next recv.
pub(crate) fn wait_for_the_reader(stage: &mut Stage) {
    stage.wait("read");
    stage.wait_asleep("server", "recv");
}
