//! Places, as they are typed: where a half listens or calls, and the addresses of a step's own commands.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, ToSocketAddrs};

use crate::trouble::{Trouble, trouble};

/// 127.0.0.1 with port 0: this machine only, and a port of the kernel's choice, so that scenes never collide.
pub const ANY_PORT: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);

/// The document's own address, and so the course's.
const DEFAULT_ADDRESS: &str = "127.0.0.1:9000";
/// The same where addresses are paths.
const DEFAULT_PATH: &str = "/tmp/chat";

/// What may stand behind `serve` and `connect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// An IPv4 address with a port, or a name that the lab looks up: the half has it as
    /// [`Stage::address`](crate::Stage::address).
    Address,
    /// A host and a service of either family. The half asks the resolver itself, and has them as
    /// [`Stage::host_and_service`](crate::Stage::host_and_service).
    Host,
    /// A path, which the half has as [`Stage::path`](crate::Stage::path).
    Path,
}

impl Place {
    /// The word for it in a line of usage.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Place::Address | Place::Host => "ADDR",
            Place::Path => "PATH",
        }
    }

    /// The one that is taken where none is given.
    pub(crate) fn default(self) -> &'static str {
        match self {
            Place::Address | Place::Host => DEFAULT_ADDRESS,
            Place::Path => DEFAULT_PATH,
        }
    }

    /// Checks what was typed, and puts it as the half is to have it.
    pub(crate) fn read(self, text: &str) -> Result<String, Trouble> {
        match self {
            Place::Address => Ok(ipv4(text)?.to_string()),
            Place::Host => host_and_service(text),
            Place::Path if text.is_empty() => Err(trouble!(
                "\"\" is not a path: there is nothing in it; write it like {DEFAULT_PATH}"
            )),
            Place::Path => Ok(text.to_owned()),
        }
    }
}

/// An address as a person types it: `127.0.0.1:9000`, `localhost:9000`, `:9000` or `9000`.
pub(crate) fn ipv4(text: &str) -> Result<SocketAddrV4, Trouble> {
    let wrong =
        |why: &str| trouble!("{text:?} is not an address: {why}; write it like {DEFAULT_ADDRESS}");
    let (host, port) = split(text, wrong)?;
    let port: u16 = port
        .parse()
        .map_err(|_| wrong("the port must be a number from 0 to 65535"))?;
    let host = host.trim_matches(['[', ']']);
    if host.chars().all(|c| c.is_ascii_digit() || c == '.') && host.parse::<Ipv4Addr>().is_err() {
        return Err(wrong("an IPv4 address has four numbers from 0 to 255"));
    }
    let found = (host, port).to_socket_addrs().map_err(|error| {
        trouble!("{host:?} does not resolve to an address ({error}); try 127.0.0.1:{port}")
    })?;
    let found: Vec<SocketAddr> = found.collect();
    // The steps speak AF_INET; a name that has both kinds of address is taken at its IPv4 one.
    let found = found
        .iter()
        .find(|address| address.is_ipv4())
        .or(found.first())
        .copied();
    let found = found.ok_or_else(|| trouble!("{host:?} has no address; try 127.0.0.1:{port}"))?;
    match found {
        SocketAddr::V4(address) => Ok(address),
        SocketAddr::V6(address) => Err(trouble!(
            "{address} is an IPv6 address and this step uses AF_INET; try 127.0.0.1:{port}"
        )),
    }
}

/// A host and a service as a person types them, for a step that asks the resolver itself: `localhost:9000`,
/// `[::1]:http`, `:9000` or `9000`. A name is not looked up here.
fn host_and_service(text: &str) -> Result<String, Trouble> {
    let wrong = |why: &str| {
        trouble!(
            "{text:?} is no host and port: {why}; write it like {DEFAULT_ADDRESS} or localhost:9000"
        )
    };
    let (host, service) = split(text, wrong)?;
    // The C library takes the lower 16 bits of a port that is too large.
    let is_port = is_number(service) && service.parse::<u16>().is_ok();
    if !is_port && !service.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(wrong(
            "the port must be a number from 0 to 65535, or the name of a service",
        ));
    }
    Ok(format!("{host}:{service}"))
}

/// The host and the port. Where no host was typed it is this machine.
fn split(text: &str, wrong: impl Fn(&str) -> Trouble) -> Result<(&str, &str), Trouble> {
    let (host, port) = match text.rsplit_once(':') {
        Some(both) => both,
        None if is_number(text) => ("", text),
        None => ("", ""),
    };
    if port.is_empty() {
        return Err(wrong("the port is missing"));
    }
    if host.contains(':') && !(host.starts_with('[') && host.ends_with(']')) {
        return Err(wrong(
            "an IPv6 address stands in brackets, as in [::1]:9000",
        ));
    }
    let host = if host.is_empty() { "127.0.0.1" } else { host };
    Ok((host, port))
}

fn is_number(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit())
}
