//! What shows a record.
//!
//! Everything here reads a list of [`record::event::Event`]s and writes text; nothing is observed, asked or run.
//! [`order`] puts the events into rows, by cause and effect or by time; [`lanes`] writes the rows as text side by side,
//! [`draw`] as a picture; [`packets`], [`stack`] and [`kernel`] are the words for what has no thread of its own;
//! [`pcap`] writes the packets for other programs.

#![forbid(unsafe_code)]

pub mod draw;
pub mod kernel;
pub mod lanes;
pub mod order;
pub mod packets;
pub mod pcap;
mod row;
pub mod stack;
