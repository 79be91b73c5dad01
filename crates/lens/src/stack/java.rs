//! The methods of a Java program, read from the JVM's own structures.
//!
//! What a JVM of the HotSpot kind runs is partly its interpreter and partly code that it compiled while it ran,
//! and no file has names for either. But it keeps all that is needed to follow its stack, for itself, and libjvm exports
//! tables that say where (`gHotSpotVMStructs`, made for the serviceability agent). They are read at the stop, while
//! the thread stands still, with nothing but reads of its memory: no agent, no option, no variable in the environment,
//! no file; and no privilege is needed that the tracing does not need anyway.
//!
//! Java that calls C leaves an **anchor** in the structure of its thread: the registers of its innermost frame.
//! From there on outwards
//!
//! - a frame of the interpreter says its method and its bytecode;
//! - compiled code has a size of frame, a method, and a table that says which methods were put into it at which place;
//! - the call stub, through which C calls Java, has the anchor of the Java further out.
//!
//! So the stack is one of runs of Java methods between functions in C, and [`walk`](super::walk) puts them together.
//!
//! What it costs: `cargo run -p lens --example bench` measures it. One read for the thread, and one more for all that is
//! known of the code and the methods on the stack, to see that it is still the same: they may be unloaded and others
//! come to lie in their place. What is not known yet is read once. Of [`FRAMES`] frames at most.
//!
//! Known are **JDK 17, 21 and 25** on x86_64. Of any other version, and where something is not as it should be,
//! the frames stay folded and have no names. So do those of a virtual thread that lie where it was continued.

use super::maps::Maps;
use super::read::{address, number};
use super::walk::Registers;
use crate::raw::Memory;
use code::Places;
use layout::Layout;
use method::Methods;
use std::collections::HashMap;
use std::sync::Arc;
use tables::Library;

mod code;
mod compressed;
mod layout;
mod method;
mod tables;

pub(crate) use code::Called;
pub(crate) use method::Method;

/// No more frames are read of one stack.
pub(super) const FRAMES: usize = 48;
/// No more threads are looked through.
const THREADS: u64 = 4096;
/// So often it is tried to read how the JVM is laid out: it is not at once as it starts.
const TRIES: usize = 64;
/// So often a stack is followed again when something was no longer what it had been.
const ROUNDS: usize = 3;
/// Java that calls the JVM may leave so much on the stack between its frame and that of the function in C.
const BETWEEN: u64 = 256;

/// From the frame pointer of the interpreter's frames, in bytes (`frame_x86.hpp`).
mod at {
    pub(super) const CALLER: u64 = 8;
    pub(super) const END: u64 = 16;
    pub(super) const UNEXTENDED: u64 = 8;
    pub(super) const METHOD: u64 = 24;
    pub(super) const BYTECODE: u64 = 64;
}

/// The JVM of one process.
#[derive(Clone, Debug)]
pub(crate) struct Java {
    library: Library,
    layout: Option<Arc<Layout>>,
    tries: usize,
    /// The JVM's structure of each thread, and where the thread's stack ends.
    threads: HashMap<i32, (u64, u64)>,
    methods: Methods,
    places: Places,
}

/// Java methods that call each other, between two functions in C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The stack pointer of the innermost.
    stack: u64,
    /// Innermost first.
    pub(super) called: Vec<Called>,
    /// The function in C that called the outermost. `None` where the way was lost.
    pub(super) caller: Option<Registers>,
}

impl Run {
    /// One that is found anywhere, with no methods in it.
    #[cfg(test)]
    pub(super) fn anywhere(stack: u64, caller: Option<Registers>) -> Run {
        Run {
            stack,
            called: Vec::new(),
            caller,
        }
    }

    /// Whether this is the Java that is found where the stack pointer is this.
    pub(super) fn begins_at(&self, stack: u64) -> bool {
        self.stack
            .checked_sub(stack)
            .is_some_and(|between| between <= BETWEEN)
    }
}

/// The stack as it was copied.
struct Stack<'a> {
    start: u64,
    bytes: &'a [u8],
}

impl Stack<'_> {
    fn word(&self, place: u64) -> Option<u64> {
        let at = usize::try_from(place.checked_sub(self.start)?).ok()?;
        number::<8>(self.bytes, at)
    }

    /// What was copied from there on.
    fn from(&self, place: u64) -> &[u8] {
        let at = place.checked_sub(self.start).map(usize::try_from);
        let rest = at.and_then(|at| self.bytes.get(at.ok()?..));
        rest.unwrap_or_default()
    }
}

/// A Java frame, as one finds it from the one further in.
#[derive(Clone, Copy, Debug)]
struct Frame {
    instruction: u64,
    stack: u64,
    /// The frame pointer; of a compiled caller whatever it had in that register.
    frame: u64,
}

impl Java {
    /// The JVM that is mapped here, if it is one that can be read.
    pub(crate) fn find(maps: &Maps) -> Option<Java> {
        if !cfg!(target_arch = "x86_64") {
            return None;
        }
        Some(Java {
            library: Library::find(maps)?,
            layout: None,
            tries: 0,
            threads: HashMap::new(),
            methods: Methods::default(),
            places: Places::default(),
        })
    }

    /// How far it is to the end of a thread's stack, if it is known: nothing needs to be copied behind that.
    pub(crate) fn depth(&self, thread: i32, stack: u64) -> Option<usize> {
        let (_, end) = self.threads.get(&thread)?;
        let depth = end.checked_sub(stack).filter(|depth| *depth > 0)?;
        usize::try_from(depth).ok()
    }

    /// The runs of Java methods that a stopped thread is in, from the innermost outwards.
    /// Empty for a thread that is not Java's.
    pub(crate) fn runs(
        &mut self,
        thread: i32,
        registers: &Registers,
        bytes: &[u8],
        memory: &dyn Memory,
    ) -> Vec<Run> {
        let Some(layout) = self.layout(memory) else {
            return Vec::new();
        };
        let stack = Stack {
            start: registers.stack,
            bytes,
        };
        let Some(anchor) = self.anchor(thread, registers.stack, &layout, memory) else {
            return Vec::new();
        };
        // What is known is taken as it is, and then looked at all at once: every read costs.
        for _ in 0..ROUNDS {
            let runs = self.follow_all(&anchor, &layout, &stack, memory);
            if self.is_as_known(&layout, memory) {
                return runs;
            }
        }
        Vec::new()
    }

    fn follow_all(
        &mut self,
        anchor: &[u8],
        layout: &Layout,
        stack: &Stack,
        memory: &dyn Memory,
    ) -> Vec<Run> {
        let mut next = innermost(anchor, layout, stack);
        let (mut runs, mut frames) = (Vec::new(), 0);
        while let Some(start) = next.take() {
            let mut run = Run {
                stack: start.stack,
                called: Vec::new(),
                caller: None,
            };
            next = self.follow(start, &mut run, &mut frames, layout, stack, memory);
            runs.push(run);
        }
        runs
    }

    /// Whether what was taken as known is still there.
    fn is_as_known(&mut self, layout: &Layout, memory: &dyn Memory) -> bool {
        let mut pieces = Vec::new();
        self.methods.to_check(layout, &mut pieces);
        self.places.to_check(layout, &mut pieces);
        if pieces.is_empty() {
            return true;
        }
        let bytes = memory.read_all(&pieces);
        // Where one of them cannot be read, none is taken as known.
        let whole: usize = pieces.iter().map(|(_, length)| length).sum();
        let mut rest = if bytes.len() == whole {
            &bytes[..]
        } else {
            &[]
        };
        let methods = self.methods.check(layout, &mut rest);
        let places = self.places.check(layout, &mut rest);
        if !methods {
            self.places.forget();
        }
        methods && places
    }

    fn layout(&mut self, memory: &dyn Memory) -> Option<Arc<Layout>> {
        if self.layout.is_none() && self.tries < TRIES {
            self.tries += 1;
            let tables = self.library.tables(memory)?;
            if !layout::is_known(&tables, memory) {
                // It will not become another version.
                self.tries = TRIES;
            }
            self.layout = Layout::read(&tables, memory).map(Arc::new);
        }
        self.layout.clone()
    }

    /// The anchor of a thread, by the stack it runs on: found once in the list, and looked at again each time.
    fn anchor(
        &mut self,
        thread: i32,
        stack: u64,
        layout: &Layout,
        memory: &dyn Memory,
    ) -> Option<Vec<u8>> {
        let at = &layout.thread;
        let fields = [at.stack_base, at.stack_size, at.anchor];
        let begin = *fields.iter().min()?;
        let length = fields.iter().max()? - begin + ANCHOR;
        let look = |place: u64| {
            let bytes = memory.read(place.wrapping_add(begin as u64), length);
            let base = number::<8>(&bytes, at.stack_base - begin)?;
            let size = number::<8>(&bytes, at.stack_size - begin)?;
            let is_it = (base.saturating_sub(size)..base).contains(&stack);
            let anchor = bytes.get(at.anchor - begin..).filter(|_| is_it)?;
            Some((anchor.to_vec(), base))
        };
        let known = self.threads.get(&thread);
        if let Some((anchor, _)) = known.and_then(|(place, _)| look(*place)) {
            return Some(anchor);
        }
        let list = address(memory, at.list)?;
        let length = memory.read(list.wrapping_add(at.length as u64), 4);
        let length = number::<4>(&length, 0)?.min(THREADS);
        let elements = address(memory, list.wrapping_add(at.elements as u64))?;
        let elements = memory.read(elements, 8 * length as usize);
        // The newest stand last.
        let places = elements
            .rchunks_exact(8)
            .filter_map(|place| number::<8>(place, 0));
        for place in places {
            if let Some((anchor, end)) = look(place) {
                self.threads.insert(thread, (place, end));
                return Some(anchor);
            }
        }
        None
    }

    /// Follows Java frames outwards up to a function in C. Gives the innermost frame of the Java further out.
    fn follow(
        &mut self,
        start: Frame,
        run: &mut Run,
        frames: &mut usize,
        layout: &Layout,
        stack: &Stack,
        memory: &dyn Memory,
    ) -> Option<Frame> {
        let mut here = start;
        while *frames < FRAMES {
            *frames += 1;
            let outer = if here.instruction == layout.call_stub {
                let caller = Registers {
                    instruction: stack.word(here.frame.wrapping_add(at::CALLER))?,
                    stack: here.frame.wrapping_add(at::END),
                    frame: stack.word(here.frame)?,
                    link: 0,
                };
                run.caller = (caller.stack > here.stack).then_some(caller);
                let wrapper = here.frame.wrapping_add_signed(8 * layout.thread.wrapper);
                let wrapper = stack.word(wrapper)?;
                let anchor = wrapper.wrapping_add(layout.thread.wrapper_anchor as u64);
                let anchor = stack.from(anchor);
                return innermost(anchor, layout, stack).filter(|outer| outer.stack > here.stack);
            } else if layout.interpreter.contains(&here.instruction) {
                let method = stack.word(here.frame.wrapping_sub(at::METHOD))?;
                let bytecode = stack.word(here.frame.wrapping_sub(at::BYTECODE))?;
                let method = self.methods.at(method, layout, memory)?;
                if !method.may_be_at(bytecode) {
                    return None;
                }
                run.called.push(Called {
                    bytecode: method.index(bytecode),
                    method,
                    inlined: false,
                });
                Frame {
                    instruction: stack.word(here.frame.wrapping_add(at::CALLER))?,
                    stack: stack.word(here.frame.wrapping_sub(at::UNEXTENDED))?,
                    frame: stack.word(here.frame)?,
                }
            } else {
                let mut place = here.instruction;
                let mut compiled = self.places.at(place, layout, &mut self.methods, memory)?;
                if let Some(kept) = compiled.kept {
                    place = stack.word(here.stack.wrapping_add(kept))?;
                    compiled = self.places.at(place, layout, &mut self.methods, memory)?;
                }
                run.called.extend_from_slice(&compiled.called);
                let end = here.stack.checked_add(compiled.frame)?;
                Frame {
                    instruction: stack.word(end.wrapping_sub(8))?,
                    stack: end,
                    frame: stack.word(end.wrapping_sub(16))?,
                }
            };
            // The stack has an end in this direction.
            if outer.stack <= here.stack {
                return None;
            }
            here = outer;
        }
        None
    }
}

/// The size of an anchor: three words.
const ANCHOR: usize = 32;

/// The innermost Java frame, as an anchor has it. Empty where C was not called by Java.
fn innermost(anchor: &[u8], layout: &Layout, stack: &Stack) -> Option<Frame> {
    let at = &layout.thread;
    let top = number::<8>(anchor, at.stack).filter(|top| *top != 0)?;
    let instruction = match number::<8>(anchor, at.instruction)? {
        // It lies where the call has put it.
        0 => stack.word(top.wrapping_sub(8))?,
        instruction => instruction,
    };
    Some(Frame {
        instruction,
        stack: top,
        frame: number::<8>(anchor, at.frame)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use layout::{Blob, Code, Heap, Kind, Scopes, Thread, Undo};
    use proptest::prelude::*;
    use tables::Tables;

    /// Where the parts of the JVM lie in these tests.
    const STACK: u64 = 0x7000_0000;
    const INTERPRETER: u64 = 0x1_0000;
    const CALL_STUB: u64 = 0x2_0000;
    const HEAP: u64 = 0x10_0000;

    /// As in JDK 17, or as in JDK 25.
    fn layout(is_new: bool) -> Layout {
        let heap = Heap {
            range: HEAP..HEAP + 0x10_0000,
            table: 0x9000,
            shift: 6,
            header: if is_new { 8 } else { 16 },
            used: if is_new { 4 } else { 8 },
        };
        let (kind, code) = if is_new {
            (Kind::Number(56, 1), Code::Offsets(36, 40))
        } else {
            (Kind::Name(96), Code::Addresses(32, 40))
        };
        let scopes = if is_new {
            Scopes::Beside {
                fixed: 96,
                places: 196,
                scopes: 200,
                changing: 16,
                metadata: 28,
            }
        } else {
            Scopes::Inside {
                scopes: 120,
                places: 268,
                places_end: 272,
                metadata: 260,
            }
        };
        Layout {
            version: if is_new { 25 } else { 17 },
            interpreter: INTERPRETER..INTERPRETER + 0x1000,
            call_stub: CALL_STUB,
            heaps: vec![heap],
            lasting: 0..64,
            thread: Thread {
                list: 0x8000,
                length: 4,
                elements: 16,
                stack_base: 592,
                stack_size: 600,
                anchor: 656,
                stack: 0,
                instruction: 8,
                frame: 16,
                wrapper: -6,
                wrapper_anchor: 32,
            },
            blob: Blob {
                size: if is_new { 224 } else { 352 },
                frame_size: if is_new { 44 } else { 28 },
                kind,
                code,
                method: if is_new { 80 } else { 112 },
                id: if is_new { 212 } else { 304 },
                scopes,
                undo: if is_new {
                    Undo::Offsets([176, 180])
                } else {
                    Undo::Addresses([128, 136])
                },
                kept: if is_new { 208 } else { 300 },
            },
            method: layout::Method {
                fixed: 8,
                flags: 40,
                pool: 8,
                size: 24,
                fixed_flags: 28,
                has_lines: 1,
                code_size: 32,
                name: 34,
                code: 48,
                pool_class: 24,
                pool_file: 54,
                pool_length: 60,
                pool_entries: 72,
                class_name: 24,
                text_length: 4,
                text: 6,
            },
        }
    }

    fn java(layout: Option<Layout>) -> Java {
        Java {
            library: Library::anywhere(0x5000),
            layout: layout.map(Arc::new),
            tries: 0,
            threads: HashMap::from([(1, (0x6000, STACK))]),
            methods: Methods::default(),
            places: Places::default(),
        }
    }

    /// Memory in which anything lies anywhere, another time something else.
    struct Odd(Vec<u8>, std::cell::Cell<usize>);

    impl Memory for Odd {
        fn read(&self, address: u64, length: usize) -> Vec<u8> {
            if self.0.is_empty() {
                return Vec::new();
            }
            self.1.set(self.1.get() % 1000 + 1);
            let again = if self.1.get() > 500 { 8 } else { 0 };
            let start = (address % 4096) as usize + again;
            let start = start % self.0.len();
            let bytes = self.0[start..].iter().chain(self.0.iter().cycle());
            // Now and then it ends.
            let length = if self.1.get().is_multiple_of(17) {
                length / 2
            } else {
                length
            };
            bytes.take(length.min(4096)).copied().collect()
        }
    }

    /// Numbers as they lie in a JVM's memory, so that the way leads somewhere, and any others.
    fn word() -> impl Strategy<Value = u64> {
        prop_oneof![
            STACK..STACK + 0x1000,
            (STACK..STACK + 0x1000).prop_map(|place| place & !7),
            INTERPRETER..INTERPRETER + 0x1000,
            Just(CALL_STUB),
            HEAP..HEAP + 0x10_0000,
            0..64_u64,
            (0..64_u64).prop_map(|half| half << 32 | half),
            any::<u64>(),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(80))]

        #[test]
        fn whatever_lies_there_is_followed_or_not(
            words in proptest::collection::vec(word(), 0..300),
            memory in proptest::collection::vec(word(), 0..300),
            is_new in any::<bool>(),
            start in (word(), word(), word()),
        ) {
            let bytes = |words: &[u64]| -> Vec<u8> {
                words.iter().flat_map(|word| word.to_le_bytes()).collect()
            };
            let memory = Odd(bytes(&memory), Default::default());
            let bytes = bytes(&words);
            let stack = Stack { start: STACK, bytes: &bytes };
            let layout = layout(is_new);
            let anchor: Vec<u8> = [start.0, start.1, start.2, 0]
                .iter()
                .flat_map(|word| word.to_le_bytes())
                .collect();
            let mut java = java(None);
            for _ in 0..2 {
                let runs = java.follow_all(&anchor, &layout, &stack, &memory);
                prop_assert!(runs.len() <= FRAMES + 1);
                for called in runs.iter().flat_map(|run| &run.called) {
                    let _ = called.line();
                }
                let _ = java.is_as_known(&layout, &memory);
            }
        }

        #[test]
        fn whatever_a_process_has_for_a_jvm_is_read_or_not(
            memory in proptest::collection::vec(word(), 0..300),
            is_new in any::<bool>(),
            is_known in any::<bool>(),
        ) {
            let memory: Vec<u8> = memory.iter().flat_map(|word| word.to_le_bytes()).collect();
            let registers = Registers { stack: STACK, ..Registers::default() };
            let bytes = memory.clone();
            let memory = Odd(memory, Default::default());
            let mut java = java(is_known.then(|| layout(is_new)));
            let _ = java.runs(1, &registers, &bytes, &memory);
            let _ = java.runs(2, &registers, &bytes, &memory);
            prop_assert!(Layout::read(&Tables::default(), &memory).is_none());
        }
    }
}
