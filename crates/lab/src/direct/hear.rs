//! What the actors tell while they play.

use std::time::{Duration, Instant};

use record::event::{Mark, Note, Time, Who};

use super::waiting::Waiting;
use super::{DEADLINE, Director, tell};
use crate::control::{Line, Told};
use crate::terminal::safe;
use crate::trouble::Trouble;

impl Director<'_> {
    /// Takes in one line of an actor; returns how long the person in front was asked, which no deadline counts.
    pub(super) fn hear(&mut self, index: usize, line: Line) -> Result<Duration, Trouble> {
        let mut asked = Duration::ZERO;
        let taught_actor = self.request.scene.taught_actor();
        let actor = &mut self.actors[index];
        let who = Who {
            process: actor.run.process,
            thread: line.thread,
        };
        let note = match line.told {
            Told::Ready => {
                actor.ready = line.at;
                return Ok(asked);
            }
            Told::Said(text) => {
                let text = safe(&text);
                if let Some(live) = self.request.live {
                    live.said(line.at, &text);
                }
                actor.run.said.push(text.clone());
                Note::Said(text)
            }
            Told::Found { token, text } => {
                let text = safe(&text);
                if let Some(live) = self.request.live {
                    live.said(line.at, &text);
                }
                actor.run.findings.push((token, text.clone()));
                Note::Said(text)
            }
            Told::Gave { name, value } => {
                actor.run.cues.push((name.clone(), value.clone()));
                self.give(name.clone(), value);
                Note::Gave(name)
            }
            Told::Waits { name } => {
                actor.waiting = Some(Waiting::Cue(name));
                return Ok(asked);
            }
            Told::WaitsAsleep {
                actor: sleeper,
                call,
            } => {
                actor.waiting = Some(Waiting::Asleep {
                    actor: sleeper,
                    call,
                });
                return Ok(asked);
            }
            Told::Got { name } => Note::Got(name),
            Told::SawAsleep {
                actor: sleeper,
                call,
                thread,
            } => {
                let process = self.actor(&sleeper).map_or(0, |actor| actor.run.process);
                Note::SawAsleep {
                    sleeper: Who { process, thread },
                    call,
                }
            }
            Told::Begins => {
                if actor.run.actor == taught_actor
                    && let Some(before) = self.request.before_taught.take()
                {
                    let start = Instant::now();
                    before();
                    asked = start.elapsed();
                }
                tell(&mut actor.line, "");
                Note::Begin(String::new())
            }
            Told::Ends => Note::End(String::new()),
            Told::Resolves => {
                self.asked.begins(who, line.at);
                return Ok(asked);
            }
            Told::Resolved => {
                self.asked.ends(who, line.at);
                return Ok(asked);
            }
            Told::Done => {
                actor.done = true;
                return Ok(asked);
            }
            Told::Failed(text) => {
                actor.failed = Some(format!("{}: {}", actor.run.actor, safe(&text)));
                return Ok(asked);
            }
        };
        // A guest's words come without the time they were said at, which is no earlier than its last call:
        // enough for a cue.
        if line.thread == 0 && !matches!(note, Note::Gave(_)) {
            return Ok(asked);
        }
        self.marks.push(Mark {
            at: line.at,
            who,
            what: note,
        });
        Ok(asked)
    }

    /// A guest's end is the end of its output. What it told on its line before it became the guest
    /// comes from another thread, and on a busy machine may come later.
    pub(super) fn hear_the_rest(&mut self) -> Result<(), Trouble> {
        while let Ok((index, line)) = self.receiver.recv_timeout(DEADLINE) {
            if let Some(line) = line {
                self.hear(index, line)?;
            }
        }
        Ok(())
    }

    /// What the actors told before they fell asleep may still be on its way.
    /// What comes later is no part of the scene: they are killed one after the other, and the end of the first
    /// can wake up the second.
    pub(super) fn hear_until(&mut self, last: Time) -> Result<(), Trouble> {
        while !self.actors.iter().all(|actor| actor.gone) {
            match self.receiver.recv_timeout(DEADLINE) {
                Ok((index, Some(line))) if line.at <= last => self.hear(index, line).map(drop)?,
                Ok((_, Some(_))) => {}
                Ok((index, None)) => self.actors[index].gone = true,
                Err(_) => break,
            }
        }
        Ok(())
    }
}
