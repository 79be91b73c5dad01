//! From bytes to calls to text: literal images, hostile bytes, and the calls of this very process.

mod addresses;
mod json;
mod text;

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod data;
#[cfg(target_os = "linux")]
mod live;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod properties;
#[cfg(target_os = "linux")]
mod waiting;
