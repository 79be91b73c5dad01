//! The whole course, played from outside. One program, so that its tests share two processors well.

mod command_line;
mod scenes;
