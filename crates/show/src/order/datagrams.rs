//! Which datagram a call received: the send that it came from.
//!
//! A stream's bytes are counted; a datagram is found by its two addresses. The address that a socket has may be
//! known late: who sends before it is bound learns its port from nobody, and the record from whoever received.

use std::collections::{HashMap, HashSet};

use super::streams::{as_ipv4, in_order_of_exit};
use record::event::{Address, Call, Event, Outcome, Value};

/// Each call that received a datagram, with the send it came from, as places in the record.
pub(super) fn received(events: &[Event]) -> Vec<(usize, usize)> {
    let mut sockets = Sockets::default();
    for index in in_order_of_exit(events) {
        if let Event::Call(call) = &events[index] {
            sockets.call(index, call);
        }
    }
    sockets.matched()
}

/// A socket is known by the place of the call that made it: its descriptor is used again after a close.
type Socket = usize;

struct Sent {
    event: usize,
    by: Socket,
    to: Address,
    length: i64,
}

struct Received {
    event: usize,
    by: Socket,
    /// `None` where nobody asked.
    from: Option<Address>,
    length: i64,
}

#[derive(Default)]
struct Sockets {
    descriptors: HashMap<(i32, i32), Socket>,
    /// The address of each socket, where the record tells it.
    own: HashMap<Socket, Address>,
    peers: HashMap<Socket, Address>,
    sent: Vec<Sent>,
    received: Vec<Received>,
}

impl Sockets {
    fn call(&mut self, index: usize, call: &Call) {
        let process = call.who.process;
        if call.name == "socket" {
            if is_datagram(call)
                && let Some(fd) = call.returned()
            {
                self.descriptors.insert((process, fd as i32), index);
            }
            return;
        }
        let Some(fd) = call.descriptor() else { return };
        let Some(&socket) = self.descriptors.get(&(process, fd)) else {
            return;
        };
        let Outcome::Returned(length) = call.outcome else {
            return;
        };
        match &*call.name {
            "close" => drop(self.descriptors.remove(&(process, fd))),
            "bind" | "getsockname" => self
                .own
                .extend(address(call, "addr").map(|own| (socket, own))),
            "connect" => {
                let ends = call.ends.as_ref();
                let (own, peer) = ends.map_or((None, None), |e| (e.local.clone(), e.peer.clone()));
                self.own.extend(own.map(|own| (socket, as_ipv4(own))));
                self.peers.extend(peer.map(|peer| (socket, as_ipv4(peer))));
            }
            "sendto" | "write" => {
                let to = address(call, "dest_addr").or_else(|| self.peers.get(&socket).cloned());
                self.sent.extend(to.map(|to| Sent {
                    event: index,
                    by: socket,
                    to,
                    length,
                }));
            }
            "recvfrom" | "read" => {
                let from = address(call, "src_addr").or_else(|| self.peers.get(&socket).cloned());
                self.received.push(Received {
                    event: index,
                    by: socket,
                    from,
                    length,
                });
            }
            _ => {}
        }
    }

    /// Datagrams of one sender are taken in their order. Each one found may tell its sender's address,
    /// and so where the answers to it arrive.
    fn matched(mut self) -> Vec<(usize, usize)> {
        loop {
            let (mut pairs, mut taken) = (Vec::new(), HashSet::new());
            let mut own = self.own.clone();
            for received in &self.received {
                let Some(here) = own.get(&received.by) else {
                    continue;
                };
                let fits = |sent: &&Sent| {
                    is_for(&sent.to, here)
                        // Less was received where the buffer was too short.
                        && sent.length >= received.length
                        && !taken.contains(&(sent.event, received.by))
                };
                let known = |sent: &&Sent| match (&received.from, own.get(&sent.by)) {
                    (Some(from), Some(own)) => is_for(from, own),
                    (None, _) => true,
                    (Some(_), None) => false,
                };
                let unknown = |sent: &&Sent| !own.contains_key(&sent.by);
                let fitting = || self.sent.iter().filter(fits);
                let Some(sent) = fitting().find(known).or_else(|| fitting().find(unknown)) else {
                    continue;
                };
                taken.insert((sent.event, received.by));
                pairs.push((received.event, sent.event));
                if let Some(from) = &received.from {
                    own.entry(sent.by).or_insert_with(|| from.clone());
                }
            }
            if own.len() == self.own.len() {
                return pairs;
            }
            self.own = own;
        }
    }
}

fn is_datagram(call: &Call) -> bool {
    call.arg("type")
        .is_some_and(|kind| kind.to_string().contains("SOCK_DGRAM"))
}

/// An address of IP in a call. Port 0 is no address yet: the kernel is to choose one.
fn address(call: &Call, name: &str) -> Option<Address> {
    match call.arg(name)? {
        Value::Address(address @ Address::Inet(inet)) if inet.port() != 0 => {
            Some(as_ipv4(address.clone()))
        }
        _ => None,
    }
}

/// Whether what is sent to the one address arrives at a socket that has the other. 0.0.0.0 is every address.
fn is_for(to: &Address, own: &Address) -> bool {
    match (to, own) {
        (Address::Inet(to), Address::Inet(own)) => {
            to.port() == own.port() && (to.ip() == own.ip() || own.ip().is_unspecified())
        }
        _ => to == own,
    }
}
