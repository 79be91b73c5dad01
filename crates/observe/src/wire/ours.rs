//! Which packets of a network that others use too are those of the observed programs.

use record::event::{Address, Content, Event, Packet, Time};
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

/// The sockets of the observed programs, as the kernel told their addresses after the calls that gave them some.
#[derive(Debug, Default)]
pub struct Ours {
    /// Those with a peer: both addresses.
    connected: HashSet<(SocketAddr, SocketAddr)>,
    /// Those without, and since when they had the address: somebody else may have had it before.
    alone: HashMap<SocketAddr, Time>,
    /// Of those that are bound to every address, the ports.
    everywhere: HashMap<u16, Time>,
}

impl Ours {
    /// Takes them from the record.
    pub fn of(events: &[Event]) -> Ours {
        let mut ours = Ours::default();
        for event in events {
            let Event::Call(call) = event else { continue };
            let Some(ends) = &call.ends else { continue };
            match (&ends.local, &ends.peer) {
                (Some(Address::Inet(local)), Some(Address::Inet(peer))) => {
                    ours.connected.insert((canonical(*local), canonical(*peer)));
                }
                (Some(Address::Inet(local)), _) => ours.add_alone(canonical(*local), call.entered),
                _ => {}
            }
        }
        ours
    }

    fn add_alone(&mut self, local: SocketAddr, since: Time) {
        if local.port() == 0 {
            return;
        }
        let known = if local.ip().is_unspecified() {
            self.everywhere.entry(local.port()).or_insert(since)
        } else {
            self.alone.entry(local).or_insert(since)
        };
        *known = since.min(*known);
    }

    /// Whether a packet comes from one of these sockets, goes to one, or tells of an error in one that does.
    pub fn has(&self, packet: &Packet) -> bool {
        let ends = match packet.what {
            Content::Icmp { about, .. } => about,
            _ => Some((packet.from, packet.to)),
        };
        let Some((from, to)) = ends else { return false };
        let (from, to) = (canonical(from), canonical(to));
        self.connected.contains(&(from, to))
            || self.connected.contains(&(to, from))
            || self.is_alone(from, packet.at)
            || self.is_alone(to, packet.at)
    }

    fn is_alone(&self, address: SocketAddr, at: Time) -> bool {
        let since = [
            self.alone.get(&address),
            self.everywhere.get(&address.port()),
        ];
        since.into_iter().flatten().any(|since| *since <= at)
    }
}

/// An IPv4 address, also where a socket of AF_INET6 has it as an IPv6 one.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
