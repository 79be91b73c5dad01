//! What the lab knows of one actor while the scene plays.

use std::io::Write;
use std::slice;

use record::event::{Mark, Note, Time, Who};

use crate::asleep::{asleep_at_keyboard, asleep_in};
use crate::cast::{Held, written};
use crate::control::{answer, now};
use crate::play::Run;

/// An actor while the scene plays: a member of the cast.
pub(super) struct Member {
    pub(super) run: Run,
    pub(super) is_guest: bool,
    /// When it was up; 0 as long as it is not.
    pub(super) ready: Time,
    pub(super) waiting: Option<Waiting>,
    /// Its function has returned.
    pub(super) done: bool,
    /// Nothing comes from it any more.
    pub(super) gone: bool,
    pub(super) failed: Option<String>,
    held: Held,
    /// What is still to be typed.
    typed: slice::Iter<'static, &'static str>,
}

/// What an actor waits for: a cue, or that another actor sleeps in a system call.
pub(super) enum Waiting {
    Cue(String),
    Asleep { actor: String, call: String },
}

impl Member {
    pub(super) fn new(mut run: Run, held: Held, typed: &'static [&'static str]) -> Member {
        run.process = held.process;
        Member {
            run,
            is_guest: held.keyboard.is_some(),
            ready: 0,
            waiting: None,
            done: false,
            gone: false,
            failed: None,
            held,
            typed: typed.iter(),
        }
    }

    /// Lets it go on that has asked for something.
    pub(super) fn answer(&mut self, text: &str) {
        self.waiting = None;
        // An actor that is gone needs no answer; its end arrives on its own.
        let _ = self.held.channel.write_all(answer(text).as_bytes());
    }

    /// The cue it waits for.
    pub(super) fn cue(&self) -> Option<&String> {
        match &self.waiting {
            Some(Waiting::Cue(name)) => Some(name),
            _ => None,
        }
    }

    /// The thread of it that sleeps in this call, if it does.
    /// A guest may sleep in poll before it makes the call.
    /// An actor that waits for a cue sleeps too, in a read that nobody should see.
    pub(super) fn sleeper(&self, call: &str) -> Option<Who> {
        if self.gone || self.done || self.ready == 0 || self.waiting.is_some() {
            return None;
        }
        let process = self.run.process;
        let in_poll = || asleep_in(process, "poll").filter(|_| self.is_guest);
        let thread = asleep_in(process, call).or_else(in_poll)?;
        Some(Who { process, thread })
    }

    /// That it sleeps in this call, as it is noted.
    pub(super) fn asleep(&self, call: &str) -> Option<(Who, Note)> {
        let sleeper = self.sleeper(call)?;
        let call = call.to_owned();
        Some((sleeper, Note::SawAsleep { sleeper, call }))
    }

    /// Whether it is a guest that waits for a person.
    pub(super) fn is_at_keyboard(&self) -> bool {
        let plays = self.is_guest && !self.gone && self.ready != 0;
        plays && asleep_at_keyboard(self.run.process).is_some()
    }

    /// Types the next line for it; where it has no lines, or no more of them, it is Enter alone.
    pub(super) fn type_a_line(&mut self) {
        let line = self.typed.next().unwrap_or(&"");
        if let Some(keyboard) = &mut self.held.keyboard {
            // A guest that has ended meanwhile needs no line.
            let _ = keyboard.write_all(format!("{line}\n").as_bytes());
        }
    }

    /// A mark in its lane, now. In which thread of a guest is found out when the record is there.
    pub(super) fn mark(&self, what: Note) -> Mark {
        let process = self.run.process;
        let who = Who { process, thread: 0 };
        let at = now();
        Mark { at, who, what }
    }

    /// What it does.
    pub(super) fn position(&self) -> String {
        let name = self.run.actor;
        match &self.waiting {
            _ if self.gone => format!("{name} has ended"),
            Some(Waiting::Cue(cue)) => format!("{name} waits for the cue {cue:?}"),
            Some(Waiting::Asleep { actor, call }) => {
                format!("{name} waits until {actor} sleeps in {call}")
            }
            None => format!("{name} is in a call or busy"),
        }
    }

    /// What it wrote to its standard error: a panic's message, say.
    pub(super) fn complaint(&self) -> Option<String> {
        let text = written(&self.held.output);
        (!text.is_empty()).then(|| format!("\n{} wrote: {text}", self.run.actor))
    }
}
