//! What really reached the kernel.
//!
//! [`start`] runs programs and keeps a [`Record`] of the socket calls they make: a list of [`record::event::Event`]s.
//! What is done with that list is not known here.
//!
//! A run is observed from three sides, each of which knows nothing of the others:
//!
//! - [`tracer`]: stops the programs at their calls ([`copy`] says what is copied there, [`decode`] reads it afterwards)
//! - [`wire`]: the network they run in, its packets, and what becomes of the sockets at both ends
//! - [`kernel`]: the kernel's own functions under a call
//!
//! What they have seen is put together in one place, [`assemble`]. The tracer starts the two others where
//! [`Options`] ask for them, and hands all on to it.
//!
//! ```text
//! stop  --copy-->  Raw  --decode-->  Call --+
//! buffer of packets  --parse-->  Packet  ---+--assemble-->  Record
//! trace of the kernel  ---------------------+
//! ```

pub mod assemble;
#[cfg(target_os = "linux")]
mod clock;
#[cfg(target_os = "linux")]
pub mod copy;
#[cfg(target_os = "linux")]
pub mod decode;
pub mod kernel;
#[cfg(target_os = "linux")]
mod layout;
mod options;
#[cfg(target_os = "linux")]
mod orphan;
#[cfg(target_os = "linux")]
pub mod raw;
mod refused;
pub mod tracer;
pub mod wire;

pub use assemble::{Known, Record};
pub use options::Options;
pub use refused::Refused;
pub use tracer::{Reach, Running, can_trace, start};
