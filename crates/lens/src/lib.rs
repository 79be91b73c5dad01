//! What really reached the kernel.
//!
//! `lens` runs programs and keeps a record of the socket calls they make.
//! The record is a list of [`event::Event`]s; what draws it only reads that list.

pub mod event;
pub mod raw;
