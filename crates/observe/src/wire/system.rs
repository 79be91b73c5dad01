//! The wire on Linux.
//!
//! A [`network`] is made by a throw-away child ([`namespace`]), on a slow wire with a device of its own ([`tun`], [`route`]).
//! Its packets come by a buffer shared with the kernel ([`ring`]), and its sockets are asked about by [`diag`].
//! [`capture`] keeps what comes during one run.

mod calls;
pub(crate) mod capture;
pub(crate) mod diag;
mod namespace;
pub(crate) mod network;
mod ring;
mod route;
mod tun;

pub use network::Network;
