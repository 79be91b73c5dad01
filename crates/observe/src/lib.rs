//! What really reached the kernel.
//!
//! [`start`] runs programs and keeps a [`Record`] of the socket calls they make: a list of [`record::event::Event`]s.
//! What is done with that list is not known here.
//!
//! - [`tracer`]: stops the programs at their calls ([`copy`] says what is copied there, [`decode`] reads it afterwards)
//! - [`wire`]: the network they run in, its packets, and what becomes of the sockets at both ends
//! - [`kernel`]: the kernel's own functions under a call

#[cfg(target_os = "linux")]
pub mod copy;
#[cfg(target_os = "linux")]
pub mod decode;
pub mod kernel;
#[cfg(target_os = "linux")]
mod layout;
#[cfg(target_os = "linux")]
mod orphan;
#[cfg(target_os = "linux")]
pub mod raw;
pub mod tracer;
pub mod wire;

pub use tracer::{Options, Reach, Record, Refused, Running, can_trace, start};
