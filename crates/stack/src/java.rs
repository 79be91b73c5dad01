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
//! The anchor is found in [`threads`], the frames are followed in [`frames`], and what the JVM says of itself, its methods
//! and its compiled code is read in [`layout`], [`method`] and [`code`].
//!
//! What it costs: `cargo run -p lens --example bench` measures it. One read for the thread, and one more for all that is
//! known of the code and the methods on the stack, to see that it is still the same: they may be unloaded and others
//! come to lie in their place. What is not known yet is read once. Of [`FRAMES`](frames::FRAMES) frames at most.
//!
//! Known are **JDK 17, 21 and 25** on x86_64. Of any other version, and where something is not as it should be,
//! the frames stay folded and have no names. So do those of a virtual thread that lie where it was continued.

use super::maps::Maps;
use super::memory::Registers;
use crate::memory::Memory;
use code::Places;
use frames::Stack;
use layout::Layout;
use method::Methods;
use std::sync::Arc;
use tables::Library;
use threads::Threads;

mod code;
mod compressed;
mod frames;
mod layout;
mod method;
mod tables;
mod threads;

pub(crate) use code::Called;
pub(crate) use frames::Run;
pub(crate) use method::Method;

/// So often it is tried to read how the JVM is laid out: it is not at once as it starts.
const TRIES: usize = 64;
/// So often a stack is followed again when something was no longer what it had been.
const ROUNDS: usize = 3;

/// The JVM of one process.
#[derive(Clone, Debug)]
pub(crate) struct Java {
    library: Library,
    layout: Option<Arc<Layout>>,
    tries: usize,
    threads: Threads,
    methods: Methods,
    places: Places,
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
            threads: Threads::default(),
            methods: Methods::default(),
            places: Places::default(),
        })
    }

    /// How far it is to the end of a thread's stack, if it is known: nothing needs to be copied behind that.
    pub(crate) fn depth(&self, thread: i32, stack: u64) -> Option<usize> {
        let end = self.threads.end(thread)?;
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
        let anchor = self
            .threads
            .anchor(thread, registers.stack, &layout, memory);
        let Some(anchor) = anchor else {
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
}

#[cfg(test)]
mod tests;
