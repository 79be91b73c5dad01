//! What is shown and what is left out: decided here, once, for the text and for the drawings.
//!
//! An event that is shown gets a row, and who draws the rows does not ask again.
//! Of a stack and of the kernel's functions some are folded into a line that counts them: which, is decided here too.

mod timers;

use crate::addresses::Ends;
use record::event::{Event, Frame, Held, KernelFunction, Note, TcpState, Turn};
use record::role::Role;
use std::collections::HashMap;

/// Whether what the kernel held was certain to be seen as it was, however fast the others were.
pub(crate) type Certain<'a> = dyn Fn(&Held) -> bool + 'a;

/// What is shown of a record.
#[derive(Clone, Copy)]
pub(crate) struct Choice<'a> {
    events: &'a [Event],
    all: bool,
}

impl<'a> Choice<'a> {
    /// With `all` also what explains nothing.
    pub(crate) fn new(events: &'a [Event], all: bool) -> Choice<'a> {
        Choice { events, all }
    }

    /// Whether something that a thread did, or that happened to it, has a row.
    ///
    /// Cues and brackets are for the order, births and plain ends for nobody.
    /// A thread's life is drawn where the thread has calls: the program it is when it makes the first,
    /// and the signals after that.
    pub(crate) fn has_row(&self, event: &Event) -> bool {
        let of_thread = || {
            let others = self.events.iter();
            others.filter(|other| other.who() == event.who())
        };
        let is_call = |other: &Event| matches!(other, Event::Call(_));
        match event {
            Event::Call(call) => self.all || !call.by_runtime && !self.made_for_nothing(event),
            Event::Mark(mark) => matches!(mark.what, Note::Said(_)),
            Event::State(_) | Event::Packet(_) | Event::Held(_) => false,
            Event::Life(life) => match life.what {
                Turn::Started | Turn::Forked { .. } | Turn::Exited { .. } => false,
                Turn::Killed { .. } => true,
                _ if self.all => true,
                Turn::Exec { .. } => {
                    let is_exec = |other: &Event| matches!(other, Event::Life(life) if matches!(life.what, Turn::Exec { .. }));
                    let later = of_thread().filter(|other| other.at() > life.at);
                    let next = later.filter(|other| is_call(other) || is_exec(other));
                    next.min_by_key(|other| other.at()).is_some_and(is_call)
                }
                Turn::Signal(signal) => {
                    // A SIGSEGV that did not kill is how the JVM notices a null reference.
                    !matches!(signal, libc::SIGCHLD | libc::SIGSEGV)
                        && of_thread().any(|other| is_call(other) && other.at() < life.at)
                }
            },
        }
    }

    /// Whether this made an epoll descriptor that was never used: Python's `select` asks like this whether epoll is there,
    /// and the number is free again before the first socket.
    fn made_for_nothing(&self, event: &Event) -> bool {
        let Event::Call(call) = event else {
            return false;
        };
        // epoll_ctl has a descriptor already.
        if call.role != Role::Watches || call.descriptor().is_some() {
            return false;
        }
        let uses = |event: &Event| {
            matches!(event, Event::Call(other) if other.who.process == call.who.process
                && matches!(other.role, Role::Watches | Role::Waits) && other.entered > call.entered
                && other.descriptor().map(i64::from) == call.returned())
        };
        call.returned().is_some() && !self.events.iter().any(uses)
    }

    /// The places of the packets, changes of state and queues that have a row.
    ///
    /// With a test for what was certain, and without `all`, only those that are the same each time. Left out is
    /// what only timers decide (a segment that was sent again, an ACK alone that changes nothing),
    /// and what the kernel held where it was chance how far the other threads had come.
    pub(crate) fn of_network(&self, certain: Option<&Certain>) -> Vec<usize> {
        let certain = certain.filter(|_| !self.all);
        let by_timers = certain.map(|_| timers::by_timers(self.events));
        let mut changes = Changes {
            only_received: certain.is_some(),
            last: HashMap::new(),
        };
        let is_shown = |index: &usize| match &self.events[*index] {
            Event::Packet(_) => {
                (by_timers.as_ref()).is_none_or(|left_out| !left_out.contains(index))
            }
            Event::State(_) => true,
            Event::Held(held) => {
                certain.is_none_or(|is_certain| is_certain(held)) && changes.is_one(held)
            }
            Event::Call(_) | Event::Life(_) | Event::Mark(_) => false,
        };
        (0..self.events.len()).filter(is_shown).collect()
    }
}

/// What was held is worth a row when it is not what it was before; nothing waits at first.
struct Changes {
    /// What waits to be acknowledged does not count.
    only_received: bool,
    last: HashMap<Ends, (u32, u32)>,
}

impl Changes {
    fn is_one(&mut self, held: &Held) -> bool {
        // What was closed has nobody any more who could receive.
        use TcpState::{Closed, Closing, LastAck, TimeWait};
        if matches!(held.state, Closed | Closing | LastAck | TimeWait) {
            return false;
        }
        // Of a socket that listens, the second number is its backlog.
        let sent = if held.peer.port() == 0 || self.only_received {
            0
        } else {
            held.send_queue
        };
        let now = (held.receive_queue, sent);
        let before = self.last.insert((held.local, held.peer), now);
        before.unwrap_or_default() != now
    }
}

/// Whether a function of a stack is shown, and not folded.
pub(crate) fn shows_frame(frame: &Frame, all: bool) -> bool {
    all || frame.noise.is_none()
}

/// Whether one of the kernel's functions is shown, and not folded.
pub(crate) fn shows_function(function: &KernelFunction, all: bool) -> bool {
    all || !function.noise
}
