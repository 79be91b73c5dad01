//! The moments of a record and what came before what, as far as that is sure.
//!
//! The moments of one thread are in their order. Between threads there is an edge from a cause to its effect:
//! from a parent to its child, from a cue to who waited for it, and from a call to the one that the kernel let wait for it.

use super::{Lane, datagrams, streams};
use record::event::{Event, Note, Turn, Who};
use std::collections::HashMap;

/// Which end of an event: a call has two, all else is one point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    Entry,
    Exit,
    Point,
}

/// One moment of a thread.
pub(super) struct Node {
    pub(super) thread: usize,
    /// The event's place in the record.
    pub(super) event: usize,
    pub(super) moment: Moment,
    pub(super) at: u64,
    /// The moments of other threads that it comes after: what brought it about.
    pub(super) after: Vec<usize>,
    /// It was seen that the thread slept in the call that begins here.
    pub(super) asleep: bool,
}

/// A thread of one of the lanes.
pub(super) struct Thread {
    pub(super) who: Who,
    pub(super) lane: usize,
    /// Its number within the lane.
    pub(super) number: usize,
    /// Its moments, in their order.
    pub(super) nodes: Vec<usize>,
}

/// All moments of all threads, and what came before what.
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) threads: Vec<Thread>,
    /// The nodes of each event: entry and exit of a call, or one point.
    pub(super) of_event: HashMap<usize, (usize, Option<usize>)>,
}

impl Graph {
    pub(super) fn new(events: &[Event], lanes: &[Lane]) -> Graph {
        let mut graph = Graph {
            nodes: Vec::new(),
            threads: Vec::new(),
            of_event: HashMap::new(),
        };
        // Threads in the order of their lanes, within a lane in the order they appeared in.
        for (lane, of) in lanes.iter().enumerate() {
            let mut number = 0;
            for event in events {
                let who = event.who();
                if has_no_row(event) {
                    continue;
                }
                if of.processes.contains(&who.process)
                    && !graph.threads.iter().any(|t| t.who == who)
                {
                    graph.threads.push(Thread {
                        who,
                        lane,
                        number,
                        nodes: Vec::new(),
                    });
                    number += 1;
                }
            }
        }
        for (index, event) in events.iter().enumerate() {
            if has_no_row(event) {
                continue;
            }
            let who = event.who();
            let Some(thread) = graph.threads.iter().position(|thread| thread.who == who) else {
                continue;
            };
            let (entry, exit) = match event {
                Event::Call(call) => {
                    let entry = graph.push(thread, index, Moment::Entry, call.entered);
                    (
                        entry,
                        call.left
                            .map(|left| graph.push(thread, index, Moment::Exit, left)),
                    )
                }
                other => (graph.push(thread, index, Moment::Point, other.at()), None),
            };
            graph.of_event.insert(index, (entry, exit));
        }
        // The record is in order of entry; a mark cannot stand inside a call of its own thread.
        for index in 0..graph.threads.len() {
            let mut nodes = std::mem::take(&mut graph.threads[index].nodes);
            nodes.sort_by_key(|node| graph.nodes[*node].at);
            graph.threads[index].nodes = nodes;
        }
        graph.add_births(events);
        graph
    }

    fn push(&mut self, thread: usize, event: usize, moment: Moment, at: u64) -> usize {
        self.nodes.push(Node {
            thread,
            event,
            moment,
            at,
            after: Vec::new(),
            asleep: false,
        });
        let node = self.nodes.len() - 1;
        self.threads[thread].nodes.push(node);
        node
    }

    /// `cause` stands before `effect`. What the clock contradicts was not the cause.
    fn edge(&mut self, cause: usize, effect: usize) {
        if self.nodes[cause].at <= self.nodes[effect].at
            && self.nodes[cause].thread != self.nodes[effect].thread
        {
            self.nodes[effect].after.push(cause);
        }
    }

    /// A process or thread comes after what its parent did before.
    fn add_births(&mut self, events: &[Event]) {
        for (index, event) in events.iter().enumerate() {
            let Event::Life(life) = event else { continue };
            let Turn::Forked { parent } = life.what else {
                continue;
            };
            let Some(&(child, _)) = self.of_event.get(&index) else {
                continue;
            };
            let Some(parent) = self.threads.iter().find(|thread| thread.who == parent) else {
                continue;
            };
            let before = parent
                .nodes
                .iter()
                .rev()
                .find(|node| self.nodes[**node].at <= life.at)
                .copied();
            if let Some(before) = before {
                self.edge(before, child);
            }
        }
    }

    /// The end of a process is seen late: its sockets are closed, and others have noticed, before the tracer
    /// hears of it. All that is sure is that it came after what the process did last.
    pub(super) fn date_deaths(&mut self, events: &[Event]) {
        for thread in &self.threads {
            let [.., before, last] = thread.nodes[..] else {
                continue;
            };
            if let Event::Life(life) = &events[self.nodes[last].event]
                && matches!(life.what, Turn::Killed { .. } | Turn::Exited { .. })
            {
                self.nodes[last].at = self.nodes[before].at;
            }
        }
    }

    /// A cue comes before what waited for it, and who was seen asleep had gone to sleep before.
    pub(super) fn add_marks(&mut self, events: &[Event]) {
        let mut given: HashMap<&str, usize> = HashMap::new();
        for (index, event) in events.iter().enumerate() {
            let Event::Mark(mark) = event else { continue };
            let Some(&(node, _)) = self.of_event.get(&index) else {
                continue;
            };
            match &mark.what {
                Note::Gave(name) => {
                    given.insert(name, node);
                }
                Note::Got(name) => {
                    if let Some(&cause) = given.get(name.as_str()) {
                        self.edge(cause, node);
                    }
                }
                Note::SawAsleep { sleeper, .. } => {
                    let entry = self
                        .threads
                        .iter()
                        .find(|thread| thread.who == *sleeper)
                        .and_then(|thread| {
                            // Not the mark itself: it can stand in the sleeper's own lane.
                            let before = |n: &&usize| **n != node && self.nodes[**n].at <= mark.at;
                            thread.nodes.iter().rev().find(before).copied()
                        });
                    if let Some(entry) =
                        entry.filter(|entry| self.nodes[*entry].moment == Moment::Entry)
                    {
                        self.nodes[entry].asleep = true;
                        self.edge(entry, node);
                        // Who was seen asleep woke up later, whatever it was that woke it: a signal, say.
                        if let Some(&(_, Some(exit))) = self.of_event.get(&self.nodes[entry].event)
                        {
                            self.edge(node, exit);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// What the kernel itself makes wait: accept for a connect, recv for a send, the end for a close.
    pub(super) fn add_kernel(&mut self, events: &[Event]) {
        let streams = streams::awaited(events);
        for (effect, cause) in streams.into_iter().chain(datagrams::received(events)) {
            let found = (self.of_event.get(&effect), self.of_event.get(&cause));
            if let (Some(&(entry, exit)), Some(&(cause, _))) = found {
                self.edge(cause, exit.unwrap_or(entry));
            }
        }
    }

    /// Stays with a thread as long as it can go on, then goes to the first that can.
    pub(super) fn walk(&self) -> Vec<usize> {
        let mut order = Vec::new();
        let mut done = vec![false; self.nodes.len()];
        let mut next = vec![0; self.threads.len()];
        let mut current = 0;
        while order.len() < self.nodes.len() {
            let head = |thread: usize| self.threads[thread].nodes.get(next[thread]).copied();
            let ready = |thread: usize| {
                head(thread).is_some_and(|n| self.nodes[n].after.iter().all(|a| done[*a]))
            };
            if !ready(current) {
                // Every cause is earlier than its effect, so some thread can always go on.
                match (0..self.threads.len()).find(|thread| ready(*thread)) {
                    Some(thread) => current = thread,
                    None => break,
                }
            }
            if let Some(node) = head(current) {
                done[node] = true;
                order.push(node);
                next[current] += 1;
            }
        }
        order
    }
}

/// What is in no thread has its place only when the rest is in order ([`super::wire`]);
/// a change of state in a record without packets is drawn below the call that it happened in.
fn has_no_row(event: &Event) -> bool {
    matches!(event, Event::State(_) | Event::Packet(_) | Event::Held(_))
}
