//! All actors of a scene while it plays: who waits for what, and what has been given.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use record::event::{Mark, Note};

use super::member::{Member, Waiting};
use crate::guest;
use crate::sign::Sign;
use crate::trouble::{Trouble, trouble};

/// The actors of a scene while it plays, in the order of the scene.
pub(super) struct Members {
    pub(super) all: Vec<Member>,
    cues: HashMap<String, Cue>,
    /// How long a cue is on its way.
    delay: Duration,
}

/// A cue that was given.
struct Cue {
    value: String,
    /// When who waits for it may go on.
    due: Instant,
}

impl Members {
    /// A cue says what its giver has done. On a slow wire that is not seen at the other end before it has
    /// arrived there: after `delay`.
    pub(super) fn new(all: Vec<Member>, delay: Duration) -> Members {
        let cues = HashMap::new();
        Members { all, cues, delay }
    }

    pub(super) fn named(&self, name: &str) -> Option<&Member> {
        self.all.iter().find(|member| member.run.actor == name)
    }

    pub(super) fn are_gone(&self) -> bool {
        self.all.iter().all(|member| member.gone)
    }

    /// Takes a cue.
    pub(super) fn give(&mut self, name: String, value: String) {
        let due = Instant::now() + self.delay;
        self.cues.insert(name, Cue { value, due });
    }

    /// Lets those go on who have waited for what is there now.
    pub(super) fn answer_who_waits(&mut self) -> Result<(), Trouble> {
        for index in 0..self.all.len() {
            let answer = match &self.all[index].waiting {
                None => continue,
                Some(Waiting::Cue(name)) => {
                    let due = self.cues.get(name).filter(|cue| cue.due <= Instant::now());
                    due.map(|cue| cue.value.clone())
                }
                Some(Waiting::Asleep { actor, call }) => {
                    let sleeper = self.named(actor).ok_or_else(|| {
                        trouble!("there is no actor {actor:?} in this scene to wait for")
                    })?;
                    sleeper.sleeper(call).map(|who| who.thread.to_string())
                }
            };
            if let Some(answer) = answer {
                self.all[index].answer(&answer);
            }
        }
        Ok(())
    }

    /// Whether somebody waits for a cue that is there, but not due yet.
    pub(super) fn cue_is_coming(&self) -> bool {
        let mut waited_for = self.all.iter().filter_map(Member::cue);
        waited_for.any(|name| self.cues.contains_key(name))
    }

    /// Whether somebody waits for a sleeper.
    pub(super) fn a_sleeper_is_waited_for(&self) -> bool {
        let waits = |member: &Member| matches!(member.waiting, Some(Waiting::Asleep { .. }));
        self.all.iter().any(waits)
    }

    /// Types a line for a guest that waits for a person, when all the others have ended, wait for a cue or sleep:
    /// then it is the guest's turn.
    pub(super) fn press_enter(&mut self) -> Vec<Mark> {
        let mut marks = Vec::new();
        for guest in 0..self.all.len() {
            if !self.all[guest].is_at_keyboard() {
                continue;
            }
            // Twice: whoever woke up between the two looks was not done.
            let seen = self.others_idle(guest);
            let Some(seen) = seen.and_then(|_| self.others_idle(guest)) else {
                continue;
            };
            let guest = &mut self.all[guest];
            marks.extend(seen.into_iter().map(|note| guest.mark(note)));
            guest.type_a_line();
        }
        marks
    }

    /// What the other actors do, when none of them can go on by itself: the calls that they sleep in,
    /// and the last cues that they gave.
    fn others_idle(&self, guest: usize) -> Option<Vec<Note>> {
        let mut seen = Vec::new();
        for (index, member) in self.all.iter().enumerate() {
            if index == guest {
                continue;
            }
            if self.is_idle(member) {
                let cue = member.run.cues.last();
                seen.extend(cue.map(|(name, _)| Note::Got(name.clone())));
                continue;
            }
            let mut calls = ["recv", "accept", "send", "connect"].into_iter();
            let (_, note) = calls.find_map(|call| member.asleep(call))?;
            seen.push(note);
        }
        Some(seen)
    }

    /// A guest gives no cues but those that it prints. When it has ended and nobody else can do anything,
    /// its end stands for every other.
    pub(super) fn end_stands_for_cues(&mut self) -> Vec<Mark> {
        let Some(guest) = self.all.iter().position(|member| member.is_guest) else {
            return Vec::new();
        };
        let is_over = |member: &Member| self.is_idle(member) && (member.gone || !member.is_guest);
        if !self.all.iter().all(is_over) {
            return Vec::new();
        }
        let waiting = self.all.iter().filter(|member| !member.gone);
        let names: Vec<String> = waiting.filter_map(Member::cue).cloned().collect();
        let mark = |name: String| {
            self.give(name.clone(), String::new());
            self.all[guest].mark(Note::Gave(name))
        };
        names.into_iter().map(mark).collect()
    }

    /// Whether it waits for a cue that nobody has given, or has ended.
    fn is_idle(&self, member: &Member) -> bool {
        match &member.waiting {
            // What a guest has printed may still be on its way.
            Some(Waiting::Cue(name)) => !self.cues.contains_key(name) && !guest::gives(name),
            _ => member.gone,
        }
    }

    /// Who sleeps where, when all who are announced to be stuck sleep at the same time.
    pub(super) fn stuck_as_announced(&self, announced: &[Sign]) -> Option<Vec<Mark>> {
        // Twice: whoever woke up between the two looks is not stuck.
        let twice = |sleepers: &[(&str, &str)]| {
            self.all_asleep(sleepers)
                .and_then(|_| self.all_asleep(sleepers))
        };
        announced.iter().find_map(|sign| match sign {
            Sign::Stuck(sleepers) => twice(sleepers),
            Sign::Waits(name, call) if self.is_last(name) => twice(&[(name, call)]),
            _ => None,
        })
    }

    fn all_asleep(&self, sleepers: &[(&str, &str)]) -> Option<Vec<Mark>> {
        let asleep = sleepers.iter().map(|(name, call)| {
            let member = self.named(name)?;
            let (who, note) = member.asleep(call)?;
            let mark = member.mark(note);
            Some(Mark { who, ..mark })
        });
        asleep.collect()
    }

    /// Whether all the others have ended.
    fn is_last(&self, name: &str) -> bool {
        let mut others = self.all.iter().filter(|member| member.run.actor != name);
        others.all(|member| member.gone)
    }

    /// Says who waits for a cue that nobody is left to give.
    pub(super) fn waits_in_vain(&self) -> Option<String> {
        let idle = |member: &Member| member.gone || member.cue().is_some();
        // A cue may be there that was not passed on yet: then one of the next rounds answers.
        if !self.all.iter().all(idle) || self.cue_is_coming() {
            return None;
        }
        let mut left = self.all.iter().filter(|member| !member.gone);
        let (actor, name) = left.find_map(|member| Some((member.run.actor, member.cue()?)))?;
        Some(format!(
            "{actor} waits for the cue {name:?}, and nobody is left to give it{}",
            self.complaints()
        ))
    }

    /// What each actor does.
    pub(super) fn positions(&self) -> String {
        let positions: Vec<String> = self.all.iter().map(Member::position).collect();
        positions.join(", ") + &self.complaints()
    }

    /// What the actors wrote to their standard error.
    pub(super) fn complaints(&self) -> String {
        self.all.iter().filter_map(Member::complaint).collect()
    }
}
