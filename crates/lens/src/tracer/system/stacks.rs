//! Stacks, as far as the tracer has to do with them: copied at the stop, walked later.

use super::memory::Remote;
use super::ptrace;
use crate::raw::Memory;
use crate::stack::DEPTH;
use crate::stack::java::Java;
use crate::stack::maps::{Files, Maps};
use crate::stack::python::Python;
use crate::stack::walk::{Snapshot, Walk, Walker};
use std::sync::Arc;

/// As much memory may wait to be walked. Then the program waits, so that what is kept of a long run stays small:
/// a walked stack is some addresses, and most are the same.
const WAITING: usize = 32 * 1024 * 1024;

/// All that the tracer keeps for stacks.
#[derive(Debug, Default)]
pub(super) struct Stacks {
    files: Files,
    walker: Walker,
    waiting: usize,
}

/// What is known of the code of one process.
#[derive(Clone, Debug, Default)]
pub(super) struct Code {
    /// `None` before it is first asked for, and when it has changed since.
    maps: Option<Arc<Maps>>,
    python: Option<Python>,
    java: Option<Java>,
}

impl Code {
    /// The process has mapped something.
    pub(super) fn changed(&mut self) {
        self.maps = None;
    }

    /// The process has become another program.
    pub(super) fn exec(&mut self) {
        *self = Code::default();
    }
}

/// The stack of a call.
#[derive(Debug)]
pub(super) enum Stack {
    Copied(Snapshot),
    Walked(Arc<Walk>),
}

impl Stacks {
    /// Copies the stack of a stopped thread; `None` when the thread is gone.
    pub(super) fn copy(&mut self, thread: i32, code: &mut Code) -> Option<Stack> {
        let registers = ptrace::registers(thread)?;
        let memory = Remote { thread };
        let java = code.java.as_ref();
        let depth = java.and_then(|java| java.depth(thread, registers.stack));
        let bytes = memory.read(registers.stack, depth.unwrap_or(DEPTH).min(DEPTH));
        let maps = code.maps.get_or_insert_with(|| {
            let maps = self.files.look(thread);
            if code.python.is_none() {
                code.python = Python::find(&maps, &memory);
            }
            if code.java.is_none() {
                code.java = Java::find(&maps);
            }
            Arc::new(maps)
        });
        let python = code.python.as_mut();
        let python = python.map_or(Vec::new(), |python| python.functions(thread, &memory));
        let java = code.java.as_mut();
        let java = java.map_or(Vec::new(), |java| {
            java.runs(thread, &registers, &bytes, &memory)
        });
        self.waiting += bytes.len();
        Some(Stack::Copied(Snapshot {
            registers,
            bytes,
            maps: Arc::clone(maps),
            python,
            java,
        }))
    }

    /// Whether so much was copied that it should be walked now.
    pub(super) fn is_full(&self) -> bool {
        self.waiting > WAITING
    }

    /// Makes addresses of what was copied.
    pub(super) fn walk(&mut self, stack: &mut Stack) {
        if let Stack::Copied(snapshot) = stack {
            self.waiting = self.waiting.saturating_sub(snapshot.bytes.len());
            *stack = Stack::Walked(self.walker.walk(snapshot));
        }
    }
}

/// Whether this is a call that maps a file as code: what may lie on the stacks is then more than was known.
pub(super) fn maps_code(number: i64, args: &[u64; 6]) -> bool {
    number == libc::SYS_mmap
        && args[2] & libc::PROT_EXEC as u64 != 0
        && args[3] & libc::MAP_ANONYMOUS as u64 == 0
}
