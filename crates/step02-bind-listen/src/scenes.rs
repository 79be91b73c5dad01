//! How `bind` and `listen` work: the scene that is not a mistake.

use std::net::Ipv4Addr;

use lab::{ANY_PORT, Layer, Play, Played, Scene, Stage, layers, peer, quote};
use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, SockaddrIn};
use nix::unistd::close; // step 6
use socket2::{Domain, SockAddr, Type};
use step01_socket as step01;
use step02_bind_listen::{with_libc, with_nix, with_socket2, with_std};

/// Room in the queue for connections that nobody has accepted yet.
pub(crate) const BACKLOG: i32 = 5;

/// The main scene: the server asks for any port, finds out which one it got, and listens.
/// A client connects, though no accept is ever called.
pub(crate) fn bind_listen() -> Scene {
    Scene::new(
        "bind-listen",
        "the 16 bytes of an address, the port behind 0, and a client before any accept",
    )
    .core()
    .actor(
        "server",
        layers(server_libc, server_nix, server_socket2, server_std),
    )
    .peer("client", client)
    .idea(idea)
    .quote(Layer::Libc, quote!("with_libc.rs", "libc::bind("))
    .quote(Layer::Libc, quote!("with_libc.rs", "libc::listen("))
    .quote(Layer::Nix, quote!("with_nix.rs", "socket::bind("))
    .quote(Layer::Nix, quote!("with_nix.rs", "socket::listen("))
    .quote(Layer::Socket2, quote!("with_socket2.rs", "socket.bind("))
    .quote(Layer::Socket2, quote!("with_socket2.rs", "socket.listen("))
    .quote(Layer::Std, quote!("with_std.rs", "TcpListener::bind("))
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step01::with_libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    let address = with_libc::sockaddr_in(ANY_PORT);
    show_bytes(stage, &address);
    let length = size_of_val(&address) as libc::socklen_t;
    stage.taught(|| {
        // SAFETY: `length` is the size of `address`, which lives until after the call.
        unsafe { with_libc::bind(listener, (&raw const address).cast(), length) }
    })?;
    let (mut local, mut room) = with_libc::empty_address();
    // SAFETY: `room` is the size of `local`, and both live until after the call.
    unsafe { with_libc::getsockname(listener, (&raw mut local).cast(), &raw mut room) }?;
    show_port(stage, &local);
    stage.taught(|| with_libc::listen(listener, BACKLOG))?;
    stage.cue("listening", with_libc::socket_addr(&local)?);
    watch_the_client_connect(stage);
    close(listener)?;
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let none = SockFlag::empty();
    let listener = step01::with_nix::socket(AddressFamily::Inet, SockType::Stream, none, None)?;
    let address = SockaddrIn::from(ANY_PORT);
    show_bytes(stage, address.as_ref());
    stage.taught(|| with_nix::bind(&listener, &address))?;
    let local = with_nix::local_address(&listener)?;
    show_port(stage, local.as_ref());
    stage.taught(|| with_nix::listen(&listener, Backlog::new(BACKLOG)?))?;
    stage.cue("listening", local);
    watch_the_client_connect(stage);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step01::with_socket2::socket(Domain::IPV4, Type::STREAM, None)?;
    let address = SockAddr::from(ANY_PORT);
    stage.taught(|| with_socket2::bind(&listener, &address))?;
    let local = with_socket2::local_address(&listener)?;
    let local = local.as_socket_ipv4().unwrap_or(ANY_PORT);
    stage.say(format!("port {}", local.port()));
    stage.taught(|| with_socket2::listen(&listener, BACKLOG))?;
    stage.cue("listening", local);
    watch_the_client_connect(stage);
    Ok(())
}

/// In std the 16 bytes and both calls are inside one function.
fn server_std(stage: &mut Stage) -> Played {
    let listener = stage.taught(|| with_std::listen_on(ANY_PORT))?;
    let local = with_std::local_address(&listener)?;
    stage.say(format!("port {}", local.port()));
    stage.cue("listening", local);
    watch_the_client_connect(stage);
    Ok(())
}

/// The program does nothing here. The kernel makes the handshake with the client.
fn watch_the_client_connect(stage: &mut Stage) {
    let client = stage.wait("connected");
    stage.say(format!("{client} is connected; no accept was called"));
}

/// Connects, and stays until the server has seen it and has ended. Nobody accepts it.
fn client(stage: &mut Stage) -> Played {
    let connection = peer::connect(stage)?;
    stage.say("connected");
    stage.wait_done("server");
    drop(connection);
    Ok(())
}

/// Only said when it was seen: a port for port 0, a client that is connected, and no accept.
fn idea(play: &Play) -> Option<String> {
    let port = play.cue("listening")?.rsplit_once(':')?.1;
    let listened = play.call("server", "listen")?.returned()? == 0;
    let connected = play.call("client", "connect")?.returned()? == 0;
    let accepted = play.call("server", "accept").is_some();
    (listened && connected && !accepted).then(|| {
        format!(
            "bind asked for port 0 and got {port}; after listen a client was connected, \
             and the server never called accept."
        )
    })
}

/// The structure field by field, each byte as it lies in memory: 16 in all.
fn show_bytes(stage: &Stage, address: &libc::sockaddr_in) {
    let family = address.sin_family.to_ne_bytes();
    stage.say(format!("sin_family {:12}AF_INET", hex(&family)));
    show_port(stage, address);
    let ip = address.sin_addr.s_addr.to_ne_bytes();
    stage.say(format!("sin_addr   {:12}{}", hex(&ip), Ipv4Addr::from(ip)));
    let zero = address.sin_zero.map(|byte| byte.to_ne_bytes()[0]);
    stage.say(format!("sin_zero   {}", hex(&zero)));
}

/// The port's two bytes as they lie in memory, the higher one first, and the number they mean.
fn show_port(stage: &Stage, address: &libc::sockaddr_in) {
    let bytes = address.sin_port.to_ne_bytes();
    let port = u16::from_be_bytes(bytes);
    stage.say(format!("sin_port   {:12}{port:#06x} = {port}", hex(&bytes)));
}

fn hex(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(" ")
}
