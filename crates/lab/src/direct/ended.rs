//! The end of a scene: the record, put together from what the lens saw and what the actors told.

use std::os::unix::process::ExitStatusExt;

use observe::Known;
use record::event::{Mark, Time};

use super::members::Members;
use crate::cast::Cast;
use crate::ladder::fold_harness;
use crate::play::{Play, Run};
use crate::probes;
use crate::request::Request;
use crate::resolver::Lookups;
use crate::sign::Sign;
use crate::trouble::Trouble;

/// What the director has when a scene has ended.
pub(super) struct Ended<'a> {
    pub(super) request: Request<'a>,
    pub(super) members: Members,
    pub(super) marks: Vec<Mark>,
    pub(super) lookups: Lookups,
    /// Since when all sleep that were announced to be stuck.
    pub(super) stuck: Option<Time>,
    pub(super) trouble: Option<String>,
}

impl Ended<'_> {
    /// What was played, and whether it went as announced.
    pub(super) fn into_play(self, cast: Cast) -> Result<Play, Trouble> {
        let complaints = self.members.complaints();
        let (request, stuck) = (self.request, self.stuck);
        let members = self.members.all.iter();
        let begun = members.map(|member| (member.run.process, member.ready));
        // What the runtime did before the actor's function began is no part of the scene.
        let (mut events, statuses) = cast.end(Known {
            begun: begun.collect(),
            marks: self.marks,
            end: stuck,
        })?;
        for guest in self.members.all.iter().filter(|member| member.is_guest) {
            probes::fold(&mut events, guest.run.process, request.language());
        }
        self.lookups.fold(&mut events);
        fold_harness(&mut events);
        let deaths = request.scene.announces(request.layer, request.variant);
        let mut runs = Vec::new();
        let mut failed = None;
        for (member, status) in self.members.all.into_iter().zip(statuses) {
            let actor = member.run.actor;
            let announced = |signal| deaths.contains(&Sign::Killed(actor, signal));
            let well = member.done
                || (member.is_guest && status.success())
                || stuck.is_some()
                || status.signal().is_some_and(announced);
            if !well && failed.is_none() {
                failed = Some(format!("{actor} ended with {status}{complaints}"));
            }
            runs.push(Run {
                status: Some(status),
                ..member.run
            });
        }
        let mut play = Play {
            layer: request.layer,
            language: request.language(),
            variant: request.variant,
            traced: request.trace,
            runs,
            events,
            trouble: self.trouble.or(failed),
        };
        if play.trouble.is_none() && request.place.is_none() {
            let announced = request.announced();
            let mut missing = announced.iter();
            play.trouble = missing.find_map(|sign| sign.missing(&play, stuck.is_some()));
        }
        Ok(play)
    }
}
