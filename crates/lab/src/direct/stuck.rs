//! Whether a scene goes on by itself; where it does not, whether that was announced.

use record::event::{Mark, Note, Who};

use super::waiting::Waiting;
use super::{Actor, Director};
use crate::cast;
use crate::control::now;
use crate::sign::Sign;

impl Director<'_> {
    /// Whether somebody is to be looked for who sleeps and is not woken.
    pub(super) fn announces_stuck(&self) -> bool {
        self.request
            .announced()
            .iter()
            .any(|sign| matches!(sign, Sign::Stuck(_) | Sign::Waits(..)))
    }

    /// Who sleeps where, when all who are announced to be stuck sleep at the same time.
    pub(super) fn stuck_as_announced(&self) -> Option<Vec<Mark>> {
        let look = |sleepers: &[(&str, &str)]| -> Option<Vec<Mark>> {
            let asleep = sleepers.iter().map(|(name, call)| {
                let thread = self.sleeper(name, call).ok()??;
                let process = self.actor(name)?.run.process;
                let sleeper = Who { process, thread };
                Some(Mark {
                    at: now(),
                    who: sleeper,
                    what: Note::SawAsleep {
                        sleeper,
                        call: (*call).to_owned(),
                    },
                })
            });
            asleep.collect()
        };
        self.request.announced().iter().find_map(|sign| match sign {
            // Twice: whoever woke up between the two looks is not stuck.
            Sign::Stuck(sleepers) => look(sleepers).and_then(|_| look(sleepers)),
            Sign::Waits(name, call) if self.is_last(name) => {
                let sleeper = [(*name, *call)];
                look(&sleeper).and_then(|_| look(&sleeper))
            }
            _ => None,
        })
    }

    /// Whether all the others have ended.
    fn is_last(&self, name: &str) -> bool {
        let mut others = self.actors.iter().filter(|actor| actor.run.actor != name);
        others.all(|actor| actor.gone)
    }

    /// Says who waits for a cue that nobody is left to give.
    pub(super) fn waits_in_vain(&self) -> Option<String> {
        let idle = |actor: &Actor| actor.gone || matches!(actor.waiting, Some(Waiting::Cue(_)));
        // A cue may be there that was not passed on yet: then one of the next rounds answers.
        if !self.actors.iter().all(idle) || self.cue_is_coming() {
            return None;
        }
        let waiting = self.actors.iter().find_map(|actor| match &actor.waiting {
            Some(Waiting::Cue(name)) if !actor.gone => Some((actor.run.actor, name)),
            _ => None,
        });
        let (actor, name) = waiting?;
        Some(format!(
            "{actor} waits for the cue {name:?}, and nobody is left to give it{}",
            self.complaints()
        ))
    }

    /// What each actor does.
    pub(super) fn positions(&self) -> String {
        let positions: Vec<String> = self
            .actors
            .iter()
            .map(|actor| {
                let name = actor.run.actor;
                match &actor.waiting {
                    _ if actor.gone => format!("{name} has ended"),
                    Some(Waiting::Cue(cue)) => format!("{name} waits for the cue {cue:?}"),
                    Some(Waiting::Asleep { actor, call }) => {
                        format!("{name} waits until {actor} sleeps in {call}")
                    }
                    None => format!("{name} is in a call or busy"),
                }
            })
            .collect();
        positions.join(", ") + &self.complaints()
    }

    /// What the actors wrote to their standard error: a panic's message, say.
    pub(super) fn complaints(&self) -> String {
        let outputs = self.actors.iter().filter_map(|actor| {
            let text = cast::written(&actor.output);
            (!text.is_empty()).then(|| format!("\n{} wrote: {text}", actor.run.actor))
        });
        outputs.collect()
    }
}
