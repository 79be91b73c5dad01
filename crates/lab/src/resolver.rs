//! What the C library's resolver does on its own account.
//!
//! `getaddrinfo` is no system call but a small program: it asks a caching daemon, reads files, asks name servers,
//! and tries with UDP sockets which address it would reach from where. All of that depends on how the machine is set up.

use lens::event::{Event, Time, Who};

/// When actors were in a function of the resolver. A thread is in one at a time.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    times: Vec<(Who, Time, Option<Time>)>,
}

impl Asked {
    pub(crate) fn begins(&mut self, who: Who, at: Time) {
        self.times.push((who, at, None));
    }

    pub(crate) fn ends(&mut self, who: Who, at: Time) {
        let mut times = self.times.iter_mut().rev();
        if let Some((_, _, end)) = times.find(|(of, _, end)| *of == who && end.is_none()) {
            *end = Some(at);
        }
    }

    /// Marks the calls of the resolver as the runtime's own. A function that has not returned goes on to the end.
    pub(crate) fn mark(&self, events: &mut [Event]) {
        for event in events {
            if let Event::Call(call) = event {
                let inside = |(who, from, to): &(Who, Time, Option<Time>)| {
                    *who == call.who
                        && *from <= call.entered
                        && to.is_none_or(|to| call.entered <= to)
                };
                call.by_runtime |= self.times.iter().any(inside);
            }
        }
    }
}
