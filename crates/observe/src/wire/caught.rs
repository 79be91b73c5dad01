//! What a run has left on the wire.

use super::confirm::Sample;
use super::ours::Ours;
use super::parse::Numbers;
use record::event::{Event, Packet};

/// What a run has left on the wire.
#[derive(Debug, Default)]
pub struct Caught {
    /// The packets, as they came.
    pub packets: Vec<Packet>,
    /// Whether others use the network too, so that some of the packets may be theirs.
    pub is_shared: bool,
    /// How many packets came faster than they could be kept.
    pub lost: u64,
    /// What the kernel held while the wire was slow.
    pub samples: Vec<Sample>,
}

impl Caught {
    /// Leaves the packets of the observed sockets, in order of time, with their numbers counted.
    /// `events` is what the programs did.
    pub(crate) fn keep_ours(&mut self, events: &[Event]) {
        if self.is_shared {
            let ours = Ours::of(events);
            self.packets.retain(|packet| ours.has(packet));
        }
        self.packets.sort_by_key(|packet| packet.at);
        let mut numbers = Numbers::default();
        for packet in &mut self.packets {
            numbers.count(packet);
        }
    }
}
