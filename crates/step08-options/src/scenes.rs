//! How options work: the scenes that are not mistakes.

mod buffers;
mod defaults;
pub(crate) mod fresh;
mod keepalive;
mod options;
mod timeouts;

use lab::{Layer, Scene, Sign, layers, quote};

use fresh::on_linux;

/// The main scene: an option of one socket is changed, and another socket keeps its own.
pub(crate) fn options() -> Scene {
    use options::{program_libc, program_nix, program_socket2, program_std};
    Scene::new(
        "options",
        "an option has a value from the start, and every socket has its own",
    )
    .core()
    .actor("program", layers!(program))
    .shows(&[Sign::Found("program", "one of two")])
    .idea(options::idea)
    .quote(Layer::Libc, quote!("with_libc.rs", "libc::setsockopt("))
    .quote(Layer::Libc, quote!("with_libc.rs", "libc::getsockopt("))
    .quote(Layer::Nix, quote!("with_nix.rs", "socket::setsockopt("))
    .quote(Layer::Nix, quote!("with_nix.rs", "socket::getsockopt("))
    .quote(
        Layer::Socket2,
        quote!("with_socket2.rs", "set_tcp_nodelay("),
    )
    .quote(Layer::Socket2, quote!("with_socket2.rs", ".tcp_nodelay("))
    .quote(Layer::Std, quote!("with_std.rs", "stream.set_nodelay("))
    .quote(Layer::Std, quote!("with_std.rs", "stream.nodelay("))
}

/// Not a mistake: every common option of a new socket, and which layer has a name for it.
pub(crate) fn defaults() -> Scene {
    use defaults::{program_libc, program_nix, program_socket2, program_std};
    Scene::new(
        "defaults",
        "every common option of a new socket: type, value, unit, and who has a name for it",
    )
    .core()
    .actor("program", layers!(program))
    .shows(&[Sign::Found("program", "read")])
    .idea(defaults::idea)
}

/// Not a mistake: the size of a buffer that was set is not the size that is read.
pub(crate) fn buffer_doubling() -> Scene {
    use buffers::{program_libc, program_nix, program_socket2, program_std};
    Scene::new(
        "buffer-doubling",
        "a receive buffer is set to 20000 bytes, and then it has 40000",
    )
    .core()
    .needs(on_linux)
    .actor("program", layers!(program))
    .shows(&[Sign::Found("program", "doubled")])
    .idea(buffers::idea)
    .quote(Layer::Libc, quote!("scenes/buffers.rs", "libc::set_int("))
    .quote(Layer::Nix, quote!("scenes/buffers.rs", "nix::setsockopt("))
    .quote(
        Layer::Socket2,
        quote!("scenes/buffers.rs", "set_recv_buffer_size("),
    )
    .quote(Layer::Std, quote!("scenes/buffers.rs", "SockRef::from("))
}

/// Not a mistake: keep-alive is off, and its times are long.
pub(crate) fn keepalive() -> Scene {
    use keepalive::{program_libc, program_nix, program_socket2, program_std};
    Scene::new(
        "keepalive",
        "keep-alive is off; how long a peer is believed in when it is on",
    )
    .actor("program", layers!(program))
    .shows(&[Sign::Found("program", "on, 90 s")])
    .idea(keepalive::idea)
    .quote(Layer::Libc, quote!("with_libc.rs", "SO_KEEPALIVE, 1)"))
    .quote(Layer::Nix, quote!("with_nix.rs", "sockopt::KeepAlive, "))
    .quote(
        Layer::Socket2,
        quote!("with_socket2.rs", "set_tcp_keepalive("),
    )
    .quote(
        Layer::Std,
        quote!("with_std.rs", "SockRef::from(stream), idle"),
    )
}

/// Not a mistake: a recv that waits no longer than it may.
pub(crate) fn timeouts() -> Scene {
    use timeouts::{client, server_libc, server_nix, server_socket2, server_std};
    Scene::new(
        "timeouts",
        "recv gives up after a time, and the connection goes on",
    )
    .core()
    .actor("server", layers!(server))
    .peer("client", client)
    .shows(&[Sign::Found("server", "5")])
    .idea(timeouts::idea)
    .quote(
        Layer::Libc,
        quote!("scenes/timeouts.rs", "libc::set_timeout("),
    )
    .quote(Layer::Nix, quote!("scenes/timeouts.rs", "nix::setsockopt("))
    .quote(
        Layer::Socket2,
        quote!("with_socket2.rs", "set_read_timeout(limit"),
    )
    .quote(Layer::Std, quote!("with_std.rs", "set_read_timeout(limit"))
}
