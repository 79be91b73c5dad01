//! The packets that only timers decide on.

use crate::addresses::{Ends, ends_of, is_slow};
use record::event::{Content, Event, Segment};
use std::collections::{HashMap, HashSet};

/// The segments that were sent because a timer ran out, or might not have been sent because none had:
/// those that carry nothing new, and do not acknowledge a SYN, or the second FIN, for the first time.
/// The first FIN may be acknowledged at once, by a timer, or with what comes next; the end that answers the second
/// has nothing to wait for (RFC 9293, section 3.6). On a slow wire no timer is slower than the packets.
pub(crate) fn by_timers(events: &[Event]) -> HashSet<usize> {
    #[derive(Default)]
    struct Direction {
        /// The sequence number of the SYN, or of the first segment seen.
        first: u32,
        /// How far the sender has come since.
        upto: u32,
        /// What follows its SYN and its FIN, while that is not acknowledged, and whether it is the FIN.
        marks: Vec<(u32, bool)>,
        has_ended: bool,
    }
    let mut directions: HashMap<Ends, Direction> = HashMap::new();
    let mut found = HashSet::new();
    let is_slow = is_slow(events);
    for (index, event) in events.iter().enumerate() {
        let Event::Packet(packet) = event else {
            continue;
        };
        let Content::Tcp(segment) = &packet.what else {
            continue;
        };
        let (from, to) = ends_of(packet);
        let is_new = match directions.get(&(from, to)) {
            None => true,
            // The same ports again.
            Some(known) => {
                segment.has(Segment::SYN) && known.first != segment.sequence && known.upto > 0
            }
        };
        if is_new {
            let fresh = Direction {
                first: segment.sequence,
                ..Direction::default()
            };
            directions.insert((from, to), fresh);
        }
        let has_ended = directions.get(&(from, to)).is_some_and(|own| own.has_ended);
        let mut answers = false;
        if segment.has(Segment::ACK)
            && let Some(other) = directions.get_mut(&(to, from))
        {
            let acknowledged = segment.acknowledgement.wrapping_sub(other.first);
            other.marks.retain(|(end, is_fin)| {
                let answered = *end <= acknowledged;
                answers |= answered && (!is_fin || has_ended || is_slow);
                !answered
            });
        }
        let Some(own) = directions.get_mut(&(from, to)) else {
            continue;
        };
        let marks = u32::from(segment.has(Segment::SYN)) + u32::from(segment.has(Segment::FIN));
        let start = segment.sequence.wrapping_sub(own.first);
        let end = start.wrapping_add(segment.data.total).wrapping_add(marks);
        let brings = end != start && (end > own.upto || is_new) && end < u32::MAX / 2;
        if brings {
            own.upto = own.upto.max(end);
            if marks > 0 {
                let is_fin = segment.has(Segment::FIN);
                own.marks.push((end, is_fin));
                own.has_ended |= is_fin;
            }
        }
        if !brings && !answers && !segment.has(Segment::RST) {
            found.insert(index);
        }
    }
    found
}
