//! What a tracer keeps of stacks: copied at the stop, walked later.

use crate::java::Java;
use crate::layer::Namer;
use crate::maps::{Files, Maps};
use crate::memory::{Memory, Registers};
use crate::python::Python;
use crate::walk::{Snapshot, Walk, Walker};
use record::event::Stack;
use std::sync::Arc;

/// The most bytes copied of a stack.
pub const DEPTH: usize = 32 * 1024;

/// As much memory may wait to be walked. Then the program waits, so that what is kept of a long run stays small:
/// a walked stack is some addresses, and most are the same.
const WAITING: usize = 32 * 1024 * 1024;

/// All that the tracer keeps for stacks.
#[derive(Debug, Default)]
pub struct Stacks {
    files: Files,
    walker: Walker,
    waiting: usize,
}

/// What is known of the code of one process.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// `None` before it is first asked for, and when it has changed since.
    maps: Option<Arc<Maps>>,
    python: Option<Python>,
    java: Option<Java>,
}

impl Code {
    /// The process has mapped something.
    pub fn changed(&mut self) {
        self.maps = None;
    }

    /// The process has become another program.
    pub fn exec(&mut self) {
        *self = Code::default();
    }
}

/// The stack of one call: its copy, or the addresses that were made of it.
#[derive(Debug)]
pub struct StackCopy(Form);

#[derive(Debug)]
enum Form {
    Copied(Snapshot),
    Walked(Arc<Walk>),
}

impl Stacks {
    /// Copies the stack of a stopped thread, which has these registers and this memory.
    pub fn copy(
        &mut self,
        thread: i32,
        registers: Registers,
        memory: &dyn Memory,
        code: &mut Code,
    ) -> StackCopy {
        let java = code.java.as_ref();
        let depth = java.and_then(|java| java.depth(thread, registers.stack));
        let bytes = memory.read(registers.stack, depth.unwrap_or(DEPTH).min(DEPTH));
        let maps = code.maps.get_or_insert_with(|| {
            let maps = self.files.look(thread);
            if code.python.is_none() {
                code.python = Python::find(&maps, memory);
            }
            if code.java.is_none() {
                code.java = Java::find(&maps);
            }
            Arc::new(maps)
        });
        let python = code.python.as_mut();
        let python = python.map_or(Vec::new(), |python| python.functions(thread, memory));
        let java = code.java.as_mut();
        let java = java.map_or(Vec::new(), |java| {
            java.runs(thread, &registers, &bytes, memory)
        });
        self.waiting += bytes.len();
        StackCopy(Form::Copied(Snapshot {
            registers,
            bytes,
            maps: Arc::clone(maps),
            python,
            java,
        }))
    }

    /// Whether so much was copied that it should be walked now.
    pub fn is_full(&self) -> bool {
        self.waiting > WAITING
    }

    /// Makes addresses of what was copied.
    pub fn walk(&mut self, stack: &mut StackCopy) {
        if let Form::Copied(snapshot) = &stack.0 {
            self.waiting = self.waiting.saturating_sub(snapshot.bytes.len());
            *stack = StackCopy(Form::Walked(self.walker.walk(snapshot)));
        }
    }
}

impl StackCopy {
    /// The functions; `None` where it was not walked.
    pub fn frames(&self, namer: &mut Namer) -> Option<Arc<Stack>> {
        match &self.0 {
            Form::Walked(walk) => Some(namer.name(walk)),
            Form::Copied(_) => None,
        }
    }
}
