//! What a slow wire lets one see: the kernel's own word for each state.

use record::event::{Event, Held, TcpState, Time};
use std::collections::HashMap;
use std::net::SocketAddr;

/// A TCP socket as the kernel held it.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// When.
    pub at: Time,
    /// Its own address.
    pub local: SocketAddr,
    /// The other end's.
    pub peer: SocketAddr,
    /// Its state.
    pub state: TcpState,
}

impl From<&Held> for Sample {
    fn from(held: &Held) -> Sample {
        Sample {
            at: held.at,
            local: held.local,
            peer: held.peer,
            state: held.state,
        }
    }
}

/// Marks those changes of state that the kernel bears out: between this change and the next of the same end
/// the socket was found in the state that it came to. The events must be in order of time.
pub fn confirm(events: &mut [Event], samples: impl IntoIterator<Item = Sample>) {
    let mut found: HashMap<(SocketAddr, SocketAddr), Vec<Sample>> = HashMap::new();
    for sample in samples {
        let of = found.entry((sample.local, sample.peer)).or_default();
        of.push(sample);
    }
    // From the last to the first, so that the end of each state is known.
    let mut until: HashMap<(SocketAddr, SocketAddr), Time> = HashMap::new();
    for event in events.iter_mut().rev() {
        let Event::State(state) = event else { continue };
        let ends = (state.local, state.peer);
        let next = until.insert(ends, state.at).unwrap_or(Time::MAX);
        let span = state.at..next;
        state.read_from_kernel |= found.get(&ends).is_some_and(|found| {
            found
                .iter()
                .any(|sample| sample.state == state.to && span.contains(&sample.at))
        });
    }
}
