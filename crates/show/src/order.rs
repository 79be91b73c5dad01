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

mod causes;
mod certain;
mod datagrams;
mod graph;
mod owners;
mod placed;
mod rows;
mod sockets;
mod streams;

pub use crate::row::{Lane, Part, Row};
pub(crate) use owners::Owners;

use crate::choice::Choice;
use graph::{Graph, Moment, Node};
use record::event::Event;

/// Orders the rows by cause and effect.
///
/// With `all` also what explains nothing is in it: calls that the language's runtime made on its own account,
/// signals that only tell of children, the lives of processes that never touch a socket, and packets that only timers send.
///
/// Where the record has packets, they, the states and what the kernel held have rows among the others.
pub fn causal(events: &[Event], lanes: &[Lane], all: bool) -> Vec<Row> {
    let mut graph = Graph::new(events, lanes);
    graph.date_deaths(events);
    graph.add_marks(events);
    graph.add_kernel(events);
    let order = graph.walk();
    let rows = graph.rows(&order, events, Choice::new(events, all));
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
    let rows = graph.rows(&order, events, Choice::new(events, all));
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
