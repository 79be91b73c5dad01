//! What the tracer writes down while the programs run: kept until the end, or decoded and passed on at once.

use super::super::memory::Remote;
use super::super::ptrace;
use super::taken::Taken;
use crate::clock::now;
use record::event::{Event, Held, Life, Turn, Who};
use stack::{Code, Namer, StackCopy, Stacks};
use std::sync::mpsc::Sender;

/// What the tracer writes down while the programs run.
#[derive(Debug, Default)]
pub(super) struct Log {
    traced: Traced,
    /// The stacks of the calls before this place in the list are walked.
    walked: usize,
    /// Only where stacks are asked for.
    stacks: Option<Stacks>,
    /// Where each call goes at once, instead of being kept.
    live: Option<Sender<Event>>,
    /// Names what is passed on at once.
    namer: Namer,
}

/// What the tracer has seen of a run, when it is over.
#[derive(Debug, Default)]
pub(in super::super) struct Traced {
    #[expect(
        clippy::vec_box,
        reason = "a list that grows would move hundreds of bytes a call"
    )]
    pub(in super::super) calls: Vec<Box<Taken>>,
    pub(in super::super) lives: Vec<Life>,
    pub(in super::super) held: Vec<Held>,
}

impl Log {
    pub(super) fn new(live: Option<Sender<Event>>, stacks: bool) -> Log {
        Log {
            live,
            stacks: stacks.then(Stacks::default),
            ..Log::default()
        }
    }

    /// Whether stacks are asked for.
    pub(super) fn has_stacks(&self) -> bool {
        self.stacks.is_some()
    }

    /// Copies the stack of a stopped thread, where that is asked for.
    pub(super) fn stack(&mut self, thread: i32, code: &mut Code) -> Option<StackCopy> {
        let stacks = self.stacks.as_mut()?;
        let registers = ptrace::registers(thread)?;
        Some(stacks.copy(thread, registers, &Remote { thread }, code))
    }

    /// The place that the next call will have.
    pub(super) fn next_place(&self) -> usize {
        self.traced.calls.len()
    }

    /// The call at this place was made by the runtime. One that was passed on at once is no longer here.
    pub(super) fn mark_by_runtime(&mut self, place: usize) {
        if let Some(call) = self.traced.calls.get_mut(place) {
            call.by_runtime = true;
        }
    }

    /// A call is over.
    pub(super) fn push(&mut self, mut call: Box<Taken>) {
        let calls = &mut self.traced.calls;
        let Some(live) = &self.live else {
            calls.push(call);
            if let Some(stacks) = &mut self.stacks
                && stacks.is_full()
            {
                for call in &mut calls[self.walked..] {
                    call.walk(stacks);
                }
                self.walked = calls.len();
            }
            return;
        };
        if let Some(stacks) = &mut self.stacks {
            call.walk(stacks);
        }
        // Who no longer listens wants no more of it.
        let _ = live.send(Event::Call(call.decode(&mut self.namer)));
    }

    /// A thread or process came, changed or went.
    pub(super) fn life(&mut self, who: Who, what: Turn) {
        let at = now();
        self.traced.lives.push(Life { at, who, what });
    }

    /// Where to put what the sockets hold.
    pub(super) fn held(&mut self) -> &mut Vec<Held> {
        &mut self.traced.held
    }

    /// All of it, with the stacks walked: here, where what was read of the programs is at hand.
    /// They are gone and wait for nothing.
    pub(super) fn end(mut self) -> Traced {
        if let Some(stacks) = &mut self.stacks {
            for call in &mut self.traced.calls {
                call.walk(stacks);
            }
        }
        self.traced
    }
}
