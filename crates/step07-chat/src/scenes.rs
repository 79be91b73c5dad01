//! The chat as a scene: hello and hi, and the server waits for the next client.

use lab::{ANY_PORT, Layer, Play, Played, Scene, Sign, Stage, layers, quote};
use nix::sys::socket::Backlog;
use step02_bind_listen as step02;
use step03_accept as step03;
use step04_connect as step04;
use step06_close as step06;
use step07_chat::{Framing, Inbox, with_libc, with_nix, with_socket2, with_std};

/// The document's rule: one recv is one message.
const NONE: Framing = Framing::None;

/// The main scene. The server is the program's server with one answer for everything.
pub(crate) fn chat() -> Scene {
    Scene::new(
        "chat",
        "a server and a client say hello and hi, and the server waits for the next client",
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
    .shows(&[Sign::Waits("server", "accept")])
    .idea(idea)
    .quote(Layer::Libc, quote!("with_libc.rs", "match recv("))
    .quote(Layer::Libc, quote!("with_libc.rs", "= send_all("))
    .quote(Layer::Nix, quote!("with_nix.rs", "match recv("))
    .quote(Layer::Nix, quote!("with_nix.rs", "= send_all("))
    .quote(Layer::Socket2, quote!("with_socket2.rs", "match recv("))
    .quote(
        Layer::Socket2,
        quote!("with_socket2.rs", "write_all(socket"),
    )
    .quote(Layer::Std, quote!("with_std.rs", "match read("))
    .quote(Layer::Std, quote!("with_std.rs", "write_all(stream"))
}

fn idea(play: &Play) -> Option<String> {
    let sent = play.call("client", "send")?.returned()?;
    let received = play.call("server", "recv")?.returned()?;
    let gone = play.taught("server").last()?.returned()?;
    Some(format!(
        "One send took {sent} bytes and one recv brought {received}: that is taken for one message, \
         though no call says so. {gone} from recv is the peer's goodbye."
    ))
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, 3)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    loop {
        let (connection, peer) = step03::with_libc::accept_peer(listener)?;
        stage.say(format!("connected from {peer}"));
        let mut inbox = Inbox::new(NONE);
        while let Some(message) = stage.taught(|| with_libc::receive(connection, &mut inbox))? {
            stage.say(message);
            stage.taught(|| with_libc::send(connection, NONE, "hi"))?;
        }
        stage.say("disconnected");
        step06::with_libc::close(connection)?;
    }
}

/// Hello, the answer, and the end.
fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    stage.wait_asleep("server", "recv");
    with_libc::send(connection, NONE, "hello")?;
    let answer = with_libc::receive(connection, &mut Inbox::new(NONE))?;
    stage.say(answer.unwrap_or_default());
    Ok(step06::with_libc::close(connection)?)
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(3)?)?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    loop {
        let connection = step03::with_nix::accept(&listener)?;
        let peer = step03::with_nix::peer_address(&connection)?;
        stage.say(format!("connected from {peer}"));
        let mut inbox = Inbox::new(NONE);
        while let Some(message) = stage.taught(|| with_nix::receive(&connection, &mut inbox))? {
            stage.say(message);
            stage.taught(|| with_nix::send(&connection, NONE, "hi"))?;
        }
        stage.say("disconnected");
    }
}

fn client_nix(stage: &mut Stage) -> Played {
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    stage.wait_asleep("server", "recv");
    with_nix::send(&connection, NONE, "hello")?;
    let answer = with_nix::receive(&connection, &mut Inbox::new(NONE))?;
    stage.say(answer.unwrap_or_default());
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, 3)?;
    let address = step02::with_socket2::local_address(&listener)?;
    stage.cue("listening", address.as_socket_ipv4().unwrap_or(ANY_PORT));
    loop {
        let (connection, peer) = step03::with_socket2::accept(&listener)?;
        let peer = peer.as_socket_ipv4().unwrap_or(ANY_PORT);
        stage.say(format!("connected from {peer}"));
        let mut inbox = Inbox::new(NONE);
        while let Some(message) = stage.taught(|| with_socket2::receive(&connection, &mut inbox))? {
            stage.say(message);
            stage.taught(|| with_socket2::send(&connection, NONE, "hi"))?;
        }
        stage.say("disconnected");
    }
}

fn client_socket2(stage: &mut Stage) -> Played {
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    stage.wait_asleep("server", "recv");
    with_socket2::send(&connection, NONE, "hello")?;
    let answer = with_socket2::receive(&connection, &mut Inbox::new(NONE))?;
    stage.say(answer.unwrap_or_default());
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    loop {
        let (connection, peer) = step03::with_std::accept(&listener)?;
        stage.say(format!("connected from {peer}"));
        let mut inbox = Inbox::new(NONE);
        while let Some(message) = stage.taught(|| with_std::receive(&connection, &mut inbox))? {
            stage.say(message);
            stage.taught(|| with_std::send(&connection, NONE, "hi"))?;
        }
        stage.say("disconnected");
    }
}

fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    stage.wait_asleep("server", "recv");
    with_std::send(&connection, NONE, "hello")?;
    let answer = with_std::receive(&connection, &mut Inbox::new(NONE))?;
    stage.say(answer.unwrap_or_default());
    Ok(())
}
