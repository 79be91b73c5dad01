//! The calls that are over, as they were copied: kept until the end, or decoded and passed on at once.

use super::super::ends::RawEnds;
use super::super::held;
use crate::decode;
use crate::raw::Raw;
use crate::tracer::Record;
use record::event::{Call, Event, Held, Life, Outcome};
use stack::{Namer, StackCopy, Stacks};
use std::process::ExitStatus;
use std::sync::mpsc::Sender;

/// A call as it was copied, and what only the tracer knows about it.
#[derive(Debug)]
pub(super) struct Taken {
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

/// The calls that are over.
#[derive(Debug)]
pub(super) struct Kept {
    #[expect(
        clippy::vec_box,
        reason = "a list that grows would move hundreds of bytes a call"
    )]
    list: Vec<Box<Taken>>,
    /// The stacks of the calls before this place in the list are walked.
    walked: usize,
    /// Where each goes at once, instead of being kept.
    live: Option<Sender<Event>>,
    /// Names what is passed on at once.
    namer: Namer,
}

impl Kept {
    pub(super) fn new(live: Option<Sender<Event>>) -> Kept {
        Kept {
            list: Vec::new(),
            walked: 0,
            live,
            namer: Namer::default(),
        }
    }

    /// The place that the next call will have.
    pub(super) fn next_place(&self) -> usize {
        self.list.len()
    }

    /// The call at this place was made by the runtime. One that was passed on at once is no longer here.
    pub(super) fn mark_by_runtime(&mut self, place: usize) {
        if let Some(call) = self.list.get_mut(place) {
            call.by_runtime = true;
        }
    }

    /// A call is over.
    pub(super) fn push(&mut self, mut call: Box<Taken>, stacks: Option<&mut Stacks>) {
        let Some(live) = &self.live else {
            self.list.push(call);
            if let Some(stacks) = stacks
                && stacks.is_full()
            {
                for call in &mut self.list[self.walked..] {
                    call.walk(stacks);
                }
                self.walked = self.list.len();
            }
            return;
        };
        if let Some(stacks) = stacks {
            call.walk(stacks);
        }
        // Who no longer listens wants no more of it.
        let _ = live.send(Event::Call(call.decode(&mut self.namer)));
    }

    /// All that were kept, with their stacks walked.
    #[expect(clippy::vec_box, reason = "as in the list")]
    pub(super) fn end(mut self, stacks: Option<&mut Stacks>) -> Vec<Box<Taken>> {
        if let Some(stacks) = stacks {
            for call in &mut self.list {
                call.walk(stacks);
            }
        }
        self.list
    }
}

/// All that was copied, when it is over.
#[derive(Debug, Default)]
pub(in super::super) struct Copied {
    #[expect(clippy::vec_box, reason = "as in the list")]
    pub(super) taken: Vec<Box<Taken>>,
    pub(super) lives: Vec<Life>,
    pub(super) held: Vec<Held>,
    pub(super) statuses: Vec<ExitStatus>,
}

impl Copied {
    /// Decodes what was copied and puts everything in order.
    pub(in super::super) fn decode(mut self) -> Record {
        self.taken.sort_by_key(|taken| taken.raw.entered);
        let mut events = Vec::with_capacity(self.taken.len() + self.lives.len());
        let mut lives = self.lives.into_iter().peekable();
        let mut namer = Namer::default();
        for taken in self.taken {
            while let Some(life) = lives.next_if(|life| life.at <= taken.raw.entered) {
                events.push(Event::Life(life));
            }
            events.push(Event::Call(taken.decode(&mut namer)));
        }
        events.extend(lives.map(Event::Life));
        if !self.held.is_empty() {
            events.extend(self.held.into_iter().map(Event::Held));
            events.sort_by_key(Event::at);
        }
        Record {
            events,
            statuses: self.statuses,
            lost_packets: 0,
        }
    }
}

impl Taken {
    fn walk(&mut self, stacks: &mut Stacks) {
        if let Some(stack) = &mut self.stack {
            stacks.walk(stack);
        }
    }

    fn decode(&self, namer: &mut Namer) -> Call {
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
