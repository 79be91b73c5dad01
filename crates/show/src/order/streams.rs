//! What a call waited for on a connection: the connect that accept takes, the sends whose bytes recv brings,
//! and what ended the conversation.
//!
//! A stream has no messages, so its bytes are counted at both ends. How datagrams are found is in [`super::datagrams`].

use crate::addresses::as_ipv4;
use record::event::{Address, Call, Ends, Event, Outcome, Turn, Who};
use record::role::Role;
use std::collections::HashMap;

/// Each call that the kernel let wait on a connection, with what it waited for: a connect, a send, or an end.
/// Both are places in the record.
pub(crate) fn awaited(events: &[Event], in_order_of_exit: &[usize]) -> Vec<(usize, usize)> {
    let mut streams = Streams::default();
    let mut effects = Vec::new();
    for &index in in_order_of_exit {
        match &events[index] {
            Event::Call(call) => {
                let wanted = streams.call(index, call).into_iter();
                effects.extend(wanted.map(|wanted| (index, wanted)));
            }
            Event::Life(life) => streams.life(index, life.who, &life.what),
            Event::Mark(_) | Event::State(_) | Event::Packet(_) | Event::Held(_) => {}
        }
    }
    // Sends and closes are looked up when the whole record is known: by its exit time a send can stand
    // behind the recv that it woke.
    let mut pairs = Vec::new();
    for (effect, wanted) in effects {
        let causes = streams.causes(&wanted);
        pairs.extend(causes.into_iter().map(|cause| (effect, cause)));
    }
    pairs
}

/// One end of a connection, seen from that end.
type End = (Address, Address);

/// What a call waited for.
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
struct Streams {
    descriptors: HashMap<(i32, i32), End>,
    connects: Vec<(End, usize)>,
    sent: HashMap<End, Vec<(u64, usize)>>,
    received: HashMap<End, u64>,
    ends: HashMap<End, usize>,
}

impl Streams {
    /// Follows a call, and gives what it waited for, if it did.
    fn call(&mut self, index: usize, call: &Call) -> Vec<Wanted> {
        let process = call.who.process;
        let end = |fd: Option<i32>| self.descriptors.get(&(process, fd?)).cloned();
        let about = end(call.descriptor());
        let connection = call.ends.as_ref().and_then(ends);
        let mut wanted = Vec::new();
        match call.role {
            Role::Connects => {
                if let (Some(end), Some(fd)) = (connection, call.descriptor()) {
                    self.descriptors.insert((process, fd), end.clone());
                    self.connects.push((end, index));
                }
            }
            Role::Accepts => {
                if let (Some(end), &[made]) = (connection, &call.made()[..]) {
                    wanted.push(Wanted::Connect(other(&end)));
                    self.descriptors.insert((process, made), end);
                }
            }
            Role::Pairs => {
                // Neither end has a name. The place in the record tells this pair from all others.
                let name = |side: u8| Address::Other {
                    family: None,
                    data: [&index.to_ne_bytes()[..], &[side]].concat(),
                };
                if let [left, right] = call.made()[..] {
                    let end = (name(0), name(1));
                    self.descriptors.insert((process, right), other(&end));
                    self.descriptors.insert((process, left), end);
                }
            }
            Role::Copies => {
                for made in call.made() {
                    // dup2 and dup3 close what had the number before.
                    if call.descriptor() != Some(made) {
                        self.closed(index, |key| *key == (process, made));
                    }
                    let copy = about.clone().map(|end| ((process, made), end));
                    self.descriptors.extend(copy);
                }
            }
            Role::Sends | Role::Receives | Role::Moves => {
                let (to, from) = (end(call.sends_on()), end(call.receives_on()));
                wanted.extend(from.and_then(|from| self.received(call, from)));
                wanted.extend(to.and_then(|to| self.sent(index, call, to)));
            }
            Role::Shuts => {
                if let Some(end) = about {
                    self.ends.entry(end).or_insert(index);
                }
            }
            Role::Closes => self.closed(index, |(owner, fd)| *owner == process && call.closes(*fd)),
            _ => {}
        }
        wanted
    }

    /// Counts what a call has sent on this end. What is not known to have been sent is not counted:
    /// then more sends come before a recv than need to, and none is missed.
    fn sent(&mut self, index: usize, call: &Call, end: End) -> Option<Wanted> {
        match call.outcome {
            Outcome::Returned(_) => {
                let sent = self.sent.entry(end).or_default();
                let before = sent.last().map_or(0, |(upto, _)| *upto);
                sent.push((before + call.carried().unwrap_or(0), index));
                None
            }
            Outcome::Failed(libc::EPIPE | libc::ECONNRESET) => {
                Some(Wanted::End { from: other(&end) })
            }
            _ => None,
        }
    }

    /// Counts what a call has received on this end. What is not known may be all that was sent.
    fn received(&mut self, call: &Call, end: End) -> Option<Wanted> {
        match call.outcome {
            Outcome::Returned(_) => {
                let count = call.carried().unwrap_or(u64::MAX);
                if count == 0 {
                    return Some(Wanted::End { from: other(&end) });
                }
                let received = self.received.entry(end.clone()).or_default();
                let upto = received.saturating_add(count);
                if !call.peeks() {
                    *received = upto;
                }
                let from = other(&end);
                Some(Wanted::Bytes { from, upto })
            }
            Outcome::Failed(libc::ECONNRESET) => Some(Wanted::End { from: other(&end) }),
            _ => None,
        }
    }

    /// These descriptors, by process and number, are closed. A copy elsewhere keeps its connection open.
    fn closed(&mut self, index: usize, is_closed: impl Fn(&(i32, i32)) -> bool) {
        let gone = self.descriptors.extract_if(|key, _| is_closed(key));
        for end in gone.map(|(_, end)| end).collect::<Vec<_>>() {
            if !self.descriptors.values().any(|other| *other == end) {
                self.ends.entry(end).or_insert(index);
            }
        }
    }

    /// A child has its parent's descriptors, and who ends closes its own.
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
                self.closed(index, |(process, _)| *process == who.process);
            }
            _ => {}
        }
    }

    /// The events that this is.
    fn causes(&self, wanted: &Wanted) -> Vec<usize> {
        match wanted {
            Wanted::Connect(ends) => {
                let connects = self.connects.iter().filter(|(end, _)| end == ends);
                connects.map(|(_, index)| *index).collect()
            }
            Wanted::Bytes { from, upto } => self.sends_before(from, *upto),
            Wanted::End { from } => self.ends.get(from).copied().into_iter().collect(),
        }
    }

    /// The sends that the first `upto` bytes from this end came from.
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

fn other(end: &End) -> End {
    (end.1.clone(), end.0.clone())
}
