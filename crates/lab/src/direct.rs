//! Playing one scene in one layer: cues are passed on, sleepers looked for, and the end is seen.

mod guests;
mod hear;
mod record;
mod stuck;
mod waiting;

use std::collections::HashMap;
use std::fs::File;
use std::io::{PipeWriter, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use ::record::event::{Mark, Time};
use observe::wire::Network;

use crate::cast::{self, Cast};
use crate::control::{Line, answer, hidden_descriptor, now};
use crate::folder::Folder;
use crate::guest::Ready;
use crate::layer::Layer;
use crate::live::Live;
use crate::play::{Play, Run};
use crate::resolver::Asked;
use crate::scene::{Scene, Variant};
use crate::sign::{Sign, announced};
use crate::trouble::Trouble;
use waiting::{Cue, Waiting};

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
    /// For `serve` and `connect`: where, and no deadline.
    pub(crate) place: Option<&'a str>,
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

    /// What must be seen. A guest finds nothing, but the peers that play with it do; and where it sleeps can be seen.
    fn announced(&self) -> Vec<Sign> {
        let mut signs = announced(self.scene, self.layer, self.variant);
        if self.guest.is_some() {
            let is_peer = |name: &str| {
                let mut actors = self.scene.actors.iter();
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
    /// Passes on what is told, until the scene ends or cannot.
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
            let failed = self.actors.iter().find_map(|actor| actor.failed.clone());
            trouble = failed.or_else(|| self.waits_in_vain());
            if trouble.is_some() {
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
            if self.request.place.is_none() && Instant::now() > until {
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

    fn actor(&self, name: &str) -> Option<&Actor> {
        self.actors.iter().find(|actor| actor.run.actor == name)
    }
}

fn tell(line: &mut UnixStream, text: &str) {
    // An actor that is gone needs no answer; its end arrives on its own.
    let _ = line.write_all(answer(text).as_bytes());
}
