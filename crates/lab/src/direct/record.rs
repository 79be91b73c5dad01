//! The end of a scene: the record, put together from what the lens saw and what the actors told.

use std::os::unix::process::ExitStatusExt;

use observe::Known;

use super::Director;
use crate::ladder;
use crate::play::{Play, Run};
use crate::probes;
use crate::sign::{Sign, announced, missing};
use crate::trouble::Trouble;

impl Director<'_> {
    /// What was played, and whether it went as announced.
    pub(super) fn finish(self, trouble: Option<String>) -> Result<Play, Trouble> {
        let complaints = self.complaints();
        let Director {
            request,
            actors,
            marks,
            asked,
            cast,
            stuck,
            receiver,
            cues: _,
        } = self;
        drop(receiver);
        let begun = actors.iter().map(|actor| (actor.run.process, actor.ready));
        // What the runtime did before the actor's function began is no part of the scene.
        let (mut events, statuses) = cast.end(Known {
            begun: begun.collect(),
            marks,
            end: stuck,
        })?;
        let language = request.guest.map(|ready| ready.guest.language);
        for guest in actors.iter().filter(|actor| actor.is_guest) {
            probes::mark(&mut events, guest.run.process, language);
        }
        asked.mark(&mut events);
        ladder::mark_stage(&mut events);
        let mut runs = Vec::new();
        let mut failed = None;
        for (actor, status) in actors.into_iter().zip(statuses) {
            let announced_death = status.signal().is_some_and(|signal| {
                let signs = announced(request.scene, request.layer, request.variant);
                signs.contains(&Sign::Killed(actor.run.actor, signal))
            });
            if !(actor.done
                || (actor.is_guest && status.success())
                || stuck.is_some()
                || announced_death
                || failed.is_some())
            {
                failed = Some(format!(
                    "{} ended with {status}{complaints}",
                    actor.run.actor
                ));
            }
            runs.push(Run {
                status: Some(status),
                ..actor.run
            });
        }
        let mut play = Play {
            layer: request.layer,
            guest: language,
            variant: request.variant,
            traced: request.trace,
            runs,
            events,
            trouble: trouble.or(failed),
        };
        if play.trouble.is_none() && request.place.is_none() {
            play.trouble = request
                .announced()
                .iter()
                .find_map(|sign| missing(&play, sign, stuck.is_some()));
        }
        Ok(play)
    }
}
