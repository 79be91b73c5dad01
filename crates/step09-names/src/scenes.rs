//! How names become addresses and addresses become names: the scenes, and what they share.

pub(crate) mod connect_each;
pub(crate) mod dual_stack;
mod names;
pub(crate) mod old_pair;
mod shared;

use lab::{Layer, Play, Scene, layers, peer, quote};

pub(crate) use shared::{
    FIGURES, addresses, close, ipv6, list, nothing, std_address, text, third_family,
};

/// The main scene: `localhost` becomes an address, the address two texts in figures, and then connect is called.
pub(crate) fn names() -> Scene {
    Scene::new(
        "names",
        "a name becomes an address, and only then can connect be called",
    )
    .core()
    .peer("server", peer::server)
    .actor("client", layers!(names::client))
    .idea(idea)
    .quote(Layer::Libc, quote!("with_libc.rs", "libc::getaddrinfo("))
    .quote(Layer::Nix, quote!("with_nix.rs", "with_libc::getaddrinfo("))
    .quote(Layer::Nix, quote!("with_nix.rs", "step04::connect("))
    .quote(
        Layer::Socket2,
        quote!("with_socket2.rs", "with_libc::getaddrinfo("),
    )
    .quote(
        Layer::Socket2,
        quote!("with_socket2.rs", "step04::connect("),
    )
    .quote(Layer::Std, quote!("with_std.rs", "to_socket_addrs()"))
    .quote(Layer::Std, quote!("with_std.rs", "TcpStream::connect("))
}

/// What the client said it had found, before connect, is what connect was given.
fn idea(play: &Play) -> Option<String> {
    let given = play.call("client", "connect")?.arg("addr")?.to_string();
    (play.cue("found")? == given).then(|| {
        format!(
            "The kernel knows no names: connect was given {given}, and getaddrinfo had found that \
             before, inside the client."
        )
    })
}
