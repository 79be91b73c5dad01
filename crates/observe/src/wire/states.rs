//! What becomes of the two ends of each connection, inferred from its packets by RFC 9293, section 3.10.
//!
//! An end that sends a packet has made its step before the packet is seen; one that receives it makes its own after that.
//! What cannot be seen in packets is not told: a socket that listens, the end of TIME-WAIT,
//! and a segment that the kernel did not accept is taken for one that it did.

use record::event::{Content, Event, Packet, Segment, State, TcpState};
use std::collections::HashMap;
use std::net::SocketAddr;

/// The packets, and before and after each the changes of state that it tells of.
/// The packets must come in the order in which they were on the wire.
pub fn infer(packets: &[Packet]) -> Vec<Event> {
    let mut moments = Vec::new();
    for packet in packets {
        moments.push((packet.at, Moment::Sent, packet));
        let arrived = packet.arrived.unwrap_or(packet.at);
        moments.push((arrived, Moment::Received, packet));
    }
    // Stable: what arrives at once does so before anything else is sent.
    moments.sort_by_key(|(at, ..)| *at);
    let mut ends: HashMap<(SocketAddr, SocketAddr), End> = HashMap::new();
    let mut events = Vec::new();
    for (at, moment, packet) in moments {
        let (local, peer) = match moment {
            Moment::Sent => (packet.from, packet.to),
            Moment::Received => (packet.to, packet.from),
        };
        let end = ends.entry((local, peer)).or_default();
        let mut change = |from: TcpState, to: TcpState| {
            events.push(Event::State(State {
                at,
                context: None,
                local,
                peer,
                from,
                to,
                read_from_kernel: false,
            }));
        };
        if let Content::Tcp(segment) = &packet.what {
            match moment {
                Moment::Sent => end.sends(segment, &mut change),
                Moment::Received => end.receives(segment, &mut change),
            }
        }
        if let Moment::Sent = moment {
            events.push(Event::Packet(packet.clone()));
        }
    }
    events
}

#[derive(Clone, Copy, Debug)]
enum Moment {
    Sent,
    Received,
}

/// One end of a connection.
#[derive(Debug, Default)]
struct End {
    /// `None` where nothing is known of it yet.
    state: Option<TcpState>,
    /// What acknowledges its SYN.
    after_syn: Option<u32>,
    /// What acknowledges its FIN.
    after_fin: Option<u32>,
    passive: bool,
}

type Change<'a> = &'a mut dyn FnMut(TcpState, TcpState);

impl End {
    fn sends(&mut self, segment: &Segment, change: Change<'_>) {
        use TcpState::{
            CloseWait, Closed, Established, FinWait1, LastAck, Listen, SynReceived, SynSent,
            TimeWait,
        };
        let next = segment.sequence.wrapping_add(segment.data.total);
        if segment.has(Segment::RST) {
            // Also a port that nobody has answers so; that is no end of any connection.
            self.go_if_known(Closed, change);
            return;
        }
        if segment.has(Segment::SYN) {
            self.after_syn = Some(next.wrapping_add(1));
            match (self.state, segment.has(Segment::ACK)) {
                (None | Some(Closed | TimeWait), false) => self.begin(Closed, SynSent, change),
                (None | Some(Closed | TimeWait), true) => self.begin(Listen, SynReceived, change),
                (Some(SynSent), true) => self.go(SynReceived, change),
                _ => {}
            }
            return;
        }
        self.known();
        if segment.has(Segment::FIN) {
            self.after_fin = Some(next.wrapping_add(1));
            match self.state {
                Some(SynReceived | Established) => self.go(FinWait1, change),
                Some(CloseWait) => self.go(LastAck, change),
                _ => {}
            }
        }
    }

    fn receives(&mut self, segment: &Segment, change: Change<'_>) {
        use TcpState::{
            CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck, Listen,
            SynReceived, SynSent, TimeWait,
        };
        if segment.has(Segment::RST) {
            match self.state {
                Some(SynReceived) if self.passive => self.go(Listen, change),
                _ => self.go_if_known(Closed, change),
            }
            return;
        }
        let acknowledges = |what: Option<u32>| {
            segment.has(Segment::ACK)
                && what.is_some_and(|what| segment.acknowledgement.wrapping_sub(what) as i32 >= 0)
        };
        if segment.has(Segment::SYN) {
            match self.state {
                Some(SynSent | SynReceived) if acknowledges(self.after_syn) => {
                    self.go(Established, change);
                }
                // Both have called each other at the same time.
                Some(SynSent) if !segment.has(Segment::ACK) => self.go(SynReceived, change),
                // What comes of it shows in the answer: SYN,ACK, RST, or none where the queue is full.
                _ => {}
            }
            return;
        }
        self.known();
        if self.state == Some(SynReceived) && acknowledges(self.after_syn) {
            self.go(Established, change);
        }
        if acknowledges(self.after_fin) {
            match self.state {
                Some(FinWait1) => self.go(FinWait2, change),
                Some(Closing) => self.go(TimeWait, change),
                Some(LastAck) => self.go(Closed, change),
                _ => {}
            }
        }
        if segment.has(Segment::FIN) {
            match self.state {
                Some(Established) => self.go(CloseWait, change),
                Some(FinWait1) => self.go(Closing, change),
                Some(FinWait2) => self.go(TimeWait, change),
                _ => {}
            }
        }
    }

    fn begin(&mut self, from: TcpState, to: TcpState, change: Change<'_>) {
        self.passive = from == TcpState::Listen;
        self.after_fin = None;
        self.state = Some(to);
        change(from, to);
    }

    fn go(&mut self, to: TcpState, change: Change<'_>) {
        if let Some(from) = self.state.replace(to) {
            change(from, to);
        }
    }

    fn go_if_known(&mut self, to: TcpState, change: Change<'_>) {
        match self.state {
            None | Some(TcpState::Closed | TcpState::Listen) => {}
            Some(_) => self.go(to, change),
        }
    }

    /// A connection whose SYN was not seen, for it is older than the record, is taken to be established.
    fn known(&mut self) {
        self.state.get_or_insert(TcpState::Established);
    }
}
