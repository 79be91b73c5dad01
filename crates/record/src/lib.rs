//! The record: what can happen while a program is observed, and how it is written.
//!
//! A run is one list of [`event::Event`]s. What observes a run (`observe`) writes it, what shows a run (`show`) only reads it,
//! and nothing else passes between them. So this crate knows neither, has no `unsafe`, and compiles on every system.
//! What a call is, both take from here: its parameters, what it does, and which of them the kernel writes.
//!
//! - [`event`]: the events themselves
//! - [`role`]: what a call does; [`calls`]: the table of the calls that are watched, with the role of each
//! - [`carried`]: what a call did to descriptors and how many bytes it carried, asked by its role
//! - [`names`]: numbers and their names, as the C headers have them
//! - [`address`]: socket addresses as they lie in memory
//! - [`text`]: a call as its manual page would write it
//! - [`json`]: an event as a line for other programs

#![forbid(unsafe_code)]

pub mod address;
pub mod calls;
pub mod carried;
pub mod event;
pub mod json;
pub mod names;
pub mod role;
pub mod text;
