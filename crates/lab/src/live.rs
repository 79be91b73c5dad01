//! `serve` and `connect` as they happen: what the half says, and each system call as soon as it is over.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::mpsc::{self, Receiver, Sender};

use record::event::{Call, Event, Time, Value};
use show::stack as functions;

use crate::control::hidden_descriptor;
use crate::ladder;
use crate::terminal::print;

/// How wide a stack may be.
const WIDTH: usize = 92;

/// Prints what comes, calls set in.
#[derive(Debug)]
pub(crate) struct Live {
    calls: Receiver<Event>,
    /// What has come and is not yet printed.
    waiting: RefCell<VecDeque<Call>>,
    /// Given to the tracer.
    pub(crate) sender: Sender<Event>,
    all: bool,
}

impl Live {
    pub(crate) fn new(all: bool) -> Live {
        let (sender, calls) = mpsc::channel();
        Live {
            calls,
            waiting: RefCell::default(),
            sender,
            all,
        }
    }

    /// Prints a line that the half said at this time, after the calls that came before it:
    /// the tracer passes a call on before the half can go on and say anything.
    pub(crate) fn said(&self, at: Time, line: &str) {
        self.calls_until(at);
        self.line(line);
    }

    /// Prints the calls that ended by this time.
    pub(crate) fn calls_until(&self, at: Time) {
        let mut waiting = self.waiting.borrow_mut();
        waiting.extend(self.calls.try_iter().filter_map(|event| match event {
            Event::Call(mut call) if self.is_shown(&call) => {
                ladder::mark(&mut call);
                Some(call)
            }
            _ => None,
        }));
        while let Some(call) = waiting.pop_front_if(|call| call.left.is_none_or(|left| left <= at))
        {
            self.line(&format!("    {call}"));
            let stack = call.stack.as_deref();
            for line in stack.map_or(Vec::new(), |stack| functions::lines(stack, WIDTH, self.all)) {
                self.line(&format!("        {line}"));
            }
        }
    }

    fn is_shown(&self, call: &Call) -> bool {
        call.descriptor() != Some(hidden_descriptor()) && (self.all || !asks_before_close(call))
    }

    fn line(&self, line: &str) {
        // Whoever closed standard output wants to hear no more.
        let _ = print(&format!("{line}\n"));
    }
}

/// The question that debug builds of std put before each close, which a learner did not write.
fn asks_before_close(call: &Call) -> bool {
    call.name == "fcntl"
        && matches!(call.arg("op"), Some(Value::Name { name, .. }) if name == "F_GETFD")
}
