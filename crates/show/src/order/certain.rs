//! What a thread was certain to see, however fast the others were.

use super::graph::{Graph, Moment};
use record::event::{Event, Time, Who};
use std::collections::HashMap;

/// Larger records are not looked through: nothing in them is certain.
const MOST: usize = 3000;

/// What was read from the kernel, by what can change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Seen {
    /// The state of a socket.
    State,
    /// The queue of connections that wait for accept.
    Connections,
    /// The bytes in a connection's buffers.
    Bytes,
}

impl Seen {
    const ALL: [Seen; 3] = [Seen::State, Seen::Connections, Seen::Bytes];

    fn is_changed_by(self, call: &str) -> bool {
        match call {
            "connect" | "close" | "shutdown" => true,
            "accept" | "accept4" => self == Seen::Connections,
            "sendto" | "sendmsg" | "write" | "writev" | "sendfile" | "recvfrom" | "recvmsg"
            | "read" | "readv" => self == Seen::Bytes,
            _ => false,
        }
    }
}

/// Of each moment of a thread, whether everything that another thread did to what can be seen came surely before or surely after.
pub(super) struct Certain {
    of: HashMap<(Who, Seen), Vec<(Time, bool)>>,
}

impl Certain {
    /// Whether it is certain what a thread saw at a time.
    pub(super) fn at(&self, who: Who, at: Time, seen: Seen) -> bool {
        let moments = self.of.get(&(who, seen));
        let last = moments
            .and_then(|moments| moments.iter().rev().find(|(time, _)| *time <= at))
            .copied();
        last.is_some_and(|(_, certain)| certain)
    }
}

impl Graph {
    pub(super) fn certain(&self, events: &[Event]) -> Certain {
        let mut of: HashMap<(Who, Seen), Vec<(Time, bool)>> = HashMap::new();
        if self.nodes.len() > MOST {
            return Certain { of };
        }
        let before = self.before();
        // The ends of calls that each call brought about.
        let mut effects: HashMap<usize, Vec<usize>> = HashMap::new();
        for (index, node) in self.nodes.iter().enumerate() {
            if node.moment == Moment::Exit {
                for cause in &node.after {
                    effects.entry(*cause).or_default().push(index);
                }
            }
        }
        // What it brought about was seen: then it has done its work, if not returned.
        let was_seen = |entry: usize, by: usize| {
            let ends = effects.get(&entry).into_iter().flatten();
            ends.into_iter().any(|end| before.has(by, *end))
        };
        for seen in Seen::ALL {
            for thread in &self.threads {
                let moments = thread.nodes.iter().map(|&node| {
                    let certain = self.of_event.iter().all(|(event, &(entry, exit))| {
                        let changes = matches!(&events[*event], Event::Call(call)
                            if call.who != thread.who && seen.is_changed_by(&call.name));
                        !changes
                            || before.has(entry, node)
                            || before.has(node, exit.unwrap_or(entry))
                            || seen != Seen::Bytes && was_seen(entry, node)
                    });
                    (self.nodes[node].at, certain)
                });
                of.insert((thread.who, seen), moments.collect());
            }
        }
        Certain { of }
    }

    /// Which moments surely came before which.
    fn before(&self) -> Before {
        let words = self.nodes.len().div_ceil(64);
        let mut sets = vec![vec![0_u64; words]; self.nodes.len()];
        let mut previous = vec![None; self.nodes.len()];
        for thread in &self.threads {
            for pair in thread.nodes.windows(2) {
                previous[pair[1]] = Some(pair[0]);
            }
        }
        for node in self.walk() {
            let causes = self.nodes[node].after.iter().copied();
            for cause in causes.chain(previous[node]).collect::<Vec<_>>() {
                let set = std::mem::take(&mut sets[cause]);
                for (word, other) in sets[node].iter_mut().zip(&set) {
                    *word |= other;
                }
                sets[cause] = set;
            }
            sets[node][node / 64] |= 1 << (node % 64);
        }
        Before { sets }
    }
}

struct Before {
    /// Of each moment those that came before it, and itself.
    sets: Vec<Vec<u64>>,
}

impl Before {
    fn has(&self, node: usize, earlier: usize) -> bool {
        self.sets[node][earlier / 64] & (1 << (earlier % 64)) != 0
    }
}
