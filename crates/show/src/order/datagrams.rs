//! Which datagram a call received: the send that it came from.
//!
//! A stream's bytes are counted; a datagram is found by its two addresses. The address that a socket has may be
//! known late: who sends before it is bound learns its port from nobody, and the record from whoever received.

use crate::addresses::{as_ipv4, inet};
use record::event::{Address, Call, Event};
use record::role::Role;
use std::collections::{HashMap, HashSet};

/// Each call that received a datagram, with the send it came from, as places in the record.
pub(crate) fn received(events: &[Event], in_order_of_exit: &[usize]) -> Vec<(usize, usize)> {
    let mut datagrams = Datagrams::default();
    for &index in in_order_of_exit {
        if let Event::Call(call) = &events[index] {
            datagrams.call(index, call);
        }
    }
    datagrams.matched()
}

/// A socket is known by the place of the call that made it: its descriptor is used again after a close.
type Socket = usize;

/// A datagram that was sent.
struct Sent {
    event: usize,
    by: Socket,
    to: Address,
    /// `None` where it was not copied.
    length: Option<u64>,
}

/// A datagram that was received.
struct Received {
    event: usize,
    by: Socket,
    /// `None` where nobody asked.
    from: Option<Address>,
    length: Option<u64>,
    /// It was only looked at, and is received once more.
    is_peek: bool,
}

#[derive(Default)]
struct Datagrams {
    descriptors: HashMap<(i32, i32), Socket>,
    /// The address of each socket, where the record tells it.
    own: HashMap<Socket, Address>,
    peers: HashMap<Socket, Address>,
    sent: Vec<Sent>,
    received: Vec<Received>,
}

impl Datagrams {
    fn call(&mut self, index: usize, call: &Call) {
        let process = call.who.process;
        let socket = |fd: Option<i32>| self.descriptors.get(&(process, fd?)).copied();
        let about = socket(call.descriptor());
        match call.role {
            Role::Makes if is_datagram(call) => {
                let made = call.made().into_iter().map(|fd| ((process, fd), index));
                self.descriptors.extend(made);
            }
            Role::Copies => {
                let copies = call.made().into_iter();
                let copies = copies.filter_map(|fd| Some(((process, fd), about?)));
                self.descriptors.extend(copies);
            }
            Role::Closes => {
                (self.descriptors).retain(|(owner, fd), _| *owner != process || !call.closes(*fd))
            }
            Role::Names | Role::AsksName => {
                let own = about.zip(call.own_address().and_then(complete));
                self.own.extend(own);
            }
            Role::Connects if call.returned().is_some() => {
                let ends = call.ends.as_ref();
                let (own, peer) = ends.map_or((None, None), |e| (e.local.clone(), e.peer.clone()));
                self.own.extend(about.zip(own.map(as_ipv4)));
                self.peers.extend(about.zip(peer.map(as_ipv4)));
            }
            Role::Sends | Role::Receives | Role::Moves => {
                let (to, from) = (socket(call.sends_on()), socket(call.receives_on()));
                for message in call.messages() {
                    let address = message.address.and_then(complete);
                    let length = message.length;
                    if let Some(by) = to
                        && let Some(to) = address.clone().or_else(|| self.peers.get(&by).cloned())
                    {
                        self.sent.push(Sent {
                            event: index,
                            by,
                            to,
                            length,
                        });
                    }
                    if let Some(by) = from {
                        self.received.push(Received {
                            event: index,
                            by,
                            from: address.or_else(|| self.peers.get(&by).cloned()),
                            length,
                            is_peek: call.peeks(),
                        });
                    }
                }
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
                let fits = |(index, sent): &(usize, &Sent)| {
                    // Less was received where the buffer was too short.
                    let is_shorter = sent.length.zip(received.length).is_some_and(|(s, r)| s < r);
                    is_for(&sent.to, here) && !is_shorter && !taken.contains(&(*index, received.by))
                };
                let known = |(_, sent): &(usize, &Sent)| match (&received.from, own.get(&sent.by)) {
                    (Some(from), Some(own)) => is_for(from, own),
                    (None, _) => true,
                    (Some(_), None) => false,
                };
                let unknown = |(_, sent): &(usize, &Sent)| !own.contains_key(&sent.by);
                let fitting = || self.sent.iter().enumerate().filter(fits);
                let found = fitting().find(known).or_else(|| fitting().find(unknown));
                let Some((index, sent)) = found else {
                    continue;
                };
                if !received.is_peek {
                    taken.insert((index, received.by));
                }
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

/// An address of IP. Port 0 is no address yet: the kernel is to choose one.
fn complete(address: &Address) -> Option<Address> {
    let inet = inet(address).filter(|inet| inet.port() != 0);
    inet.map(Address::Inet)
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
