//! The wire: packets understood, states inferred from them, and real ones caught.

#[cfg(target_os = "linux")]
#[path = "../support/cast.rs"]
#[macro_use]
mod cast;
#[cfg(target_os = "linux")]
mod live;
mod made;
mod ours;
mod parse;
#[cfg(target_os = "linux")]
mod roles;
#[cfg(target_os = "linux")]
#[path = "../../../../tests/src/skip.rs"]
mod skip;
mod states;
