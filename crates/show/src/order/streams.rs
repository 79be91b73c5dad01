//! What a call waited for on a connection: the connect that accept takes, the sends whose bytes recv brings,
//! and what ended the conversation.
//!
//! A stream has no messages, so its bytes are counted at both ends. How datagrams are found is in [`super::datagrams`].

use record::event::{Address, Call, Ends, Event, Outcome, Turn, Value, Who};
use std::collections::HashMap;

/// Each call that the kernel let wait on a connection, with what it waited for: a connect, a send, or an end.
/// Both are places in the record.
pub(super) fn awaited(events: &[Event]) -> Vec<(usize, usize)> {
    let mut streams = Streams::default();
    let mut effects = Vec::new();
    for index in in_order_of_exit(events) {
        match &events[index] {
            Event::Call(call) => effects.extend(streams.call(index, call)),
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

/// The places in the record, by when each event was over.
pub(super) fn in_order_of_exit(events: &[Event]) -> Vec<usize> {
    let mut in_order: Vec<usize> = (0..events.len()).collect();
    in_order.sort_by_key(|index| match &events[*index] {
        Event::Call(call) => call.left.unwrap_or(call.entered),
        other => other.at(),
    });
    in_order
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

/// An AF_INET6 socket of both families calls 127.0.0.1 `::ffff:127.0.0.1`; its peer may not.
pub(super) fn as_ipv4(address: Address) -> Address {
    match address {
        Address::Inet(inet) => Address::Inet((inet.ip().to_canonical(), inet.port()).into()),
        other => other,
    }
}

fn other(end: &End) -> End {
    (end.1.clone(), end.0.clone())
}
