//! Playing one scene in one layer: cues are passed on, sleepers looked for, and the end is seen.

mod ended;
mod member;
mod members;

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use record::event::{Mark, Note, Time, Who};

use crate::cast::Cast;
use crate::control::{Message, Told, now};
use crate::folder::Folder;
use crate::play::{Play, Run};
use crate::request::Request;
use crate::resolver::Lookups;
use crate::sign::Sign;
use crate::terminal::safe;
use crate::trouble::Trouble;
use ended::Ended;
use member::{Member, Waiting};
use members::Members;

/// After this long a scene is stuck. Long, because a busy machine is not a fault of the scene.
const DEADLINE: Duration = Duration::from_secs(30);
/// How often /proc is asked while somebody waits for a sleeper.
const LOOK_AGAIN: Duration = Duration::from_micros(300);
/// The same for a guest, which may have many threads to ask about.
const LOOK_AT_GUEST: Duration = Duration::from_millis(2);

/// Plays a scene.
///
/// # Errors
///
/// When it could not even be started. A scene that goes wrong is a [`Play`] with trouble in it.
pub(crate) fn play(request: Request<'_>) -> Result<Play, Trouble> {
    let (sender, receiver) = mpsc::channel();
    // Until the scene is over.
    let folder = request.scene.path.map(|_| Folder::new()).transpose()?;
    let (cast, held) = Cast::start(&request, folder.as_ref(), sender)?;
    let members = request.scene.actors.iter().zip(held).map(|(actor, held)| {
        let run = Run::new(actor.name, actor.is_peer);
        Member::new(run, held, request.typed_for(actor.name))
    });
    let delay = request.wire.as_ref().map(|network| 2 * network.delay());
    let members = Members::new(members.collect(), delay.unwrap_or_default());
    Director {
        announced: request.announced(),
        request,
        members,
        marks: Vec::new(),
        lookups: Lookups::default(),
        receiver,
        cast,
    }
    .play()
}

struct Director<'a> {
    request: Request<'a>,
    /// What must be seen.
    announced: Vec<Sign>,
    members: Members,
    marks: Vec<Mark>,
    lookups: Lookups,
    receiver: Receiver<(usize, Option<Message>)>,
    cast: Cast,
}

impl Director<'_> {
    /// Passes on what is told, until the scene ends or cannot.
    fn play(mut self) -> Result<Play, Trouble> {
        let mut until = Instant::now() + DEADLINE;
        let (mut stuck, mut trouble) = (None, None);
        while !self.members.are_gone() {
            self.marks.extend(self.members.end_stands_for_cues());
            self.members.answer_who_waits()?;
            self.marks.extend(self.members.press_enter());
            if let Some(seen) = self.members.stuck_as_announced(&self.announced) {
                stuck = Some(now());
                self.marks.extend(seen);
                break;
            }
            let mut members = self.members.all.iter();
            let failed = members.find_map(|member| member.failed.clone());
            trouble = failed.or_else(|| self.members.waits_in_vain());
            if trouble.is_some() {
                break;
            }
            match self.receiver.recv_timeout(self.pause()) {
                Ok((index, Some(message))) => until += self.hear(index, message),
                Ok((index, None)) => self.members.all[index].gone = true,
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(live) = self.request.live {
                        live.calls_until(now());
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.request.place.is_none() && Instant::now() > until {
                trouble = Some(format!(
                    "the scene did not end within {} s: {}",
                    DEADLINE.as_secs(),
                    self.members.positions()
                ));
                break;
            }
        }
        if trouble.is_none() && stuck.is_none() {
            // A process closes its channel a moment before it ends: that end is its own.
            self.cast.let_end(Instant::now() + DEADLINE, LOOK_AGAIN);
        }
        self.cast.kill_all();
        if self.request.guest.is_some() {
            self.hear_the_rest();
        } else if let Some(since) = stuck {
            self.hear_until(since);
        }
        let ended = Ended {
            request: self.request,
            members: self.members,
            marks: self.marks,
            lookups: self.lookups,
            stuck,
            trouble,
        };
        ended.into_play(self.cast)
    }

    /// How long nothing needs to be looked at, unless somebody tells something.
    fn pause(&self) -> Duration {
        let is_looked_for = |sign: &Sign| matches!(sign, Sign::Stuck(_) | Sign::Waits(..));
        if self.request.guest.is_some() || self.members.cue_is_coming() {
            LOOK_AT_GUEST
        } else if self.members.a_sleeper_is_waited_for() || self.announced.iter().any(is_looked_for)
        {
            LOOK_AGAIN
        } else {
            Duration::from_millis(50)
        }
    }

    /// Takes in a message of an actor; returns how long the person in front was asked, which no deadline counts.
    fn hear(&mut self, index: usize, message: Message) -> Duration {
        let mut asked = Duration::ZERO;
        let Message { at, thread, told } = message;
        let member = &mut self.members.all[index];
        let process = member.run.process;
        let who = Who { process, thread };
        let note = match told {
            Told::Said(text) => {
                let text = safe(&text);
                member.run.said.push(text.clone());
                Some(Note::Said(text))
            }
            Told::Found { token, text } => {
                let text = safe(&text);
                member.run.findings.push((token, text.clone()));
                Some(Note::Said(text))
            }
            Told::Gave { name, value } => {
                member.run.cues.push((name.clone(), value.clone()));
                self.members.give(name.clone(), value);
                Some(Note::Gave(name))
            }
            Told::Got { name } => Some(Note::Got(name)),
            Told::SawAsleep {
                actor,
                call,
                thread,
            } => {
                let process = self.members.named(&actor).map_or(0, |of| of.run.process);
                let sleeper = Who { process, thread };
                Some(Note::SawAsleep { sleeper, call })
            }
            Told::Begins => {
                let taught = self.request.scene.taught_actor();
                if member.run.actor == taught
                    && let Some(question) = self.request.question.take()
                {
                    let start = Instant::now();
                    question.ask();
                    asked = start.elapsed();
                }
                member.answer("");
                Some(Note::Begin(String::new()))
            }
            Told::Ends => Some(Note::End(String::new())),
            Told::Ready => {
                member.ready = at;
                None
            }
            Told::Waits { name } => {
                member.waiting = Some(Waiting::Cue(name));
                None
            }
            Told::WaitsAsleep { actor, call } => {
                member.waiting = Some(Waiting::Asleep { actor, call });
                None
            }
            Told::Resolves => {
                self.lookups.begins(who, at);
                None
            }
            Told::Resolved => {
                self.lookups.ends(who, at);
                None
            }
            Told::Done => {
                member.done = true;
                None
            }
            Told::Failed(text) => {
                member.failed = Some(format!("{}: {}", member.run.actor, safe(&text)));
                None
            }
        };
        if let (Some(Note::Said(text)), Some(live)) = (&note, self.request.live) {
            live.said(at, text);
        }
        // A guest's words come without the time they were said at, which is no earlier than its last call:
        // enough for a cue.
        if let Some(what) = note
            && (thread != 0 || matches!(what, Note::Gave(_)))
        {
            self.marks.push(Mark { at, who, what });
        }
        asked
    }

    /// A guest's end is the end of its output. What it told before it became the guest
    /// comes from another thread, and on a busy machine may come later.
    fn hear_the_rest(&mut self) {
        while let Ok((index, message)) = self.receiver.recv_timeout(DEADLINE) {
            if let Some(message) = message {
                self.hear(index, message);
            }
        }
    }

    /// What the actors told before they fell asleep may still be on its way.
    /// What comes later is no part of the scene: they are killed one after the other, and the end of the first
    /// can wake up the second.
    fn hear_until(&mut self, last: Time) {
        while !self.members.are_gone() {
            match self.receiver.recv_timeout(DEADLINE) {
                Ok((index, Some(message))) if message.at <= last => {
                    self.hear(index, message);
                }
                Ok((_, Some(_))) => {}
                Ok((index, None)) => self.members.all[index].gone = true,
                Err(_) => break,
            }
        }
    }
}
