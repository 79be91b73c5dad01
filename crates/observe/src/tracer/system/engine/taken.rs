//! A call as it was copied.

use super::super::ends::RawEnds;
use super::super::held;
use crate::decode;
use crate::raw::Raw;
use record::event::{Call, Outcome};
use stack::{Namer, StackCopy, Stacks};

/// A call as it was copied, and what only the tracer knows about it.
#[derive(Debug)]
pub(in super::super) struct Taken {
    pub(super) raw: Raw,
    /// Where the returned number does not say how it ended.
    pub(super) outcome: Option<Outcome>,
    pub(super) ends: Option<RawEnds>,
    /// Made by the language's runtime and not by what the program says.
    pub(super) by_runtime: bool,
    pub(super) stack: Option<StackCopy>,
    /// The socket that it is about to close.
    pub(super) closes: Option<held::Tuple>,
}

impl Taken {
    /// Makes addresses of the copy of its stack.
    pub(super) fn walk(&mut self, stacks: &mut Stacks) {
        if let Some(stack) = &mut self.stack {
            stacks.walk(stack);
        }
    }

    /// Makes of it what stands in the record.
    pub(in super::super) fn decode(&self, namer: &mut Namer) -> Call {
        let mut call = decode::call(&self.raw);
        if let Some(outcome) = &self.outcome {
            call.outcome = outcome.clone();
        }
        call.ends = self.ends.as_ref().map(RawEnds::decode);
        call.by_runtime = self.by_runtime;
        call.stack = self.stack.as_ref().and_then(|stack| stack.frames(namer));
        call
    }
}
