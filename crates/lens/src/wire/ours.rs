//! Which packets of a network that others use too are those of the observed programs.

use crate::event::{Address, Content, Ends, Event, Packet};
use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};

/// The addresses that sockets of the observed programs had.
#[derive(Debug, Default)]
pub struct Ours {
    addresses: HashSet<SocketAddr>,
    /// Of sockets that are bound to every address.
    ports: HashSet<u16>,
}

impl Ours {
    /// Takes them from the record: from what the kernel said of the sockets after each call that gives one an address.
    pub fn of(events: &[Event]) -> Ours {
        let mut ours = Ours::default();
        for event in events {
            match event {
                Event::Call(call) => {
                    if let Some(Ends {
                        local: Some(Address::Inet(local)),
                        ..
                    }) = call.ends
                    {
                        ours.add(local);
                    }
                }
                Event::Held(held) => ours.add(held.local),
                _ => {}
            }
        }
        ours
    }

    fn add(&mut self, local: SocketAddr) {
        let local = canonical(local);
        if local.port() == 0 {
            return;
        }
        if local.ip().is_unspecified() {
            self.ports.insert(local.port());
        } else {
            self.addresses.insert(local);
        }
    }

    /// Whether a packet comes from one of these sockets, goes to one, or tells of an error in one that does.
    pub fn has(&self, packet: &Packet) -> bool {
        let ends = match packet.what {
            Content::Icmp { about, .. } => about,
            _ => Some((packet.from, packet.to)),
        };
        ends.is_some_and(|(from, to)| self.is_one(from) || self.is_one(to))
    }

    fn is_one(&self, address: SocketAddr) -> bool {
        let address = canonical(address);
        self.addresses.contains(&address) || self.ports.contains(&address.port())
    }
}

/// An IPv4 address, also where a socket of AF_INET6 has it as an IPv6 one.
fn canonical(address: SocketAddr) -> SocketAddr {
    let ip: IpAddr = address.ip().to_canonical();
    SocketAddr::new(ip, address.port())
}
