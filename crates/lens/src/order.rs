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
mod owners;
mod shown;
mod sockets;
mod wire;

use std::collections::HashMap;

pub use owners::{Owners, ends_of};

use crate::event::{Address, Call, Ends, Event, Note, Outcome, Turn, Value, Who};

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
    if !wire::is_in(events) {
        return rows;
    }
    let certain = graph.certain(events);
    let is_certain = |who, at, seen| certain.at(who, at, seen);
    wire::placed(events, lanes, &rows, &wire::By::Cause(&is_certain), all)
}

/// Orders the rows by time. `all` is as in [`causal`].
pub fn by_time(events: &[Event], lanes: &[Lane], all: bool) -> Vec<Row> {
    let graph = Graph::new(events, lanes);
    let mut order: Vec<usize> = (0..graph.nodes.len()).collect();
    order.sort_by_key(|node| graph.nodes[*node].at);
    let rows = graph.rows(&order, events, all);
    if !wire::is_in(events) {
        return rows;
    }
    wire::placed(events, lanes, &rows, &wire::By::Time, all)
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

/// What is in no thread has its place only when the rest is in order ([`wire`]);
/// a change of state in a record without packets is drawn below the call that it happened in.
fn has_no_row(event: &Event) -> bool {
    matches!(event, Event::State(_) | Event::Packet(_) | Event::Held(_))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Entry,
    Exit,
    Point,
}

struct Node {
    thread: usize,
    event: usize,
    moment: Moment,
    at: u64,
    after: Vec<usize>,
    asleep: bool,
}

struct Thread {
    who: Who,
    lane: usize,
    /// Its number within the lane.
    number: usize,
    nodes: Vec<usize>,
}

struct Graph {
    nodes: Vec<Node>,
    threads: Vec<Thread>,
    /// The nodes of each event: entry and exit of a call, or one point.
    of_event: HashMap<usize, (usize, Option<usize>)>,
}

impl Graph {
    fn new(events: &[Event], lanes: &[Lane]) -> Graph {
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
    fn date_deaths(&mut self, events: &[Event]) {
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

    fn add_marks(&mut self, events: &[Event]) {
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
    fn add_kernel(&mut self, events: &[Event]) {
        let mut sockets = Sockets::default();
        let mut in_order: Vec<usize> = (0..events.len()).collect();
        in_order.sort_by_key(|index| match &events[*index] {
            Event::Call(call) => call.left.unwrap_or(call.entered),
            other => other.at(),
        });
        let mut pairs = Vec::new();
        for index in in_order {
            match &events[index] {
                Event::Call(call) => pairs.extend(sockets.call(index, call)),
                Event::Life(life) => sockets.life(index, life.who, &life.what),
                Event::Mark(_) | Event::State(_) | Event::Packet(_) | Event::Held(_) => {}
            }
        }
        // Sends and closes are looked up when the whole record is known: by its exit time a send can stand
        // behind the recv that it woke.
        for (effect, wanted) in pairs {
            let Some(&(entry, exit)) = self.of_event.get(&effect) else {
                continue;
            };
            let effect_node = exit.unwrap_or(entry);
            let causes: Vec<usize> = match wanted {
                Wanted::Connect(ends) => sockets
                    .connects
                    .iter()
                    .filter(|(e, _)| *e == ends)
                    .map(|(_, i)| *i)
                    .collect(),
                Wanted::Bytes { from, upto } => sockets.sends_before(&from, upto),
                Wanted::End { from } => sockets.ends.get(&from).copied().into_iter().collect(),
            };
            for cause in causes {
                if let Some(&(cause, _)) = self.of_event.get(&cause) {
                    self.edge(cause, effect_node);
                }
            }
        }
        for (effect, cause) in datagrams::received(events) {
            let found = (self.of_event.get(&effect), self.of_event.get(&cause));
            if let (Some(&(entry, exit)), Some(&(cause, _))) = found {
                self.edge(cause, exit.unwrap_or(entry));
            }
        }
    }

    /// Stays with a thread as long as it can go on, then goes to the first that can.
    fn walk(&self) -> Vec<usize> {
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

    /// From moments to rows: an exit that follows its entry makes one row of the two.
    fn rows(&self, order: &[usize], events: &[Event], all: bool) -> Vec<Row> {
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

/// One end of a connection, seen from that end.
type End = (Address, Address);

enum Wanted {
    /// The connect whose two addresses are these.
    Connect(End),
    /// The sends of this end that the first `upto` bytes came from.
    Bytes { from: End, upto: u64 },
    /// What ended the conversation on this end.
    End { from: End },
}

/// Which descriptor is which end of which connection, and what went through it.
#[derive(Default)]
struct Sockets {
    descriptors: HashMap<(i32, i32), End>,
    connects: Vec<(End, usize)>,
    sent: HashMap<End, Vec<(u64, usize)>>,
    received: HashMap<End, u64>,
    ends: HashMap<End, usize>,
}

impl Sockets {
    fn call(&mut self, index: usize, call: &Call) -> Option<(usize, Wanted)> {
        let process = call.who.process;
        let end = call
            .descriptor()
            .and_then(|fd| self.descriptors.get(&(process, fd)).cloned());
        match &*call.name {
            "connect" => {
                let end = ends(call.ends.as_ref()?)?;
                self.descriptors
                    .insert((process, call.descriptor()?), end.clone());
                self.connects.push((end, index));
            }
            "accept" | "accept4" => {
                let end = ends(call.ends.as_ref()?)?;
                self.descriptors
                    .insert((process, call.returned()? as i32), end.clone());
                return Some((index, Wanted::Connect(other(&end))));
            }
            "socketpair" => {
                // Neither end has a name. The place in the record tells this pair from all others.
                let name = |side: u8| Address::Other {
                    family: None,
                    data: [&index.to_ne_bytes()[..], &[side]].concat(),
                };
                if let Some(Value::List(pair)) = call.arg("sv")
                    && let [Value::Fd(left), Value::Fd(right)] = pair[..]
                {
                    let end = (name(0), name(1));
                    self.descriptors.insert((process, right), other(&end));
                    self.descriptors.insert((process, left), end);
                }
            }
            "dup" | "dup2" | "dup3" => {
                self.descriptors
                    .insert((process, call.returned()? as i32), end?);
            }
            // How socket2 and std copy a descriptor.
            "fcntl" if matches!(call.arg("op"), Some(Value::Name { name, .. }) if name.starts_with("F_DUPFD")) =>
            {
                self.descriptors
                    .insert((process, call.returned()? as i32), end?);
            }
            "sendto" | "sendmsg" | "write" | "writev" => {
                let end = end?;
                match call.outcome {
                    Outcome::Returned(count) => {
                        let sent = self.sent.entry(end).or_default();
                        let before = sent.last().map_or(0, |(upto, _)| *upto);
                        sent.push((before + count as u64, index));
                    }
                    Outcome::Failed(libc::EPIPE | libc::ECONNRESET) => {
                        return Some((index, Wanted::End { from: other(&end) }));
                    }
                    _ => {}
                }
            }
            "recvfrom" | "recvmsg" | "read" | "readv" => {
                let end = end?;
                match call.outcome {
                    Outcome::Returned(0) | Outcome::Failed(libc::ECONNRESET) => {
                        return Some((index, Wanted::End { from: other(&end) }));
                    }
                    Outcome::Returned(count) => {
                        let received = self.received.entry(end.clone()).or_default();
                        *received += count as u64;
                        return Some((
                            index,
                            Wanted::Bytes {
                                from: other(&end),
                                upto: *received,
                            },
                        ));
                    }
                    _ => {}
                }
            }
            "shutdown" => {
                self.ends.entry(end?).or_insert(index);
            }
            "close" => {
                let end = end?;
                self.descriptors.remove(&(process, call.descriptor()?));
                // A copy of the descriptor keeps the connection open.
                if !self.descriptors.values().any(|other| *other == end) {
                    self.ends.entry(end).or_insert(index);
                }
            }
            _ => {}
        }
        None
    }

    fn life(&mut self, index: usize, who: Who, turn: &Turn) {
        match turn {
            Turn::Forked { parent } if parent.process != who.process => {
                let inherited: Vec<_> = self
                    .descriptors
                    .iter()
                    .filter(|((process, _), _)| *process == parent.process)
                    .map(|((_, fd), end)| ((who.process, *fd), end.clone()))
                    .collect();
                self.descriptors.extend(inherited);
            }
            Turn::Exited { .. } | Turn::Killed { .. } if who.process == who.thread => {
                let (gone, kept) = self
                    .descriptors
                    .drain()
                    .partition::<HashMap<_, _>, _>(|((process, _), _)| *process == who.process);
                self.descriptors = kept;
                for end in gone.into_values() {
                    if !self.descriptors.values().any(|other| *other == end) {
                        self.ends.entry(end).or_insert(index);
                    }
                }
            }
            _ => {}
        }
    }

    fn sends_before(&self, from: &End, upto: u64) -> Vec<usize> {
        let mut start = 0;
        let mut found = Vec::new();
        for (end, index) in self.sent.get(from).into_iter().flatten() {
            if start < upto {
                found.push(*index);
            }
            start = *end;
        }
        found
    }
}

fn ends(ends: &Ends) -> Option<End> {
    Some((as_ipv4(ends.local.clone()?), as_ipv4(ends.peer.clone()?)))
}

/// An AF_INET6 socket of both families calls 127.0.0.1 `::ffff:127.0.0.1`; its peer may not.
fn as_ipv4(address: Address) -> Address {
    match address {
        Address::Inet(inet) => Address::Inet((inet.ip().to_canonical(), inet.port()).into()),
        other => other,
    }
}

fn other(end: &End) -> End {
    (end.1.clone(), end.0.clone())
}
