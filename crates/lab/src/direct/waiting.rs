//! What an actor can wait for: a cue, or that another actor sleeps in a system call.

use std::time::{Duration, Instant};

use super::{Director, tell};
use crate::asleep::asleep_in;
use crate::trouble::Trouble;

/// What an actor waits for.
pub(super) enum Waiting {
    Cue(String),
    Asleep { actor: String, call: String },
}

/// A cue that was given.
pub(super) struct Cue {
    pub(super) value: String,
    /// When who waits for it may go on.
    pub(super) due: Instant,
}

impl Director<'_> {
    /// Lets those go on who have waited for what is there now.
    pub(super) fn answer_who_waits(&mut self) -> Result<(), Trouble> {
        self.end_stands_for_cues();
        for index in 0..self.actors.len() {
            let answer = match &self.actors[index].waiting {
                None => continue,
                Some(Waiting::Cue(name)) => {
                    let due = self.cues.get(name).filter(|cue| cue.due <= Instant::now());
                    due.map(|cue| cue.value.clone())
                }
                Some(Waiting::Asleep { actor, call }) => {
                    self.sleeper(actor, call)?.map(|thread| thread.to_string())
                }
            };
            if let Some(answer) = answer {
                self.actors[index].waiting = None;
                tell(&mut self.actors[index].line, &answer);
            }
        }
        Ok(())
    }

    /// A cue says what its giver has done. On a slow wire that is not seen at the other end before it has arrived there.
    pub(super) fn give(&mut self, name: String, value: String) {
        let network = self.request.wire.as_ref();
        let on_its_way = network.map_or(Duration::ZERO, |network| 2 * network.delay());
        let due = Instant::now() + on_its_way;
        self.cues.insert(name, Cue { value, due });
    }

    /// Whether somebody waits for a cue that is there, but not due yet.
    pub(super) fn cue_is_coming(&self) -> bool {
        self.actors.iter().any(|actor| match &actor.waiting {
            Some(Waiting::Cue(name)) => self.cues.contains_key(name),
            _ => false,
        })
    }

    /// The thread of this actor that sleeps in this call, if it does.
    /// A guest may sleep in poll before it makes the call.
    /// An actor that waits for a cue sleeps too, in a read that nobody should see.
    pub(super) fn sleeper(&self, name: &str, call: &str) -> Result<Option<i32>, Trouble> {
        let actor = self.actor(name).ok_or_else(|| {
            Trouble::new(format!(
                "there is no actor {name:?} in this scene to wait for"
            ))
        })?;
        let plays = !actor.gone && !actor.done && actor.ready != 0 && actor.waiting.is_none();
        let process = actor.run.process;
        Ok(match plays {
            true if actor.is_guest => {
                asleep_in(process, call).or_else(|| asleep_in(process, "poll"))
            }
            true => asleep_in(process, call),
            false => None,
        })
    }
}
