//! How a Unix socket works: the scenes that are not mistakes.

pub(crate) mod abstract_name;
pub(crate) mod credentials;
pub(crate) mod pair;
pub(crate) mod pass_descriptor;
mod shared;
mod unix;

use lab::{Layer, Play, Scene, layers, quote};

pub(crate) use shared::{PATH, ROOM, close, heard, is_socket, look, unlink};

/// The main scene: hello and hi, and the address is a path.
pub(crate) fn unix() -> Scene {
    Scene::new("unix", "hello and hi through a file that holds no bytes")
        .core()
        .at_path(PATH)
        .actor("server", layers!(unix::server))
        .actor("client", layers!(unix::client))
        .idea(idea)
        .quote(Layer::Libc, quote!("with_libc.rs", "bind(fd,"))
        .quote(Layer::Libc, quote!("with_libc.rs", "unsafe { accept("))
        .quote(Layer::Nix, quote!("with_nix.rs", "step02::bind("))
        .quote(Layer::Socket2, quote!("with_socket2.rs", "step02::bind("))
        .quote(Layer::Std, quote!("with_std.rs", "UnixListener::bind("))
        .quote(Layer::Std, quote!("with_std.rs", "listener.accept()"))
}

/// Who is at the other end.
pub(crate) fn credentials() -> Scene {
    credentials::scene()
        .quote(
            Layer::Libc,
            quote!("with_libc/peer.rs", "unsafe { getsockopt("),
        )
        .quote(
            Layer::Nix,
            quote!("with_nix.rs", "sockopt::PeerCredentials"),
        )
        .quote(
            Layer::Socket2,
            quote!("with_socket2.rs", "peer_credentials(socket)"),
        )
        .quote(
            Layer::Std,
            quote!("with_std.rs", "peer_credentials(stream)"),
        )
}

/// A socket for another process.
pub(crate) fn pass_descriptor() -> Scene {
    pass_descriptor::scene()
        .quote(
            Layer::Libc,
            quote!("with_libc/message.rs", "libc::recvmsg("),
        )
        .quote(Layer::Nix, quote!("with_nix.rs", "socket::recvmsg::<"))
        .quote(Layer::Socket2, quote!("with_socket2.rs", "socket.recvmsg("))
        .quote(Layer::Std, quote!("with_std.rs", "with_nix::recvmsg("))
}

/// Two sockets at once.
pub(crate) fn pair() -> Scene {
    pair::scene()
        .quote(Layer::Libc, quote!("with_libc.rs", "libc::socketpair("))
        .quote(Layer::Nix, quote!("with_nix.rs", "socket::socketpair("))
        .quote(Layer::Socket2, quote!("with_socket2.rs", "Socket::pair("))
        .quote(Layer::Std, quote!("with_std.rs", "UnixStream::pair("))
}

/// Only said when it was seen: the client named what the server had bound, and has no name itself.
fn idea(play: &Play) -> Option<String> {
    let bound = play.call("server", "bind")?.arg("addr")?.to_string();
    let asked = play.call("client", "connect")?.arg("addr")?.to_string();
    let named = play.call("client", "bind").is_some();
    let path = bound.strip_prefix("unix:")?;
    (bound == asked && !named).then(|| {
        format!(
            "bind made the file \"{path}\", connect named it, and everything else is as before. \
             The client has no name."
        )
    })
}
