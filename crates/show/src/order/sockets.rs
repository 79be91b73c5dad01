//! Which connection each descriptor was, and when.

use crate::addresses::inet;
use record::event::{Address, Call, Content, Event, Packet, Segment, Time};
use record::role::Role;
use std::collections::HashMap;
use std::net::SocketAddr;

/// A TCP socket: its own address, and its peer's; `None` for one that listens.
type Socket = (SocketAddr, Option<SocketAddr>);

/// What a descriptor was from a time on; `None` where that is not known.
type Since = (Time, Option<Socket>);

/// The sockets of a record, by process and descriptor, each with the time from which on.
pub(crate) struct Sockets {
    of: HashMap<(i32, i32), Vec<Since>>,
}

impl Sockets {
    pub(crate) fn of(events: &[Event]) -> Sockets {
        let mut of: HashMap<(i32, i32), Vec<Since>> = HashMap::new();
        for event in events {
            let Event::Call(call) = event else { continue };
            let fds = match call.role {
                Role::Connects | Role::Listens => call.descriptor().into_iter().collect(),
                _ => call.made(),
            };
            let end = |address: &Option<Address>| inet(address.as_ref()?);
            let ends = call.ends.as_ref();
            let local = ends.and_then(|ends| end(&ends.local));
            let peer = ends.and_then(|ends| end(&ends.peer));
            let socket = match (call.role, local, peer) {
                (Role::Listens, Some(local), _) => Some((local, None)),
                (_, Some(local), Some(peer)) => Some((local, Some(peer))),
                // A copy, or another socket with the same number: not known here.
                _ => None,
            };
            for fd in fds {
                let since = of.entry((call.who.process, fd)).or_default();
                since.push((call.entered, socket));
            }
        }
        Sockets { of }
    }

    /// Whether a call can have sent a packet, as far as is known of its descriptor.
    /// Who closes a socket that listens resets what waits in its queue.
    pub(crate) fn can_send(
        &self,
        call: &Call,
        packet: &Packet,
        ends: (SocketAddr, SocketAddr),
    ) -> bool {
        let descriptor = call.sends_on().or(call.descriptor());
        let known = descriptor.and_then(|descriptor| {
            let since = self.of.get(&(call.who.process, descriptor))?;
            since
                .iter()
                .rev()
                .find(|(from, _)| *from <= call.entered)?
                .1
        });
        let is_reset =
            || matches!(&packet.what, Content::Tcp(segment) if segment.has(Segment::RST));
        match known {
            None => true,
            Some((_, None)) => is_reset(),
            Some((local, Some(peer))) => ends == (local, peer) || ends == (peer, local),
        }
    }
}
