//! The Java frames of one stack, followed from the anchor outwards.

use super::super::memory::Registers;
use super::super::read::number;
use super::Java;
use super::code::Called;
use super::layout::Layout;
use crate::memory::Memory;

/// No more frames are read of one stack.
pub(super) const FRAMES: usize = 48;
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

/// Java methods that call each other, between two functions in C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The stack pointer of the innermost.
    stack: u64,
    /// Innermost first.
    pub(in super::super) called: Vec<Called>,
    /// The function in C that called the outermost. `None` where the way was lost.
    pub(in super::super) caller: Option<Registers>,
}

impl Run {
    /// One that is found anywhere, with no methods in it.
    #[cfg(test)]
    pub(in super::super) fn anywhere(stack: u64, caller: Option<Registers>) -> Run {
        Run {
            stack,
            called: Vec::new(),
            caller,
        }
    }

    /// Whether this is the Java that is found where the stack pointer is this.
    pub(in super::super) fn begins_at(&self, stack: u64) -> bool {
        self.stack
            .checked_sub(stack)
            .is_some_and(|between| between <= BETWEEN)
    }
}

/// The stack as it was copied.
pub(super) struct Stack<'a> {
    pub(super) start: u64,
    pub(super) bytes: &'a [u8],
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
    /// The runs of Java that lead outwards from an anchor.
    pub(super) fn follow_all(
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
