//! The thread that takes the packets of a run out of the buffer.

use super::Network;
use super::ring::Frame;
use crate::event::{Event, Packet};
use crate::wire::Network as Shared;
use crate::wire::ours::Ours;
use crate::wire::parse::{self, Numbers};
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
    thread: JoinHandle<Caught>,
}

/// The packets of a run as they were copied.
#[derive(Debug, Default)]
struct Caught {
    frames: Vec<Frame>,
    lost: u64,
}

impl Capturing {
    /// Keeps what comes from now on.
    pub(crate) fn start(network: &Arc<Shared>) -> io::Result<Capturing> {
        let ring = lock(&network.system);
        forget(ring);
        let (over, is_over) = mpsc::channel::<()>();
        let here = Arc::clone(network);
        let thread = thread::Builder::new().name("wire".into()).spawn(move || {
            let mut caught = Caught::default();
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
        Ok(Capturing {
            network: Arc::clone(network),
            over,
            thread,
        })
    }

    /// The packets of the run, in order of time, and how many were lost. The programs are gone,
    /// and `events` is what they did.
    pub(crate) fn end(self, events: &[Event]) -> (Vec<Packet>, u64) {
        drop(self.over);
        // A panic there would be a mistake in it; the record is then without packets.
        let caught = self.thread.join().unwrap_or_default();
        let ours = self.network.system.is_shared().then(|| Ours::of(events));
        let frames = caught.frames.iter();
        let parsed = frames.filter_map(|frame| parse::packet(frame.at, &frame.bytes, frame.length));
        let is_ours = |packet: &Packet| ours.as_ref().is_none_or(|ours| ours.has(packet));
        let mut packets: Vec<Packet> = parsed.filter(is_ours).collect();
        packets.sort_by_key(|packet| packet.at);
        let mut numbers = Numbers::default();
        for packet in &mut packets {
            numbers.count(packet);
        }
        (packets, caught.lost)
    }
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
