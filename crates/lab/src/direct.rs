//! Playing one scene in one layer: cues are passed on, sleepers looked for, and the end is seen.

use std::collections::HashMap;
use std::fs::File;
use std::io::{PipeWriter, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use lens::event::{Event, Mark, Note, Outcome, Time, Who};
use lens::wire::Network;

use crate::asleep::{asleep_at_keyboard, asleep_in};
use crate::cast::{self, Cast};
use crate::control::{Line, Told, answer, hidden_descriptor, now};
use crate::folder::Folder;
use crate::guest::{self, Ready};
use crate::ladder;
use crate::layer::Layer;
use crate::live::Live;
use crate::play::{Play, Run};
use crate::probes;
use crate::resolver::Asked;
use crate::scene::{Scene, Variant};
use crate::sign::{Sign, announced, missing};
use crate::trouble::Trouble;

/// After this long a scene is stuck. Long, because a busy machine is not a fault of the scene.
const DEADLINE: Duration = Duration::from_secs(30);
/// How often /proc is asked while somebody waits for a sleeper.
const LOOK_AGAIN: Duration = Duration::from_micros(300);
/// The same for a guest, which may have many threads to ask about.
const LOOK_AT_GUEST: Duration = Duration::from_millis(2);

/// How a scene is to be played.
pub(crate) struct Request<'a> {
    pub(crate) scene: &'a Scene,
    pub(crate) layer: Layer,
    pub(crate) variant: Variant,
    /// Played by a program in another language instead.
    pub(crate) guest: Option<&'a Ready<'a>>,
    /// Whether the lens watches.
    pub(crate) trace: bool,
    /// Whether the functions that each call came through are kept.
    pub(crate) stack: bool,
    /// Whether the kernel's own functions and the changes of state are kept.
    pub(crate) kernel: bool,
    /// The network it is played in, where packets are to be seen.
    pub(crate) wire: Option<Arc<Network>>,
    /// For `serve` and `connect`: the address, and no deadline.
    pub(crate) address: Option<&'a str>,
    /// Prints what is said and called while it plays.
    pub(crate) live: Option<&'a Live>,
    /// What is done before the taught actor makes the taught call for the first time.
    pub(crate) before_taught: Option<&'a mut dyn FnMut()>,
}

impl Request<'_> {
    /// What is typed for this actor.
    fn lines(&self, actor: &str) -> &'static [&'static str] {
        let mut typed = self.guest.iter().flat_map(|ready| ready.guest.typed);
        typed
            .find(|(name, _)| *name == actor)
            .map_or(&[], |(_, lines)| lines)
    }
}

/// Plays a scene.
///
/// # Errors
///
/// When it could not even be started. A scene that goes wrong is a [`Play`] with trouble in it.
pub(crate) fn play(request: Request<'_>) -> Result<Play, Trouble> {
    let scene = request.scene;
    let hidden = hidden_descriptor();
    let (sender, receiver) = mpsc::channel();
    let mut actors = Vec::new();
    let mut prepared = Vec::new();
    // Until the scene is over.
    let folder = scene.path.map(|_| Folder::new()).transpose()?;
    for (index, actor) in scene.actors.iter().enumerate() {
        let (mut process, held) = cast::prepare(&request, index, hidden, &sender)?;
        if let Some(folder) = &folder {
            process.command.current_dir(folder.path());
        }
        prepared.push(process);
        actors.push(Actor {
            run: Run::new(actor.name, actor.is_peer),
            line: held.line,
            output: held.output,
            is_guest: held.keyboard.is_some(),
            keyboard: held.keyboard,
            lines: request.lines(actor.name).iter(),
            ready: 0,
            waiting: None,
            gone: false,
            done: false,
            failed: None,
        });
    }
    drop(sender);
    let cast = Cast::start(prepared, &request, hidden)?;
    for (actor, process) in actors.iter_mut().zip(cast.processes()) {
        actor.run.process = process;
    }
    Director {
        request,
        actors,
        cues: HashMap::new(),
        marks: Vec::new(),
        asked: Asked::default(),
        receiver,
        cast,
        stuck: None,
    }
    .play()
}

/// Where the lab keeps what it knows of an actor while the scene plays.
struct Actor {
    run: Run,
    line: UnixStream,
    output: File,
    is_guest: bool,
    keyboard: Option<PipeWriter>,
    /// What is still to be typed.
    lines: std::slice::Iter<'static, &'static str>,
    ready: u64,
    waiting: Option<Waiting>,
    gone: bool,
    done: bool,
    failed: Option<String>,
}

/// A cue that was given.
struct Cue {
    value: String,
    /// When who waits for it may go on.
    due: Instant,
}

enum Waiting {
    Cue(String),
    Asleep { actor: String, call: String },
}

struct Director<'a> {
    request: Request<'a>,
    actors: Vec<Actor>,
    cues: HashMap<String, Cue>,
    marks: Vec<Mark>,
    /// When the actors asked the resolver.
    asked: Asked,
    receiver: Receiver<(usize, Option<Line>)>,
    cast: Cast,
    /// Since when all sleep that were announced to be stuck.
    stuck: Option<Time>,
}

impl Director<'_> {
    fn play(mut self) -> Result<Play, Trouble> {
        let mut until = Instant::now() + DEADLINE;
        let mut trouble = None;
        while !self.actors.iter().all(|actor| actor.gone) {
            self.answer_who_waits()?;
            self.press_enter();
            if let Some(seen) = self.stuck_as_announced() {
                self.stuck = Some(now());
                self.marks.extend(seen);
                break;
            }
            if let Some(failed) = self.actors.iter().find_map(|actor| actor.failed.clone()) {
                trouble = Some(failed);
                break;
            }
            if let Some(name) = self.waits_in_vain() {
                trouble = Some(name);
                break;
            }
            let looks = self
                .actors
                .iter()
                .any(|actor| matches!(actor.waiting, Some(Waiting::Asleep { .. })));
            let pause = if self.request.guest.is_some() || self.cue_is_coming() {
                LOOK_AT_GUEST
            } else if looks || self.announces_stuck() {
                LOOK_AGAIN
            } else {
                Duration::from_millis(50)
            };
            match self.receiver.recv_timeout(pause) {
                Ok((index, Some(line))) => until += self.hear(index, line)?,
                Ok((index, None)) => self.actors[index].gone = true,
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(live) = self.request.live {
                        live.calls_until(now());
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.request.address.is_none() && Instant::now() > until {
                trouble = Some(format!(
                    "the scene did not end within {} s: {}",
                    DEADLINE.as_secs(),
                    self.positions()
                ));
                break;
            }
        }
        if trouble.is_none() && self.stuck.is_none() {
            // A process closes its line a moment before it ends: that end is its own.
            self.cast.let_end(Instant::now() + DEADLINE, LOOK_AGAIN);
        }
        self.cast.kill_all();
        if self.request.guest.is_some() {
            self.hear_the_rest()?;
        } else if let Some(since) = self.stuck {
            self.hear_until(since)?;
        }
        self.finish(trouble)
    }

    /// A guest's end is the end of its output. What it told on its line before it became the guest
    /// comes from another thread, and on a busy machine may come later.
    fn hear_the_rest(&mut self) -> Result<(), Trouble> {
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
    fn hear_until(&mut self, last: Time) -> Result<(), Trouble> {
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

    /// Takes in one line of an actor; returns how long the person in front was asked, which no deadline counts.
    fn hear(&mut self, index: usize, line: Line) -> Result<Duration, Trouble> {
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
                let process = self
                    .actors
                    .iter()
                    .find(|a| a.run.actor == sleeper)
                    .map_or(0, |a| a.run.process);
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

    /// A cue says what its giver has done. On a slow wire that is not seen at the other end before it has arrived there.
    fn give(&mut self, name: String, value: String) {
        let network = self.request.wire.as_ref();
        let on_its_way = network.map_or(Duration::ZERO, |network| 2 * network.delay());
        let due = Instant::now() + on_its_way;
        self.cues.insert(name, Cue { value, due });
    }

    /// Whether somebody waits for a cue that is there, but not due yet.
    fn cue_is_coming(&self) -> bool {
        self.actors.iter().any(|actor| match &actor.waiting {
            Some(Waiting::Cue(name)) => self.cues.contains_key(name),
            _ => false,
        })
    }

    fn answer_who_waits(&mut self) -> Result<(), Trouble> {
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

    /// A guest gives no cues but those that it prints. When it has ended and nobody else can do anything,
    /// its end stands for every other.
    fn end_stands_for_cues(&mut self) {
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

    /// A mark in a guest's lane, now. Which of its threads it is found out when the record is there.
    fn mark(&mut self, guest: usize, what: Note) {
        let process = self.actors[guest].run.process;
        let who = Who { process, thread: 0 };
        let at = now();
        self.marks.push(Mark { at, who, what });
    }

    /// Types a line for a guest that waits for a person, when all the others have ended, wait for a cue or sleep:
    /// then it is the guest's turn. Where the guest has no lines, or no more of them, it is Enter alone.
    fn press_enter(&mut self) {
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

    /// The thread of this actor that sleeps in this call, if it does.
    /// A guest may sleep in poll before it makes the call.
    /// An actor that waits for a cue sleeps too, in a read that nobody should see.
    fn sleeper(&self, name: &str, call: &str) -> Result<Option<i32>, Trouble> {
        let Some(actor) = self.actors.iter().find(|actor| actor.run.actor == name) else {
            return Err(Trouble::new(format!(
                "there is no actor {name:?} in this scene to wait for"
            )));
        };
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

    fn announces_stuck(&self) -> bool {
        self.signs()
            .iter()
            .any(|sign| matches!(sign, Sign::Stuck(_) | Sign::Waits(..)))
    }

    /// Who sleeps where, when all who are announced to be stuck sleep at the same time.
    fn stuck_as_announced(&self) -> Option<Vec<Mark>> {
        let look = |sleepers: &[(&str, &str)]| -> Option<Vec<Mark>> {
            let asleep = sleepers.iter().map(|(name, call)| {
                let thread = self.sleeper(name, call).ok()??;
                let actor = self.actors.iter().find(|actor| actor.run.actor == *name)?;
                let sleeper = Who {
                    process: actor.run.process,
                    thread,
                };
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
        self.signs().iter().find_map(|sign| match sign {
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
    fn waits_in_vain(&self) -> Option<String> {
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

    fn positions(&self) -> String {
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
    fn complaints(&self) -> String {
        let outputs = self.actors.iter().filter_map(|actor| {
            let text = cast::written(&actor.output);
            (!text.is_empty()).then(|| format!("\n{} wrote: {text}", actor.run.actor))
        });
        outputs.collect()
    }

    fn signs(&self) -> Vec<Sign> {
        announced_of(&self.request)
    }

    fn finish(self, trouble: Option<String>) -> Result<Play, Trouble> {
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
        let ready: HashMap<i32, u64> = actors
            .iter()
            .map(|actor| (actor.run.process, actor.ready))
            .collect();
        let guests: Vec<i32> = actors
            .iter()
            .filter(|actor| actor.is_guest)
            .map(|actor| actor.run.process)
            .collect();
        let hidden = hidden_descriptor();
        let mut events: Vec<Event> = events
            .into_iter()
            .filter(|event| match event {
                // The lab's own line, and what the runtime did before the actor's function began.
                Event::Call(call) => {
                    call.descriptor() != Some(hidden)
                        && ready
                            .get(&call.who.process)
                            .is_none_or(|ready| call.entered > *ready)
                }
                Event::Life(life) => ready
                    .get(&life.who.process)
                    .is_none_or(|ready| life.at > *ready),
                Event::Mark(_) | Event::State(_) | Event::Packet(_) | Event::Held(_) => true,
            })
            .collect();
        let language = request.guest.map(|ready| ready.guest.language);
        for guest in guests {
            probes::mark(&mut events, guest, language);
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
            guest: request.guest.map(|ready| ready.guest.language),
            variant: request.variant,
            traced: request.trace,
            runs,
            events,
            trouble: trouble.or(failed),
        };
        if play.trouble.is_none() && request.address.is_none() {
            play.trouble = announced_of(&request)
                .iter()
                .find_map(|sign| missing(&play, sign, stuck.is_some()));
        }
        Ok(play)
    }
}

/// What must be seen. A guest finds nothing, but the peers that play with it do; and where it sleeps can be seen.
fn announced_of(request: &Request<'_>) -> Vec<Sign> {
    let mut signs = announced(request.scene, request.layer, request.variant);
    if request.guest.is_some() {
        let is_peer = |name: &str| {
            let mut actors = request.scene.actors.iter();
            actors.any(|actor| actor.is_peer && actor.name == name)
        };
        signs.retain(|sign| match sign {
            Sign::Found(actor, _) => is_peer(actor),
            Sign::Waits(..) => true,
            _ => false,
        });
    }
    signs
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

/// A person's terminal never gets what a peer sent as it is: control characters are written as escapes.
pub(crate) fn safe(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() {
                c.escape_default().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}

fn tell(line: &mut UnixStream, text: &str) {
    // An actor that is gone needs no answer; its end arrives on its own.
    let _ = line.write_all(answer(text).as_bytes());
}
