//! How names become addresses and addresses become names: the scenes, and what they share.

pub(crate) mod connect_each;
pub(crate) mod dual_stack;
mod names;
pub(crate) mod old_pair;

use std::ffi::{CStr, CString};
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::fd::RawFd;

use lab::{Layer, Play, Scene, Stage, Trouble, layers, peer, quote};
use nix::sys::socket::SockaddrStorage;
use step09_names::with_libc::{self, ResolverError, hints};

/// Both texts in figures.
pub(crate) const FIGURES: i32 = libc::NI_NUMERICHOST | libc::NI_NUMERICSERV;

/// The main scene: `localhost` becomes an address, the address two texts in figures, and then connect is called.
pub(crate) fn names() -> Scene {
    Scene::new(
        "names",
        "a name becomes an address, and only then can connect be called",
    )
    .core()
    .peer("server", peer::server)
    .actor(
        "client",
        layers(
            names::client_libc,
            names::client_nix,
            names::client_socket2,
            names::client_std,
        ),
    )
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

/// What a name is on this machine: its addresses of one family, or of both.
pub(crate) fn addresses(
    stage: &mut Stage,
    name: &CStr,
    family: i32,
) -> Result<Vec<IpAddr>, ResolverError> {
    let hints = hints(family, libc::SOCK_STREAM, 0);
    let list = stage.resolver(|| with_libc::getaddrinfo(Some(name), None, &hints))?;
    let addresses = list.iter().filter_map(with_libc::address_of);
    Ok(addresses.map(|address| address.ip()).collect())
}

/// A list in words, or why there is none.
pub(crate) fn list<T: Display>(found: Result<Vec<T>, ResolverError>) -> String {
    match found {
        Ok(list) => list
            .iter()
            .map(T::to_string)
            .collect::<Vec<_>>()
            .join(" and "),
        Err(error) => error.to_string(),
    }
}

/// A number as the text that `getaddrinfo` takes.
pub(crate) fn text(port: u16) -> CString {
    CString::new(port.to_string()).unwrap_or_default() // Figures have no NUL.
}

pub(crate) fn nothing() -> Trouble {
    Trouble::new("getaddrinfo gave an empty list, which it should not")
}

/// nix's address of any family as std's.
pub(crate) fn std_address(address: &SockaddrStorage) -> Result<SocketAddr, Trouble> {
    let four = address
        .as_sockaddr_in()
        .map(|a| SocketAddr::V4((*a).into()));
    let six = address
        .as_sockaddr_in6()
        .map(|a| SocketAddr::V6((*a).into()));
    four.or(six).ok_or_else(third_family)
}

pub(crate) fn third_family() -> Trouble {
    Trouble::new("the kernel gave an address that is neither IPv4 nor IPv6")
}

/// Scenes with both families need `::1`.
pub(crate) fn ipv6() -> Result<(), String> {
    let bound = TcpListener::bind("[::1]:0").map(drop);
    bound.map_err(|error| format!("no IPv6 here (bind [::1]:0: {error})"))
}

/// `close(fd)` (step 6): what every raw descriptor needs at its end.
pub(crate) fn close(fd: RawFd) {
    // A failure has nothing to tell here: the descriptor is given back all the same.
    let _ = step06_close::with_libc::close(fd);
}
