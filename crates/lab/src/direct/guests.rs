//! Guests know of no cue and no lab: what the lab does in their place.

use std::io::Write;

use record::event::{Mark, Note, Who};

use super::waiting::Waiting;
use super::{Actor, Director};
use crate::asleep::asleep_at_keyboard;
use crate::control::now;
use crate::guest;

impl Director<'_> {
    /// Types a line for a guest that waits for a person, when all the others have ended, wait for a cue or sleep:
    /// then it is the guest's turn. Where the guest has no lines, or no more of them, it is Enter alone.
    pub(super) fn press_enter(&mut self) {
        for guest in 0..self.actors.len() {
            let actor = &self.actors[guest];
            if actor.keyboard.is_none() || actor.gone || actor.ready == 0 {
                continue;
            }
            if asleep_at_keyboard(actor.run.process).is_none() {
                continue;
            }
            // Twice: whoever woke up between the two looks was not done.
            let Some(seen) = self
                .others_idle(guest)
                .and_then(|_| self.others_idle(guest))
            else {
                continue;
            };
            for note in seen {
                self.mark(guest, note);
            }
            let actor = &mut self.actors[guest];
            let line = actor.lines.next().unwrap_or(&"");
            if let Some(keyboard) = &mut actor.keyboard {
                // A guest that has ended meanwhile needs no line.
                let _ = keyboard.write_all(format!("{line}\n").as_bytes());
            }
        }
    }

    /// A guest gives no cues but those that it prints. When it has ended and nobody else can do anything,
    /// its end stands for every other.
    pub(super) fn end_stands_for_cues(&mut self) {
        let Some(guest) = self.actors.iter().position(|actor| actor.is_guest) else {
            return;
        };
        let idle = |actor: &Actor| match &actor.waiting {
            Some(Waiting::Cue(name)) => !self.cues.contains_key(name) && !guest::gives(name),
            _ => actor.gone,
        };
        if !self.actors.iter().all(idle) || self.actors.iter().any(|a| a.is_guest && !a.gone) {
            return;
        }
        let names = self.actors.iter().filter_map(|actor| match &actor.waiting {
            Some(Waiting::Cue(name)) if !actor.gone => Some(name.clone()),
            _ => None,
        });
        for name in names.collect::<Vec<_>>() {
            self.give(name.clone(), String::new());
            self.mark(guest, Note::Gave(name));
        }
    }

    /// What the other actors do, when none of them can go on by itself: the calls that they sleep in,
    /// and the last cues that they gave.
    fn others_idle(&self, guest: usize) -> Option<Vec<Note>> {
        let mut seen = Vec::new();
        for (index, actor) in self.actors.iter().enumerate() {
            if index == guest {
                continue;
            }
            let waits = match &actor.waiting {
                // What the guest has printed may still be on its way.
                Some(Waiting::Cue(name)) => !self.cues.contains_key(name) && !guest::gives(name),
                Some(Waiting::Asleep { .. }) => false,
                None => actor.gone,
            };
            if waits {
                seen.extend(
                    actor
                        .run
                        .cues
                        .last()
                        .map(|(name, _)| Note::Got(name.clone())),
                );
                continue;
            }
            let process = actor.run.process;
            let sleeps = |call: &str| {
                let thread = self.sleeper(actor.run.actor, call).ok()??;
                let sleeper = Who { process, thread };
                let call = call.to_owned();
                Some(Note::SawAsleep { sleeper, call })
            };
            seen.push(
                ["recv", "accept", "send", "connect"]
                    .into_iter()
                    .find_map(sleeps)?,
            );
        }
        Some(seen)
    }

    /// A mark in a guest's lane, now. Which of its threads it is found out when the record is there.
    fn mark(&mut self, guest: usize, what: Note) {
        let process = self.actors[guest].run.process;
        let who = Who { process, thread: 0 };
        let at = now();
        self.marks.push(Mark { at, who, what });
    }
}
