//! From bytes to calls: literal images, hostile bytes, and the calls of this very process.

#![cfg(target_os = "linux")]

mod calls;
mod data;
mod live;
mod memory;
mod properties;
mod waiting;
