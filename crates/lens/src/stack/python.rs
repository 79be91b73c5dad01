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
use crate::raw::Memory;
use layout::{Current, Entry, Layout, OWNED_BY_C};
use std::collections::HashMap;
use std::sync::Arc;

mod layout;

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
/// The longest name that is read, in characters, and the longest line table, in bytes.
const NAME: u64 = 1024;
const TABLE: u64 = 256 * 1024;
/// Names of code objects are forgotten when there are so many.
const KNOWN: usize = 10_000;

/// Where the fields of `bytes` and `str` lie.
mod at {
    pub(super) const BYTES_LENGTH: usize = 16;
    pub(super) const BYTES: u64 = 32;
    pub(super) const TEXT_LENGTH: usize = 16;
    pub(super) const TEXT_STATE: usize = 32;
}

/// The Python of one process.
#[derive(Clone, Debug)]
pub(crate) struct Python {
    layout: Layout,
    /// Where its `_PyRuntime` lies.
    runtime: u64,
    /// The interpreter's structure of each thread.
    threads: HashMap<i32, u64>,
    codes: HashMap<u64, Arc<Code>>,
    /// Those that were taken from there without a look whether they are still the same.
    unchecked: Vec<(u64, Arc<Code>)>,
}

/// A code object: a function, or the body of a module.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// What it consists of: another one may come to lie at the same address.
    identity: [u64; 4],
    pub(super) name: String,
    pub(super) file: String,
    first_line: i32,
    lines: Vec<u8>,
}

/// A function that has been called and has not returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Called {
    pub(super) code: Arc<Code>,
    /// How far into its code it is, in bytes.
    instruction: u64,
    /// Whether the interpreter's loop was entered with it.
    pub(super) is_entry: bool,
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
                codes: HashMap::new(),
                unchecked: Vec::new(),
            })
        })
    }

    /// The functions that a stopped thread is in, from the innermost outwards. Empty for a thread that is not Python's.
    pub(crate) fn functions(&mut self, thread: i32, memory: &dyn Memory) -> Vec<Called> {
        // What is known is taken as it is, and then looked at all at once: every read costs.
        for _ in 0..ROUNDS {
            let called = self.follow(thread, memory);
            if self.is_as_known(memory) {
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
            let Some(known) = self.code(code, memory) else {
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

    /// Whether the code objects that were taken as known are still the same. Forgets those that are not.
    fn is_as_known(&mut self, memory: &dyn Memory) -> bool {
        let unchecked = std::mem::take(&mut self.unchecked);
        if unchecked.is_empty() {
            return true;
        }
        let size = self.layout.code();
        let pieces: Vec<(u64, usize)> = unchecked.iter().map(|(place, _)| (*place, size)).collect();
        let bytes = memory.read_all(&pieces);
        let mut all_same = true;
        for (index, (place, code)) in unchecked.iter().enumerate() {
            let now = bytes
                .get(index * size..)
                .and_then(|bytes| identity(bytes, &self.layout));
            if now != Some(code.identity) {
                self.codes.remove(place);
                all_same = false;
            }
        }
        all_same
    }

    /// The code object that lies there. No read when it is known: it has to be checked later.
    fn code(&mut self, place: u64, memory: &dyn Memory) -> Option<Arc<Code>> {
        if let Some(known) = self.codes.get(&place) {
            // A function that calls itself is looked at once.
            if self.unchecked.last().is_none_or(|(last, _)| *last != place) {
                self.unchecked.push((place, Arc::clone(known)));
            }
            return Some(Arc::clone(known));
        }
        let layout = &self.layout;
        let identity = identity(&memory.read(place, layout.code()), layout)?;
        let [file, name, lines, first_line] = identity;
        let length = number::<8>(&memory.read(lines, at::BYTES_LENGTH + 8), at::BYTES_LENGTH)?;
        let code = Arc::new(Code {
            identity,
            name: text(memory, name, layout)?,
            file: text(memory, file, layout)?,
            first_line: first_line as i32,
            lines: memory.read(lines.wrapping_add(at::BYTES), length.min(TABLE) as usize),
        });
        if self.codes.len() >= KNOWN {
            self.codes.clear();
        }
        self.codes.insert(place, Arc::clone(&code));
        Some(code)
    }
}

/// What tells a code object from another one that comes to lie in its place.
fn identity(bytes: &[u8], layout: &Layout) -> Option<[u64; 4]> {
    let field = |at| number::<8>(bytes, at);
    Some([
        field(layout.code_file)?,
        field(layout.code_qualified_name)?,
        field(layout.code_lines)?,
        number::<4>(bytes, layout.code_first_line)?,
    ])
}

impl Called {
    /// The line it is in.
    pub(super) fn line(&self) -> Option<u32> {
        let line = line(&self.code.lines, self.code.first_line, self.instruction / 2)?;
        u32::try_from(line).ok().filter(|line| *line > 0)
    }
}

/// The line of an instruction, from the table of a code object (`Objects/locations.md`).
fn line(table: &[u8], first: i32, instruction: u64) -> Option<i32> {
    let mut bytes = table.iter().copied().peekable();
    let mut line = first;
    let mut start = 0_u64;
    while let Some(head) = bytes.next() {
        let end = start + u64::from(head & 7) + 1;
        let kind = (head >> 3) & 15;
        let has_line = kind != 15;
        let delta = match kind {
            13 | 14 => signed(&mut bytes)?,
            11 => 1,
            12 => 2,
            _ => 0,
        };
        line = line.checked_add(delta)?;
        if (start..end).contains(&instruction) {
            return has_line.then_some(line);
        }
        // The rest of the entry are columns: every byte of it has its highest bit clear.
        while bytes.next_if(|byte| byte & 0x80 == 0).is_some() {}
        start = end;
    }
    None
}

/// A number in groups of six bits, the lowest first and the sign in the lowest bit.
fn signed(bytes: &mut impl Iterator<Item = u8>) -> Option<i32> {
    let mut value = 0_u32;
    for shift in (0..30).step_by(6) {
        let byte = bytes.next()?;
        value |= u32::from(byte & 63) << shift;
        if byte & 64 == 0 {
            let half = (value >> 1) as i32;
            return Some(if value & 1 == 1 { -half } else { half });
        }
    }
    None
}

/// A `str`.
fn text(memory: &dyn Memory, place: u64, layout: &Layout) -> Option<String> {
    let head = memory.read(place, at::TEXT_STATE + 4);
    let length = number::<8>(&head, at::TEXT_LENGTH)?.min(NAME);
    let state = number::<4>(&head, at::TEXT_STATE)?;
    let (kind, is_compact, is_ascii) = ((state >> 2) & 7, state & 32 != 0, state & 64 != 0);
    if !is_compact || ![1, 2, 4].contains(&kind) {
        return None;
    }
    let begin = place.wrapping_add(if is_ascii { layout.ascii } else { layout.text });
    let bytes = memory.read(begin, (length * kind) as usize);
    if bytes.len() as u64 != length * kind {
        return None;
    }
    let characters = bytes.chunks_exact(kind as usize).map(|chunk| {
        let code = chunk
            .iter()
            .rev()
            .fold(0, |code, byte| code << 8 | u32::from(*byte));
        char::from_u32(code)
            .filter(|c| !c.is_control())
            .unwrap_or('\u{fffd}')
    });
    Some(characters.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_found_in_the_table() {
        // Two instructions without columns in the first line, one two lines on, one without a line, one three back.
        let table = [
            0x80 | 13 << 3 | 1,
            0,
            0x80 | 12 << 3,
            5,
            9,
            0x80 | 15 << 3,
            0x80 | 13 << 3,
            0b111,
        ];
        let found = (0..6).map(|instruction| line(&table, 10, instruction));
        let found: Vec<_> = found.collect();
        assert_eq!(found, [Some(10), Some(10), Some(12), None, Some(9), None]);
    }

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
            let _ = line(&bytes, 1, runtime % 600);
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
                    codes: HashMap::new(),
                    unchecked: Vec::new(),
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
