//! A scene that was played, and what one can ask about it.

use std::collections::HashMap;
use std::process::ExitStatus;

use record::event::{Call, Event, Note, Turn, Who};

use crate::language::Language;
use crate::layer::Layer;
use crate::scene::Variant;

/// A scene that was played: who did what, what reached the kernel, and whether it went as announced.
#[derive(Debug)]
pub struct Play {
    pub(crate) layer: Layer,
    /// The language, when guests played.
    pub(crate) guest: Option<Language>,
    pub(crate) variant: Variant,
    pub(crate) traced: bool,
    pub(crate) runs: Vec<Run>,
    /// The record, in order of time, marks included.
    pub(crate) events: Vec<Event>,
    /// Why it did not go as announced.
    pub(crate) trouble: Option<String>,
}

/// One actor's part in a play.
#[derive(Debug)]
pub struct Run {
    pub(crate) actor: &'static str,
    pub(crate) is_peer: bool,
    pub(crate) process: i32,
    pub(crate) findings: Vec<(String, String)>,
    pub(crate) said: Vec<String>,
    pub(crate) cues: Vec<(String, String)>,
    pub(crate) status: Option<ExitStatus>,
}

impl Run {
    pub(crate) fn new(actor: &'static str, is_peer: bool) -> Run {
        Run {
            actor,
            is_peer,
            process: 0,
            findings: Vec::new(),
            said: Vec::new(),
            cues: Vec::new(),
            status: None,
        }
    }
}

impl Play {
    /// The layer that was played.
    pub fn layer(&self) -> Layer {
        self.layer
    }

    /// Which twin of a mistake was played.
    pub fn variant(&self) -> Variant {
        self.variant
    }

    /// The calls of an actor and of the processes and threads it made, in order of time,
    /// without those that the language's runtime made on its own account.
    pub fn calls(&self, actor: &str) -> Vec<&Call> {
        let lane = self.lane(actor);
        let calls = self.events.iter().filter_map(|event| match event {
            Event::Call(call) if !call.by_runtime && lane.contains(&call.who.process) => Some(call),
            _ => None,
        });
        calls.collect()
    }

    /// The first call of an actor with this system call's name.
    /// `accept` is also accept4, `recv` any way to receive and `send` any way to send.
    pub fn call(&self, actor: &str, name: &str) -> Option<&Call> {
        self.calls(actor)
            .into_iter()
            .find(|call| is_called(call, name))
    }

    /// The calls that reached the kernel inside [`Stage::taught`](crate::Stage::taught).
    pub fn taught(&self, actor: &str) -> Vec<&Call> {
        let calls = self.calls(actor);
        let mut found = Vec::new();
        let mut begun: HashMap<Who, u64> = HashMap::new();
        let lane = self.lane(actor);
        for event in &self.events {
            let Event::Mark(mark) = event else { continue };
            if !lane.contains(&mark.who.process) {
                continue;
            }
            match mark.what {
                Note::Begin(_) => {
                    begun.insert(mark.who, mark.at);
                }
                Note::End(_) => {
                    if let Some(from) = begun.remove(&mark.who) {
                        // Not what another thread of the actor did meanwhile.
                        let here = |who: Who| who == mark.who || who.process != mark.who.process;
                        let inside = |call: &&&Call| {
                            (from..=mark.at).contains(&call.entered) && here(call.who)
                        };
                        found.extend(calls.iter().filter(inside).copied());
                    }
                }
                _ => {}
            }
        }
        // A taught call that never came back has no end.
        for (who, from) in begun {
            found.extend(
                calls
                    .iter()
                    .filter(|call| call.who == who && call.entered >= from)
                    .copied(),
            );
        }
        found
    }

    /// The last finding of an actor: the word, as the scene is judged by it.
    pub fn finding(&self, actor: &str) -> Option<&str> {
        self.run(actor)?
            .findings
            .last()
            .map(|(token, _)| token.as_str())
    }

    /// The value of a cue that some actor gave.
    pub fn cue(&self, name: &str) -> Option<&str> {
        let mut cues = self.runs.iter().flat_map(|run| &run.cues);
        cues.find(|(cue, _)| cue == name)
            .map(|(_, value)| value.as_str())
    }

    /// How an actor's process ended.
    pub fn status(&self, actor: &str) -> Option<ExitStatus> {
        self.run(actor)?.status
    }

    /// The layer's name, or the guest's language.
    pub(crate) fn label(&self) -> &'static str {
        self.guest.map_or(self.layer.name(), Language::name)
    }

    pub(crate) fn run(&self, actor: &str) -> Option<&Run> {
        self.runs.iter().find(|run| run.actor == actor)
    }

    /// The processes whose calls belong into an actor's lane: its own and those it made.
    pub(crate) fn lane(&self, actor: &str) -> Vec<i32> {
        let mut lane: Vec<i32> = self.run(actor).map(|run| run.process).into_iter().collect();
        for event in &self.events {
            if let Event::Life(life) = event
                && let Turn::Forked { parent } = life.what
                && lane.contains(&parent.process)
                && !lane.contains(&life.who.process)
            {
                lane.push(life.who.process);
            }
        }
        lane
    }
}

/// Whether a system call is this call of the socket API.
pub(crate) fn is_called(call: &Call, name: &str) -> bool {
    is_one_of(&call.name, name)
}

/// The same, by the system call's name.
pub(crate) fn is_one_of(call: &str, name: &str) -> bool {
    let family: &[&str] = match name {
        "accept" => &["accept", "accept4"],
        "recv" => &["recvfrom", "recvmsg", "read", "readv"],
        "send" => &["sendto", "sendmsg", "write", "writev"],
        "poll" => &["poll", "ppoll"],
        other => return call == other,
    };
    family.contains(&call)
}
