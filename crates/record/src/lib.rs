//! The record: what can happen while a program is observed, and how it is written.
//!
//! A run is one list of [`event::Event`]s. What observes a run writes it, what shows a run only reads it,
//! and nothing else passes between them. So this crate knows neither, has no `unsafe`, and compiles on every system.
//!
//! - [`event`]: the events themselves
//! - [`calls`]: the system calls that are watched, and what each of them does
//! - [`names`]: numbers and their names, as the C headers have them
//! - [`address`]: socket addresses as they lie in memory
//! - [`text`]: a call as its manual page would write it
//! - [`json`]: an event as a line for other programs

#![forbid(unsafe_code)]

pub mod address;
#[cfg(target_os = "linux")]
pub mod calls;
pub mod event;
pub mod json;
pub mod names;
pub mod text;
