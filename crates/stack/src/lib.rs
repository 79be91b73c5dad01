//! The functions under a call: how they are found, named and drawn.
//!
//! At the stop before a call the tracer copies three or four registers and at most [`DEPTH`] bytes of the stack.
//! That is all that is done while the program waits, but for one thing: which files are mapped where is read from
//! /proc/PID/maps, after an exec and after each mapping of a library, and those files are opened.
//! The rest comes afterwards:
//!
//! ```text
//! registers, bytes  --walk-->  addresses  --symbols-->  functions  --layer-->  frames  --draw-->  text
//!                   .eh_frame             DWARF, .symtab, .dynsym
//! ```
//!
//! A name is never guessed: a function without debug information is named by a symbol that covers the address,
//! and without such a symbol by its library and the place in it (`libc.so.6+0x10ab4`).
//!
//! A program in Python or Java runs in an interpreter, or in code that was made while it ran, and no file has names for
//! that. Its functions are read besides, at the stop, from the structures of the interpreter itself:
//!
//! | language | known versions | found by | way |
//! |---|---|---|---|
//! | Python | CPython 3.11, 3.12, 3.13 | `_PyRuntime`, exported | `stack/python.rs`: the thread's list of frames |
//! | Java | HotSpot of JDK 17, 21, 25; x86_64 | `gHotSpotVMStructs`, exported | `stack/java.rs`: frames on the stack |
//!
//! Only memory is read: nothing is put into the program, its options, its environment or its files, and its output is
//! its own. Of other versions the functions in C are shown, and the rest is folded. `examples/bench` measures what it costs.
//!
//! What is not seen: debug information that lies in another file (`/usr/lib/debug`, `.dwp`) or is compressed.

#![cfg(target_os = "linux")]

mod copies;
mod java;
mod layer;
mod maps;
pub mod memory;
mod name;
mod python;
mod read;
mod symbols;
#[cfg(test)]
mod tests;
mod walk;

pub use copies::{Code, DEPTH, StackCopy, Stacks};
pub use layer::Namer;
