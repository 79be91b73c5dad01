//! What the C library's resolver does on its own account.
//!
//! `getaddrinfo` is no system call but a small program: it asks a caching daemon, reads files, asks name servers,
//! and tries with UDP sockets which address it would reach from where. All of that depends on how the machine is set up.

use record::event::{Event, Time, Who};

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

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use record::event::{Call, Outcome};

    use super::*;

    const ACTOR: Who = Who {
        process: 1,
        thread: 1,
    };

    fn call(who: Who, entered: Time) -> Event {
        Event::Call(Call {
            who,
            name: Cow::Borrowed("socket"),
            entered,
            left: Some(entered + 1),
            args: Vec::new(),
            outcome: Outcome::Returned(3),
            ends: None,
            by_runtime: false,
            stack: None,
            kernel: None,
        })
    }

    #[test]
    fn only_what_its_thread_did_meanwhile_is_the_resolvers_own() {
        let other = Who { thread: 2, ..ACTOR };
        let mut asked = Asked::default();
        asked.begins(ACTOR, 10);
        asked.ends(ACTOR, 20);
        asked.begins(ACTOR, 40);
        let times = [
            (ACTOR, 5),
            (ACTOR, 15),
            (other, 16),
            (ACTOR, 25),
            (ACTOR, 50),
        ];
        let mut events = times.map(|(who, at)| call(who, at));
        asked.mark(&mut events);
        let folded = events.map(|event| {
            matches!(
                event,
                Event::Call(Call {
                    by_runtime: true,
                    ..
                })
            )
        });
        assert_eq!(folded, [false, true, false, false, true]);
    }
}
