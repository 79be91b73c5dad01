//! In which order the rows of a drawing stand.
//!
//! The order within a thread is known exactly. Between threads only cause and effect is: a cue before what
//! waited for it, a connect before the accept that takes it, a send before the recv that brings it,
//! a close before the recv that finds the end. Everything else happened side by side,
//! and a drawing by time would show it differently each time.
//! [`causal`] draws what happened side by side by one rule instead: it stays with a thread as long as that
//! can go on, and then goes to the first that can. So the same scene gives the same drawing.
//!
//! [`by_time`] is for programs nobody gave cues to: rows stand as the tracer saw them.

mod certain;
mod datagrams;
mod graph;
mod owners;
mod placed;
mod rows;
mod shown;
mod sockets;
mod streams;

pub use owners::{Owners, ends_of};

use graph::{Graph, Moment, Node};
use record::event::Event;

/// One lane of a drawing: an actor or a program, with all its processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// What stands above it.
    pub name: String,
    /// The processes whose events belong here.
    pub processes: Vec<i32>,
}

/// One row of a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The lane's place in the list.
    pub lane: usize,
    /// The thread's number within its lane, from 0.
    pub thread: usize,
    /// The event's place in the record.
    pub event: usize,
    /// Which part of the event.
    pub part: Part,
}

/// A call is drawn in one row, or in two when rows of other threads stand between its entry and its exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The whole call, or an event that is no call.
    Whole,
    /// The entry only.
    Entry {
        /// Whether it was seen that the thread slept in the call.
        asleep: bool,
    },
    /// The exit that belongs to an earlier entry.
    Exit,
    /// Several segments of TCP with data, one behind the other in one direction, that are drawn as one.
    Run {
        /// The place of the last one in the record.
        last: usize,
    },
    /// A change of state that the kernel was certain to be seen to have made.
    Read,
    /// A change of state that was inferred; whether the kernel was seen to have made it was chance.
    Inferred,
    /// Of what the kernel held only what waits to be received: the rest was chance.
    Received,
}

/// Orders the rows by cause and effect.
///
/// With `all` also what explains nothing is in it: signals that only tell of children,
/// the lives of processes that never touch a socket, and packets that only timers send.
///
/// Where the record has packets, they, the states and what the kernel held have rows among the others.
pub fn causal(events: &[Event], lanes: &[Lane], all: bool) -> Vec<Row> {
    let mut graph = Graph::new(events, lanes);
    graph.date_deaths(events);
    graph.add_marks(events);
    graph.add_kernel(events);
    let order = graph.walk();
    let rows = graph.rows(&order, events, all);
    if !placed::is_in(events) {
        return rows;
    }
    let certain = graph.certain(events);
    let is_certain = |who, at, seen| certain.at(who, at, seen);
    placed::placed(events, lanes, &rows, &placed::By::Cause(&is_certain), all)
}

/// Orders the rows by time. `all` is as in [`causal`].
pub fn by_time(events: &[Event], lanes: &[Lane], all: bool) -> Vec<Row> {
    let graph = Graph::new(events, lanes);
    let mut order: Vec<usize> = (0..graph.nodes.len()).collect();
    order.sort_by_key(|node| graph.nodes[*node].at);
    let rows = graph.rows(&order, events, all);
    if !placed::is_in(events) {
        return rows;
    }
    placed::placed(events, lanes, &rows, &placed::By::Time, all)
}

/// The calls that surely waited: what they returned with was not yet there when they were entered,
/// because the call of another thread that brought it came later. Places in the record.
pub fn waited(events: &[Event], lanes: &[Lane]) -> Vec<usize> {
    let mut graph = Graph::new(events, lanes);
    graph.add_kernel(events);
    let entered = |node: &Node| {
        graph
            .of_event
            .get(&node.event)
            .map(|(entry, _)| graph.nodes[*entry].at)
    };
    let exits = graph
        .nodes
        .iter()
        .filter(|node| node.moment == Moment::Exit);
    let waited = exits.filter(|node| {
        node.after
            .iter()
            .any(|cause| Some(graph.nodes[*cause].at) > entered(node))
    });
    waited.map(|node| node.event).collect()
}
