//! Which moments are drawn, and as which rows.

use super::graph::{Graph, Moment, Node};
use super::{Part, Row};
use record::event::{Call, Event, Note, Turn};

impl Graph {
    /// From moments to rows: an exit that follows its entry makes one row of the two.
    pub(super) fn rows(&self, order: &[usize], events: &[Event], all: bool) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for &index in order {
            let node = &self.nodes[index];
            if !self.is_drawn(node, events, all) {
                continue;
            }
            let thread = &self.threads[node.thread];
            let row = |part| Row {
                lane: thread.lane,
                thread: thread.number,
                event: node.event,
                part,
            };
            let unfinished =
                matches!(&events[node.event], Event::Call(call) if call.left.is_none());
            match node.moment {
                Moment::Point => rows.push(row(Part::Whole)),
                Moment::Entry if unfinished && !node.asleep => rows.push(row(Part::Whole)),
                Moment::Entry => rows.push(row(Part::Entry {
                    asleep: node.asleep,
                })),
                Moment::Exit => match rows.last_mut() {
                    Some(last) if last.event == node.event => last.part = Part::Whole,
                    _ => rows.push(row(Part::Exit)),
                },
            }
        }
        rows
    }

    /// Whether a node is drawn: cues and brackets are for the order, births and plain ends for nobody.
    /// A thread's life is drawn where the thread has calls: the program it is when it makes the first,
    /// and the signals after that.
    fn is_drawn(&self, node: &Node, events: &[Event], all: bool) -> bool {
        let of_thread = || {
            self.threads[node.thread]
                .nodes
                .iter()
                .map(|other| &self.nodes[*other])
        };
        let is_call = |other: &Node| matches!(events[other.event], Event::Call(_));
        match &events[node.event] {
            Event::Call(call) => all || !made_for_nothing(call, events),
            Event::Mark(mark) => matches!(mark.what, Note::Said(_)),
            Event::State(_) | Event::Packet(_) | Event::Held(_) => false,
            Event::Life(life) => match life.what {
                Turn::Started | Turn::Forked { .. } | Turn::Exited { .. } => false,
                Turn::Killed { .. } => true,
                _ if all => true,
                Turn::Exec { .. } => {
                    let is_exec = |n: &Node| matches!(&events[n.event], Event::Life(life) if matches!(life.what, Turn::Exec { .. }));
                    let mut later = of_thread().filter(|other| other.at > node.at);
                    later
                        .find(|other| is_call(other) || is_exec(other))
                        .is_some_and(is_call)
                }
                Turn::Signal(signal) => {
                    // A SIGSEGV that did not kill is how the JVM notices a null reference.
                    !matches!(signal, libc::SIGCHLD | libc::SIGSEGV)
                        && of_thread().any(|other| is_call(other) && other.at < node.at)
                }
            },
        }
    }
}

/// Whether this made an epoll descriptor that was never used: Python's `select` asks like this whether epoll is there,
/// and the number is free again before the first socket.
fn made_for_nothing(call: &Call, events: &[Event]) -> bool {
    let made = match &*call.name {
        "epoll_create" | "epoll_create1" => call.returned(),
        _ => None,
    };
    let uses = |event: &Event| {
        matches!(event, Event::Call(other) if other.who.process == call.who.process
            && other.name.starts_with("epoll_") && other.entered > call.entered
            && other.descriptor().map(i64::from) == made)
    };
    made.is_some() && !events.iter().any(uses)
}
