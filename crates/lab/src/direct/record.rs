//! The end of a scene: the record, put together from what the lens saw and what the actors told.

use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt;

use record::event::{Event, Mark, Outcome, Time, Who};

use super::{Actor, Director};
use crate::control::hidden_descriptor;
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
            mut marks,
            asked,
            cast,
            stuck,
            receiver,
            cues: _,
        } = self;
        drop(receiver);
        let (events, statuses) = cast.end()?;
        let mut events = of_the_scene(events, &actors);
        let language = request.guest.map(|ready| ready.guest.language);
        for guest in actors.iter().filter(|actor| actor.is_guest) {
            probes::mark(&mut events, guest.run.process, language);
        }
        asked.mark(&mut events);
        ladder::mark_stage(&mut events);
        for mark in &mut marks {
            if mark.who.thread == 0 {
                place(mark, &events);
            }
        }
        events.extend(marks.drain(..).map(Event::Mark));
        if let Some(since) = stuck {
            end_at(&mut events, since);
        }
        events.sort_by_key(Event::at);
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

/// Leaves out the lab's own line, and what the runtime did before the actor's function began.
fn of_the_scene(mut events: Vec<Event>, actors: &[Actor]) -> Vec<Event> {
    let hidden = hidden_descriptor();
    let ready = actors.iter().map(|actor| (actor.run.process, actor.ready));
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
fn place(mark: &mut Mark, events: &[Event]) {
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
