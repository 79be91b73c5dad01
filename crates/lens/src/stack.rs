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

#[cfg(target_os = "linux")]
use crate::event::Stack;
#[cfg(target_os = "linux")]
use std::collections::HashMap;
#[cfg(target_os = "linux")]
use std::sync::Arc;

pub mod draw;
#[cfg(target_os = "linux")]
pub(crate) mod java;
#[cfg(target_os = "linux")]
mod layer;
#[cfg(target_os = "linux")]
pub(crate) mod maps;
#[cfg(target_os = "linux")]
mod name;
#[cfg(target_os = "linux")]
pub(crate) mod python;
#[cfg(target_os = "linux")]
mod read;
#[cfg(target_os = "linux")]
mod symbols;
#[cfg(target_os = "linux")]
pub(crate) mod walk;

/// The most bytes copied of a stack.
pub const DEPTH: usize = 32 * 1024;

/// Turns walks into frames; stacks that came the same way are one stack.
#[cfg(target_os = "linux")]
#[derive(Debug, Default)]
pub(crate) struct Namer {
    known: HashMap<*const walk::Walk, (Arc<walk::Walk>, Arc<Stack>)>,
}

#[cfg(target_os = "linux")]
impl Namer {
    /// The functions of a stack.
    pub(crate) fn name(&mut self, walk: &Arc<walk::Walk>) -> Arc<Stack> {
        // The walk is kept with its name, so that its address keeps its meaning.
        let known = self.known.entry(Arc::as_ptr(walk));
        let (_, stack) = known.or_insert_with(|| (Arc::clone(walk), Arc::new(layer::stack(walk))));
        Arc::clone(stack)
    }
}
