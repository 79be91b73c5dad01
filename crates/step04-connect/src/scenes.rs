//! How `connect` works: the main scene.
//!
//! Its name is not `connect`, because that word on the command line is the half that calls.

use std::net::SocketAddr;

use lab::{ANY_PORT, Layer, Play, Played, Scene, Sign, Stage, layers, quote};
use libc::socklen_t;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, SockaddrIn};
use nix::unistd::close; // step 6
use socket2::{Domain, Type};
use step01_socket as step01;
use step02_bind_listen as step02;
use step03_accept as step03;
use step04_connect::{with_libc, with_nix, with_socket2, with_std};

/// The main scene: a client that never calls bind, and a server that does not accept
/// before the client's connect has returned.
pub(crate) fn ephemeral_port() -> Scene {
    Scene::new(
        "connect",
        "connect gives the client a port, and returns before anyone accepts",
    )
    .wire()
    .core()
    .peer("server", server)
    .actor(
        "client",
        layers(client_libc, client_nix, client_socket2, client_std),
    )
    .shows(&[
        Sign::Found("client", "given"),
        Sign::Found("server", "same"),
    ])
    .idea(idea)
    .quote(Layer::Libc, quote!("with_libc.rs", "libc::connect("))
    .quote(Layer::Nix, quote!("with_nix.rs", "socket::connect("))
    .quote(Layer::Socket2, quote!("with_socket2.rs", "socket.connect("))
    .quote(Layer::Std, quote!("with_std.rs", "TcpStream::connect("))
}

fn client_libc(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let fd = step01::with_libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    let before = step02::with_libc::local_address(fd)?;
    let address = step02::with_libc::sockaddr_in(server);
    let length = size_of_val(&address) as socklen_t;
    // SAFETY: `length` is the size of `address`, which lives until after the call.
    let connect = || unsafe { with_libc::connect(fd, (&raw const address).cast(), length) };
    stage.taught(connect)?;
    let after = step02::with_libc::local_address(fd)?;
    judge(stage, Some(before.into()), after.into());
    close(fd)?;
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let server = SockaddrIn::from(stage.wait_address("listening")?);
    let none = SockFlag::empty();
    let socket = step01::with_nix::socket(AddressFamily::Inet, SockType::Stream, none, None)?;
    let before = step02::with_nix::local_address(&socket)?;
    stage.taught(|| with_nix::connect(&socket, &server))?;
    let after = step02::with_nix::local_address(&socket)?;
    let [before, after] = [before, after].map(|a| SocketAddr::from((a.ip(), a.port())));
    judge(stage, Some(before), after);
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let socket = step01::with_socket2::socket(Domain::IPV4, Type::STREAM, None)?;
    let before = step02::with_socket2::local_address(&socket)?;
    stage.taught(|| with_socket2::connect(&socket, &server.into()))?;
    let after = step02::with_socket2::local_address(&socket)?;
    judge(
        stage,
        before.as_socket(),
        after.as_socket().unwrap_or(ANY_PORT.into()),
    );
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    // Socket and connect in one function: there is no "before" to look at.
    let connection = stage.taught(|| with_std::connect_to(server))?;
    judge(stage, None, connection.local_addr()?);
    Ok(())
}

fn idea(play: &Play) -> Option<String> {
    let connect = play.call("client", "connect")?;
    let accept = play.call("server", "accept")?;
    let given = play.cue("connected")?;
    let never_bound = play.call("client", "bind").is_none();
    (never_bound && connect.returned()? == 0 && connect.left? < accept.entered).then(|| {
        format!(
            "The client never called bind: connect gave it {given}. And connect returned before \
             the server called accept: the two kernels make the connection."
        )
    })
}

/// What the client is judged by: connect has given it a port. Then it stays until it is accepted.
fn judge(stage: &mut Stage, before: Option<SocketAddr>, after: SocketAddr) {
    let had_none = before.is_none_or(|before| before.port() == 0);
    let token = match had_none && after.port() != 0 {
        true => "given",
        false => "not given",
    };
    let text = match before {
        Some(before) => format!("my address was {before}, and is now {after}"),
        None => format!("my address is {after}"),
    };
    stage.found(token, text);
    stage.cue("connected", after);
    stage.wait("accepted");
}

/// Listens, and accepts only when the client says that it is connected.
fn server(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    let client = stage.wait("connected");
    // `_` closes the connection at once, before the client does: who closes first decides which end sends which packet.
    let (_, peer) = step03::with_std::accept(&listener)?;
    let token = if peer.to_string() == client {
        "same"
    } else {
        "another"
    };
    stage.found(token, format!("accepted {peer}"));
    stage.cue("accepted", peer);
    Ok(())
}
