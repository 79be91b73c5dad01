//! The common options, level by level, and what each layer calls them.
//!
//! A name that stands here is compiled: `KeepAlive` is the type `nix::sys::socket::sockopt::KeepAlive`,
//! `keepalive` is the method of `socket2::Socket`, `nodelay` that of `std::net::TcpStream`.
//! A name that is missing is searched for in the sources of the layer, by a test.
//!
//! Options that can only be set, such as `IP_ADD_MEMBERSHIP`, are not here: there is nothing to read.
//! Neither are those that only one kind of device or of program needs.

mod entry;
mod ip;
mod ipv6;
mod socket;
mod tcp;
mod value;

pub(crate) use entry::{entries, maybe, read_std};

pub use entry::{Entry, ReadNix, ReadSocket2, ReadStd};
pub use ip::IP;
pub use ipv6::IPV6;
pub use socket::SOCKET;
pub use tcp::TCP;
pub use value::Form;

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    [SOCKET, TCP, IP, IPV6].into_iter().flatten()
}
