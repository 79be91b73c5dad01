//! In whose lane each end of a connection stands.

use super::Lane;
use record::event::{Address, Call, Event, Packet, Time, Who};
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

/// Which lane has which address, worked out from the calls: bind, listen, connect and accept tell their sockets' ends,
/// and an address that no call tells of is that of the thread that was in a call to the packet's destination.
#[derive(Debug, Default)]
pub struct Owners {
    pairs: HashMap<(SocketAddr, SocketAddr), usize>,
    /// The lanes that had an address, each with the time from which on.
    locals: HashMap<SocketAddr, Vec<(Time, usize)>>,
    /// The connections between lanes that have more than one, by their ends, the caller's first.
    several: HashSet<(SocketAddr, SocketAddr)>,
}

impl Owners {
    /// Looks through a record.
    pub fn of(events: &[Event], lanes: &[Lane]) -> Owners {
        let mut owners = Owners::default();
        let lane_of =
            |who: Who| (lanes.iter()).position(|lane| lane.processes.contains(&who.process));
        // Calls to an address, and the lanes they were made in.
        let mut towards: Vec<(&Call, SocketAddr, usize)> = Vec::new();
        for event in events {
            let Event::Call(call) = event else { continue };
            let Some(lane) = lane_of(call.who) else {
                continue;
            };
            let given = call.args.iter().find_map(|arg| match &arg.value {
                record::event::Value::Address(address) => inet(address),
                _ => None,
            });
            if let Some(given) = given {
                match &*call.name {
                    "connect" | "sendto" => towards.push((call, given, lane)),
                    "bind" | "getsockname" if call.returned() == Some(0) => {
                        owners.has(given, call.entered, lane);
                    }
                    _ => {}
                }
            }
            let Some(ends) = &call.ends else { continue };
            let Some(local) = ends.local.as_ref().and_then(inet) else {
                continue;
            };
            owners.has(local, call.entered, lane);
            if let Some(peer) = ends.peer.as_ref().and_then(inet) {
                owners.pairs.insert((local, peer), lane);
            }
        }
        for event in events {
            let Event::Packet(packet) = event else {
                continue;
            };
            let (from, to) = ends_of(packet);
            if owners.lane(from, to, packet.at).is_some() {
                continue;
            }
            let inside = |call: &Call| {
                call.entered <= packet.at && call.left.is_none_or(|left| packet.at <= left)
            };
            let callers = (towards.iter()).filter(|(call, address, _)| {
                inside(call) && (*address == to || is_any(*address) && address.port() == to.port())
            });
            if let Some((_, _, lane)) = callers.max_by_key(|(call, ..)| call.entered) {
                owners.pairs.insert((from, to), *lane);
            }
        }
        owners.find_several(events);
        owners
    }

    fn find_several(&mut self, events: &[Event]) {
        let mut between: HashMap<_, HashSet<(SocketAddr, SocketAddr)>> = HashMap::new();
        for event in events {
            let Event::Packet(packet) = event else {
                continue;
            };
            let (from, to) = ends_of(packet);
            let (a, b) = self.lanes(packet);
            // Within one lane the addresses are shown.
            if a == b {
                continue;
            }
            let pairs = between.entry((a.min(b), a.max(b))).or_default();
            if !pairs.contains(&(to, from)) {
                pairs.insert((from, to));
            }
        }
        let several = between.into_values().filter(|pairs| pairs.len() > 1);
        self.several = several.flatten().collect();
    }

    /// The port that tells a packet's connection from the others between the same lanes, where there are others:
    /// that of the end that sent the first packet.
    pub fn port(&self, packet: &Packet) -> Option<u16> {
        let (from, to) = ends_of(packet);
        if self.several.contains(&(from, to)) {
            return Some(from.port());
        }
        self.several.contains(&(to, from)).then(|| to.port())
    }

    fn has(&mut self, local: SocketAddr, from: Time, lane: usize) {
        if local.port() != 0 {
            let since = self.locals.entry(local).or_default();
            if since.last().is_none_or(|(_, last)| *last != lane) {
                since.push((from, lane));
            }
        }
    }

    /// The lane of the socket with these two ends; the peer's port is 0 for one that listens.
    pub fn lane(&self, local: SocketAddr, peer: SocketAddr, at: Time) -> Option<usize> {
        let (local, peer) = (canonical(local), canonical(peer));
        let of = |address: SocketAddr| {
            let since = self.locals.get(&address)?;
            let had = since.iter().rev().find(|(from, _)| *from <= at);
            had.or(since.first()).map(|(_, lane)| *lane)
        };
        let everywhere: [SocketAddr; 2] = [
            (std::net::Ipv4Addr::UNSPECIFIED, local.port()).into(),
            (std::net::Ipv6Addr::UNSPECIFIED, local.port()).into(),
        ];
        let pair = self.pairs.get(&(local, peer)).copied();
        let bound = || everywhere.into_iter().find_map(of);
        pair.or_else(|| of(local)).or_else(bound)
    }

    /// The lanes that a packet comes from and goes to. An error of ICMP goes to who sent what it is about.
    pub fn lanes(&self, packet: &Packet) -> (Option<usize>, Option<usize>) {
        let (from, to) = ends_of(packet);
        (
            self.lane(from, to, packet.at),
            self.lane(to, from, packet.at),
        )
    }
}

/// The two ends of what a packet belongs to, the sender's first.
pub fn ends_of(packet: &Packet) -> (SocketAddr, SocketAddr) {
    let (from, to) = match &packet.what {
        record::event::Content::Icmp {
            about: Some((from, to)),
            ..
        } => (*to, *from),
        _ => (packet.from, packet.to),
    };
    (canonical(from), canonical(to))
}

pub(super) fn inet(address: &Address) -> Option<SocketAddr> {
    match address {
        Address::Inet(address) => Some(canonical(*address)),
        _ => None,
    }
}

/// An AF_INET6 socket of both families calls 127.0.0.1 `::ffff:127.0.0.1`; the packets do not.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

fn is_any(address: SocketAddr) -> bool {
    address.ip().is_unspecified()
}
