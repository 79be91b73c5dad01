//! How a Unix socket works: the scenes that are not mistakes.

pub(crate) mod abstract_name;
pub(crate) mod credentials;
pub(crate) mod pair;
pub(crate) mod pass_descriptor;
mod unix;

use std::fs;
use std::os::fd::RawFd;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use lab::{Layer, Play, Scene, Stage, layers, quote};

/// Where the server listens. The scenes play in an empty folder of their own, so one word will do.
pub(crate) const PATH: &str = "chat";
/// Room for what arrives, in bytes.
pub(crate) const ROOM: usize = 64;

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

/// Whether there is a socket's file at the path: not another file, and not a link to one.
/// `connect` does not tell. On Linux it is refused at an ordinary file too, and that one is nobody's to remove.
pub(crate) fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket())
}

/// What stands in the file system at the path.
pub(crate) fn look(stage: &Stage, when: &str) {
    let kind = match fs::symlink_metadata(PATH) {
        Ok(file) if file.file_type().is_socket() => {
            format!("a file of type socket, {} bytes", file.len())
        }
        Ok(_) => "another kind of file".to_owned(),
        Err(_) => "nothing".to_owned(),
    };
    stage.say(format!("{when}, at \"{PATH}\": {kind}"));
}

pub(crate) fn heard(bytes: &[u8]) -> String {
    format!("{} bytes: \"{}\"", bytes.len(), bytes.escape_ascii())
}

/// `unlink(path)`: remove the name. Who listens still does; but nobody can connect any more.
pub(crate) fn unlink() -> std::io::Result<()> {
    fs::remove_file(Path::new(PATH))
}

/// `close(fd)`, where its error does not matter.
pub(crate) fn close(fd: RawFd) {
    // The descriptor is this program's own and open; step 6 has what can go wrong.
    let _ = step06_close::with_libc::close(fd);
}
