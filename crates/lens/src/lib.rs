//! What really reached the kernel.
//!
//! `lens` runs programs and keeps a record of the socket calls they make.
//! The record is a list of [`event::Event`]s; what draws it only reads that list.

pub mod address;
#[cfg(target_os = "linux")]
pub mod copy;
#[cfg(target_os = "linux")]
pub mod decode;
pub mod draw;
pub mod event;
pub mod flags;
pub mod json;
pub mod kernel;
pub mod lanes;
#[cfg(target_os = "linux")]
mod layout;
mod names;
pub mod order;
#[cfg(target_os = "linux")]
mod orphan;
pub mod raw;
#[cfg(target_os = "linux")]
mod signatures;
pub mod stack;
pub mod text;
pub mod tracer;
pub mod wire;

pub use tracer::{Options, Reach, Record, Refused, Running, can_trace, start};
