//! The thread that takes the packets of a run out of the buffer.

use super::ring::Frame;
use super::{LOOPBACK_INDEX, Network, slow};
use crate::wire::Network as Shared;
use crate::wire::ours::Ours;
use crate::wire::parse::{self, Numbers};
use crate::wire::slow::Sample;
use record::event::{Event, Packet};
use std::io;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often the buffer is emptied while the programs run. Its room is for several times what can come meanwhile,
/// and a short run is over before the thread has woken up at all: it takes no time from the calls.
const EMPTY: Duration = Duration::from_millis(20);

/// A run whose packets are being kept.
#[derive(Debug)]
pub(crate) struct Capturing {
    network: Arc<Shared>,
    /// Dropped, it tells the thread that the run is over.
    over: Sender<()>,
    thread: JoinHandle<Copied>,
    /// Of a slow wire: it goes on until that is quiet.
    relay: Option<(Sender<()>, JoinHandle<Vec<Sample>>)>,
}

/// The packets of a run as they were copied.
#[derive(Debug, Default)]
struct Copied {
    frames: Vec<Frame>,
    lost: u64,
}

/// The packets of a run.
#[derive(Debug, Default)]
pub(crate) struct Caught {
    /// In order of time.
    pub(crate) packets: Vec<Packet>,
    /// What came faster than it could be kept.
    pub(crate) lost: u64,
    /// What the kernel held while the wire was slow.
    pub(crate) samples: Vec<Sample>,
}

impl Capturing {
    /// Keeps what comes from now on.
    pub(crate) fn start(network: &Arc<Shared>) -> io::Result<Capturing> {
        let ring = lock(&network.system);
        forget(ring);
        let (over, is_over) = mpsc::channel::<()>();
        let here = Arc::clone(network);
        let thread = thread::Builder::new().name("wire".into()).spawn(move || {
            let mut caught = Copied::default();
            let mut ring = lock(&here.system);
            loop {
                let over = is_over.recv_timeout(EMPTY) != Err(RecvTimeoutError::Timeout);
                ring.drain(|frame| caught.frames.push(frame));
                if over {
                    caught.lost = ring.lost().into();
                    return caught;
                }
            }
        })?;
        let relay = network.system.tun.is_some().then(|| {
            let (over, is_over) = mpsc::channel::<()>();
            let here = Arc::clone(network);
            let relay = move || slow::relay(&here.system, &is_over);
            let thread = thread::Builder::new()
                .name("slow wire".into())
                .spawn(relay)?;
            io::Result::Ok((over, thread))
        });
        Ok(Capturing {
            relay: relay.transpose()?,
            network: Arc::clone(network),
            over,
            thread,
        })
    }

    /// What there was. The programs are gone, and `events` is what they did.
    pub(crate) fn end(self, events: &[Event]) -> Caught {
        // A panic in one of the threads would be a mistake in it; the record is then without packets.
        let samples = self.relay.map(|(over, thread)| {
            drop(over);
            thread.join().unwrap_or_default()
        });
        drop(self.over);
        let copied = self.thread.join().unwrap_or_default();
        let ours = self.network.system.is_shared().then(|| Ours::of(events));
        let is_ours = |packet: &Packet| ours.as_ref().is_none_or(|ours| ours.has(packet));
        let mut packets = packets(&copied, self.network.system.tun.is_some());
        packets.retain(is_ours);
        packets.sort_by_key(|packet| packet.at);
        let mut numbers = Numbers::default();
        for packet in &mut packets {
            numbers.count(packet);
        }
        Caught {
            packets,
            lost: copied.lost,
            samples: samples.unwrap_or_default(),
        }
    }
}

/// The packets in these copies. Over loopback each comes in at once. Over a slow wire it goes out and comes in later,
/// and since that wire keeps the order, the first that goes out is the first that comes in.
fn packets(copied: &Copied, slow: bool) -> Vec<Packet> {
    let is_loopback = |frame: &&Frame| !slow || frame.device == LOOPBACK_INDEX;
    let parse = |frame: &Frame| parse::packet(frame.at, &frame.bytes, frame.length);
    let loopback = copied.frames.iter().filter(is_loopback);
    let mut packets: Vec<Packet> = loopback
        .filter(|frame| !frame.outgoing)
        .filter_map(parse)
        .collect();
    // What else the kernel says on a new device, about IPv6, is nobody's.
    let slow = copied.frames.iter().filter(|frame| !is_loopback(frame));
    let slow = slow.filter(|frame| frame.bytes.first().is_some_and(|first| first >> 4 == 4));
    let (out, back): (Vec<_>, Vec<_>) = slow.partition(|frame| frame.outgoing);
    let mut back = back.iter();
    for frame in out {
        let arrived = back.next().map(|frame| frame.at);
        packets.extend(parse(frame).map(|packet| Packet {
            // Where some are missing nobody knows which these are.
            arrived: arrived.filter(|_| copied.lost == 0),
            ..packet
        }));
    }
    packets
}

/// What came before the run is none of it.
fn forget(mut ring: MutexGuard<'_, super::Ring>) {
    ring.drain(drop);
    ring.lost();
}

fn lock(network: &Network) -> MutexGuard<'_, super::Ring> {
    // Whoever panicked left a ring that is still a ring.
    network.ring.lock().unwrap_or_else(PoisonError::into_inner)
}
