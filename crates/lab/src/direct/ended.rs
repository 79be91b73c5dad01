//! The end of a scene: the record, put together from what the lens saw and what the actors told.

use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt;

use record::event::{Event, Mark, Outcome, Time, Who};

use super::members::Members;
use crate::cast::Cast;
use crate::control::hidden_descriptor;
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
        let (events, statuses) = cast.end()?;
        let mut events = of_the_scene(events, &self.members);
        for guest in self.members.all.iter().filter(|member| member.is_guest) {
            probes::fold(&mut events, guest.run.process, request.language());
        }
        self.lookups.fold(&mut events);
        fold_harness(&mut events);
        let mut marks = self.marks;
        for mark in marks.iter_mut().filter(|mark| mark.who.thread == 0) {
            put_in_thread(mark, &events);
        }
        events.extend(marks.into_iter().map(Event::Mark));
        if let Some(since) = stuck {
            end_at(&mut events, since);
        }
        events.sort_by_key(Event::at);
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

/// Leaves out the channel, and what the runtime did before the actor's function began.
fn of_the_scene(mut events: Vec<Event>, members: &Members) -> Vec<Event> {
    let hidden = hidden_descriptor();
    let ready = members.all.iter();
    let ready = ready.map(|member| (member.run.process, member.ready));
    let ready: HashMap<i32, Time> = ready.collect();
    let has_begun = |who: Who, at: Time| ready.get(&who.process).is_none_or(|ready| at > *ready);
    events.retain(|event| match event {
        Event::Call(call) => call.descriptor() != Some(hidden) && has_begun(call.who, call.entered),
        Event::Life(life) => has_begun(life.who, life.at),
        Event::Mark(_) | Event::State(_) | Event::Packet(_) | Event::Held(_) => true,
    });
    events
}

/// Puts a guest's mark where it belongs: in the thread that made the last call before it.
/// A thread that is in a call does nothing else, so the mark came before that call.
fn put_in_thread(mark: &mut Mark, events: &[Event]) {
    mark.who.thread = mark.who.process;
    let calls = events.iter().filter_map(|event| match event {
        Event::Call(call) if call.who.process == mark.who.process => Some(call),
        _ => None,
    });
    let before = calls.filter(|call| call.entered <= mark.at);
    if let Some(last) = before.max_by_key(|call| call.entered) {
        mark.who = last.who;
        if last.left.is_none_or(|left| left > mark.at) {
            mark.at = last.entered - 1;
        }
    }
}

/// Leaves out what came after this time; a call that had not ended by then never did.
fn end_at(events: &mut Vec<Event>, last: Time) {
    events.retain(|event| event.at() <= last);
    for event in events {
        if let Event::Call(call) = event
            && call.left.is_some_and(|left| left > last)
        {
            call.left = None;
            call.outcome = Outcome::Unfinished;
        }
    }
}
