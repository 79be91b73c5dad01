//! Which connection each descriptor was, and when.

use super::owners::inet;
use record::event::{Call, Content, Event, Packet, Segment, Time};
use std::collections::HashMap;
use std::net::SocketAddr;

/// A TCP socket: its own address, and its peer's; `None` for one that listens.
type Socket = (SocketAddr, Option<SocketAddr>);

/// What a descriptor was from a time on; `None` where that is not known.
type Since = (Time, Option<Socket>);

/// The sockets of a record, by process and descriptor, each with the time from which on.
pub(super) struct Sockets {
    of: HashMap<(i32, i32), Vec<Since>>,
}

impl Sockets {
    pub(super) fn of(events: &[Event]) -> Sockets {
        let mut of: HashMap<(i32, i32), Vec<Since>> = HashMap::new();
        for event in events {
            let Event::Call(call) = event else { continue };
            let made = match &*call.name {
                "accept" | "accept4" => call.returned().map(|made| made as i32),
                "connect" | "listen" => call.descriptor(),
                // A copy, or another socket with the same number: not known here.
                "socket" | "dup" | "dup2" | "dup3" | "fcntl" => {
                    call.returned().map(|made| made as i32)
                }
                _ => continue,
            };
            let Some(made) = made else { continue };
            let local = call
                .ends
                .as_ref()
                .and_then(|ends| inet(ends.local.as_ref()?));
            let peer = call
                .ends
                .as_ref()
                .and_then(|ends| inet(ends.peer.as_ref()?));
            let socket = match (&*call.name, local, peer) {
                ("listen", Some(local), _) => Some((local, None)),
                (_, Some(local), Some(peer)) => Some((local, Some(peer))),
                _ => None,
            };
            let is_fcntl_of_another = call.name == "fcntl" && Some(made) != call.descriptor();
            if call.name != "fcntl" || is_fcntl_of_another {
                of.entry((call.who.process, made))
                    .or_default()
                    .push((call.entered, socket));
            }
        }
        Sockets { of }
    }

    /// Whether a call can have sent a packet, as far as is known of its descriptor.
    /// Who closes a socket that listens resets what waits in its queue.
    pub(super) fn can_send(
        &self,
        call: &Call,
        packet: &Packet,
        ends: (SocketAddr, SocketAddr),
    ) -> bool {
        let known = call.descriptor().and_then(|descriptor| {
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
