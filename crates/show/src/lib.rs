//! What shows a record.
//!
//! Everything here reads a list of [`record::event::Event`]s and writes text; nothing is observed, asked or run.
//! So of all crates of the course this one knows `record` alone, has no `unsafe`, and compiles on every system.
//! It takes a call for what [`record::role::Role`] says, and never by its name.
//!
//! - [`order`]: puts the events into rows, by cause and effect or by time; what has no row is decided with it, once, in `choice`
//! - [`lanes`]: the rows as text, side by side; [`draw`]: the rows as a picture. Both say the same words (`caption`)
//! - [`packets`], [`frames`] and [`kernel`]: packets and states, a call's functions, and the kernel's, as text
//! - [`pcap`]: the packets for other programs
//! - [`mod@flags`]: those of every program that shows a run

#![forbid(unsafe_code)]

mod addresses;
mod caption;
mod choice;
pub mod draw;
pub mod flags;
pub mod frames;
pub mod kernel;
pub mod lanes;
pub mod order;
pub mod packets;
pub mod pcap;
mod row;
