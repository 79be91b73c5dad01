//! The functions of a Python program, read from the interpreter's own structures.
//!
//! CPython keeps a list of frames for each thread: which code object runs, and where in it. They are read at the stop,
//! while the thread stands still, with nothing but reads of its memory: the program is not changed, on disk or otherwise,
//! and no privilege is needed that the tracing does not need anyway. One read for most frames together, and one for
//! all code objects that are known, to see that they are still the same; names and line tables are read once for each.
//! `cargo run -p lens --example bench` measures what that costs. [`FRAMES`] functions are read at most.
//!
//! Where the structures lie differs by version. Known are **CPython 3.11, 3.12 and 3.13**; with any other the
//! interpreter's functions stay folded and Python's are not shown.
//!
//! A run of Python functions belongs to one run of the interpreter's loop, `_PyEval_EvalFrameDefault`:
//! so they can be put between the C functions in the order in which they really call.

use super::maps::Maps;
use super::read::{address, number};
use super::symbols;
use crate::memory::Memory;
use code::Codes;
use layout::{Current, Entry, Layout, OWNED_BY_C};
use std::collections::HashMap;

mod code;
mod layout;

pub(crate) use code::{Called, Code};

/// The interpreter's loop.
pub(super) const LOOP: &str = "_PyEval_EvalFrameDefault";

/// No more functions are read of one stack.
pub(super) const FRAMES: usize = 25;
/// No more are followed: some stand for a run of the interpreter's loop and no function.
const STEPS: usize = 4 * FRAMES;
/// So far before the innermost frame others are looked for with it.
const NEAR: u64 = 4096;
/// So often a stack is followed again when something was no longer what it had been.
const ROUNDS: usize = 3;
/// No more threads are looked through.
const THREADS: usize = 4096;

/// The Python of one process.
#[derive(Clone, Debug)]
pub(crate) struct Python {
    layout: Layout,
    /// Where its `_PyRuntime` lies.
    runtime: u64,
    /// The interpreter's structure of each thread.
    threads: HashMap<i32, u64>,
    codes: Codes,
}

impl Python {
    /// The Python that is mapped here, if it is one that can be read.
    pub(crate) fn find(maps: &Maps, memory: &dyn Memory) -> Option<Python> {
        maps.code.iter().find_map(|code| {
            let mapped = code.file.as_deref()?;
            let file = mapped.file_name();
            if !file.contains("python3.") || file.contains(".cpython-") {
                return None;
            }
            let symbols = symbols::of(mapped)?;
            let bias = symbols.bias(code)?;
            let version = symbols.exported("Py_Version")?.wrapping_add(bias);
            let version = number::<4>(&memory.read(version, 4), 0)?;
            let runtime = symbols.exported("_PyRuntime")?.wrapping_add(bias);
            let layout = Layout::of(version, runtime, memory)?;
            Some(Python {
                layout,
                runtime,
                threads: HashMap::new(),
                codes: Codes::default(),
            })
        })
    }

    /// The functions that a stopped thread is in, from the innermost outwards. Empty for a thread that is not Python's.
    pub(crate) fn functions(&mut self, thread: i32, memory: &dyn Memory) -> Vec<Called> {
        // What is known is taken as it is, and then looked at all at once: every read costs.
        for _ in 0..ROUNDS {
            let called = self.follow(thread, memory);
            if self.codes.is_as_known(&self.layout, memory) {
                return called;
            }
        }
        Vec::new()
    }

    fn follow(&mut self, thread: i32, memory: &dyn Memory) -> Vec<Called> {
        let mut called = Vec::new();
        let Some(structure) = self.thread(thread, memory) else {
            return called;
        };
        let current = match self.layout.current {
            Current::Directly(at) => number::<8>(&structure, at),
            Current::Through(at, inside) => number::<8>(&structure, at)
                .and_then(|through| address(memory, through.wrapping_add(inside))),
        };
        let Some(current) = current else {
            return called;
        };
        let size = self.layout.frame();
        // Frames of functions that call each other lie behind each other, the innermost last: one read for most of them.
        let start = current.saturating_sub(NEAR);
        let near = memory.read(start, (current - start) as usize + size);
        let mut frame = current;
        for _ in 0..STEPS {
            if frame == 0 || called.len() == FRAMES {
                break;
            }
            let inside = frame
                .checked_sub(start)
                .and_then(|at| near.get(at as usize..)?.get(..size));
            let far;
            let bytes = match inside {
                Some(bytes) => bytes,
                // Of a generator, or further out.
                None => {
                    far = memory.read(frame, size);
                    &far
                }
            };
            let at = &self.layout;
            let (Entry::Marked(entry) | Entry::Apart(entry)) = at.entry;
            let (Some(code), Some(instruction), Some(previous), Some(entry)) = (
                number::<8>(bytes, at.frame_code),
                number::<8>(bytes, at.frame_instruction),
                number::<8>(bytes, at.frame_previous),
                bytes.get(entry),
            ) else {
                break;
            };
            frame = previous;
            let is_entry = match at.entry {
                Entry::Marked(_) => *entry != 0,
                Entry::Apart(_) if *entry == OWNED_BY_C => {
                    if let Some(last) = called.last_mut() {
                        last.is_entry = true;
                    }
                    continue;
                }
                Entry::Apart(_) => false,
            };
            let instructions = code.wrapping_add(at.code_instructions);
            let Some(known) = self.codes.at(code, &self.layout, memory) else {
                break;
            };
            called.push(Called {
                code: known,
                instruction: instruction.wrapping_sub(instructions),
                is_entry,
            });
        }
        called
    }

    /// The interpreter's structure of a thread: found once in its list, and looked at again each time.
    fn thread(&mut self, thread: i32, memory: &dyn Memory) -> Option<Vec<u8>> {
        let at = &self.layout;
        let read = |address| memory.read(address, at.thread());
        let is_it = |bytes: &[u8]| number::<8>(bytes, at.thread_id) == Some(thread as u64);
        if let Some(known) = self.threads.get(&thread) {
            let bytes = read(*known);
            if is_it(&bytes) {
                return Some(bytes);
            }
        }
        let interpreter = address(memory, self.runtime.wrapping_add(at.runtime_interpreters))?;
        let mut next = address(memory, interpreter.wrapping_add(at.interpreter_threads))?;
        for _ in 0..THREADS {
            if next == 0 {
                break;
            }
            let bytes = read(next);
            // A thread leads back to its interpreter, or else the offsets are those of something else.
            number::<8>(&bytes, at.thread_interpreter).filter(|back| *back == interpreter)?;
            if is_it(&bytes) {
                self.threads.insert(thread, next);
                return Some(bytes);
            }
            next = number::<8>(&bytes, at.thread_next)?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Memory in which anything lies anywhere.
    struct Odd(Vec<u8>);

    impl Memory for Odd {
        fn read(&self, address: u64, length: usize) -> Vec<u8> {
            let start = (address % 4096) as usize;
            let bytes = self.0.iter().copied().cycle().skip(start).take(length);
            if self.0.is_empty() {
                Vec::new()
            } else {
                bytes.collect()
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_lies_there_is_read_or_not(
            bytes in proptest::collection::vec(any::<u8>(), 0..600),
            runtime in any::<u64>(),
            thread in any::<i32>(),
        ) {
            let _ = code::line(&bytes, 1, runtime % 600);
            let bytes = Odd(bytes);
            let layouts = (0x030b..=0x030e).filter_map(|version| Layout::of(version << 16, runtime, &bytes));
            for layout in layouts {
                let thread = if thread % 2 == 0 {
                    number::<4>(&bytes.0, layout.thread_id).unwrap_or(0) as i32
                } else {
                    thread
                };
                let mut python = Python {
                    layout,
                    runtime,
                    threads: HashMap::from([(thread, 0)]),
                    codes: Codes::default(),
                };
                for _ in 0..2 {
                    for called in python.functions(thread, &bytes) {
                        let _ = called.line();
                    }
                }
            }
        }
    }
}
