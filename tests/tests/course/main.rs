//! The whole course, played from outside. One program, so that its tests share two processors well.

// From lessons/course.toml, by build.rs: the modules of `tests/steps`, and `for_each_step!`, which makes one test of
// each function for each step, so that they run side by side and each says where it failed.
include!(concat!(env!("OUT_DIR"), "/steps.rs"));

mod asked;
mod command_line;
mod coverage;
mod datagrams;
mod drawings;
mod guests;
mod kernel;
mod layout;
mod normal;
mod question;
mod readme;
mod records;
mod scenes;
mod serve;
mod stack;
mod states;
mod user;
mod wire;
