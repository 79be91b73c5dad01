//! The thread that takes the packets of a run out of the buffer.

use super::network::Network;
use super::ring::{Frame, LOOPBACK};
use super::tun;
use crate::wire::caught::Caught;
use crate::wire::confirm::Sample;
use crate::wire::parse;
use record::event::Packet;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often the buffer is emptied while the programs run. Its room is for several times what can come meanwhile,
/// and a short run is over before the thread has woken up at all: it takes no time from the calls.
const EMPTY: Duration = Duration::from_millis(20);

/// A run whose packets are being kept.
#[derive(Debug)]
pub(crate) struct Capturing {
    network: Arc<Network>,
    /// Dropped, it tells the thread that the run is over.
    over: Sender<()>,
    thread: JoinHandle<Frames>,
    /// Of a slow wire: it goes on until that is quiet.
    relay: Option<(Sender<()>, JoinHandle<Vec<Sample>>)>,
}

/// What was taken out of the buffer.
#[derive(Debug, Default)]
struct Frames {
    list: Vec<Frame>,
    lost: u64,
}

impl Capturing {
    /// Keeps what comes from now on.
    pub(crate) fn start(network: &Arc<Network>) -> io::Result<Capturing> {
        let mut ring = network.ring();
        // What came before the run is none of it.
        ring.drain(drop);
        ring.lost();
        drop(ring);
        let (over, is_over) = mpsc::channel::<()>();
        let here = Arc::clone(network);
        let thread = thread::Builder::new().name("wire".into()).spawn(move || {
            let mut frames = Frames::default();
            let mut ring = here.ring();
            loop {
                let over = is_over.recv_timeout(EMPTY) != Err(RecvTimeoutError::Timeout);
                ring.drain(|frame| frames.list.push(frame));
                if over {
                    frames.lost = ring.lost().into();
                    return frames;
                }
            }
        })?;
        let relay = network.tun().map(|tun| {
            let tun = tun.try_clone()?;
            let (over, is_over) = mpsc::channel::<()>();
            let here = Arc::clone(network);
            let state = move |local, peer| here.ask(local, peer).map(|answer| answer.state);
            let thread = thread::Builder::new()
                .name("slow wire".into())
                .spawn(move || tun::relay(tun, state, &is_over))?;
            io::Result::Ok((over, thread))
        });
        Ok(Capturing {
            relay: relay.transpose()?,
            network: Arc::clone(network),
            over,
            thread,
        })
    }

    /// What there was. The programs are gone.
    pub(crate) fn end(self) -> Caught {
        // A panic in one of the threads would be a mistake in it; the record is then without packets.
        let samples = self.relay.map(|(over, thread)| {
            drop(over);
            thread.join().unwrap_or_default()
        });
        drop(self.over);
        let frames = self.thread.join().unwrap_or_default();
        Caught {
            packets: packets(&frames, self.network.tun().is_some()),
            is_shared: self.network.is_shared(),
            lost: frames.lost,
            samples: samples.unwrap_or_default(),
        }
    }
}

/// The packets in these frames. Over loopback each comes in at once. Over a slow wire it goes out and comes in later,
/// and since that wire keeps the order, the first that goes out is the first that comes in.
fn packets(frames: &Frames, slow: bool) -> Vec<Packet> {
    let is_loopback = |frame: &&Frame| !slow || frame.device == LOOPBACK;
    let parse = |frame: &Frame| parse::packet(frame.at, &frame.bytes, frame.length);
    let loopback = frames.list.iter().filter(is_loopback);
    let mut packets: Vec<Packet> = loopback
        .filter(|frame| !frame.outgoing)
        .filter_map(parse)
        .collect();
    // What else the kernel says on a new device, about IPv6, is nobody's.
    let slow = frames.list.iter().filter(|frame| !is_loopback(frame));
    let slow = slow.filter(|frame| frame.bytes.first().is_some_and(|first| first >> 4 == 4));
    let (out, back): (Vec<_>, Vec<_>) = slow.partition(|frame| frame.outgoing);
    let mut back = back.iter();
    for frame in out {
        let arrived = back.next().map(|frame| frame.at);
        packets.extend(parse(frame).map(|packet| Packet {
            // Where some are missing nobody knows which these are.
            arrived: arrived.filter(|_| frames.lost == 0),
            ..packet
        }));
    }
    packets
}
