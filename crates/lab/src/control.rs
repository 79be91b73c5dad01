//! What an actor and the lab say to each other, over a channel that nobody sees.
//!
//! The descriptor is a Unix stream socket with a high number, close-on-exec,
//! left out of the record by the lens and out of every listing by its number.
//! One JSON object a line in each direction; every message of the actor carries its own time,
//! taken between two of its calls, so that it can be put between them in the record.

use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::{FromRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// The first argument of a process that is an actor. No learner types it.
pub(crate) const ACTOR: &str = "__actor";

/// What an actor tells the lab.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Told {
    /// A line for the actor's lane.
    Said(String),
    /// A cue, with its value.
    Gave { name: String, value: String },
    /// The actor waits for this cue; the answer is the cue's value.
    Waits { name: String },
    /// It got the cue and goes on.
    Got { name: String },
    /// It waits until this actor sleeps in this call; the answer is the thread that does.
    WaitsAsleep { actor: String, call: String },
    /// It got that and goes on.
    SawAsleep {
        actor: String,
        call: String,
        thread: i32,
    },
    /// A finding: the word the scene is judged by, and the sentence that is shown.
    Found { token: String, text: String },
    /// The taught call comes next; the answer lets the actor go on.
    Begins,
    /// The taught call is over.
    Ends,
    /// What comes next is a function of the resolver.
    Resolves,
    /// The resolver has returned.
    Resolved,
    /// The process is up; what it did before was the runtime.
    Ready,
    /// The actor's function returned Ok.
    Done,
    /// The actor's function returned an error nobody announced.
    Failed(String),
}

/// What an actor tells, when and in which thread: one line of text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) at: u64,
    pub(crate) thread: i32,
    pub(crate) told: Told,
}

/// The number of the hidden descriptor: high, and below the soft limit of this process.
pub(crate) fn hidden_descriptor() -> RawFd {
    // SAFETY: an all-zero rlimit is a valid value of the plain C structure.
    let mut limit: libc::rlimit = unsafe { std::mem::zeroed() };
    // SAFETY: `limit` lives during the call and is the structure that getrlimit(2) fills.
    let result = unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) };
    let soft = if result == 0 {
        limit.rlim_cur.min(1024) as RawFd
    } else {
        256
    };
    soft - 24
}

/// Nanoseconds since 1970 on CLOCK_REALTIME, the clock of the record.
pub(crate) fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_nanos() as u64)
}

#[cfg(target_os = "linux")]
fn thread_id() -> i32 {
    // SAFETY: gettid(2) takes nothing, touches no memory and cannot fail.
    unsafe { libc::gettid() }
}

#[cfg(not(target_os = "linux"))]
fn thread_id() -> i32 {
    std::process::id() as i32
}

/// The actor's end, shared by its threads.
#[derive(Clone, Debug)]
pub(crate) struct ActorEnd {
    socket: Arc<UnixStream>,
    /// Held while a line is written, so that lines do not mix.
    writing: Arc<Mutex<()>>,
    /// Held from a question to its answer, so that each thread gets its own.
    asking: Arc<Mutex<()>>,
}

impl ActorEnd {
    /// Takes over the hidden descriptor that the lab put there before the program was started.
    pub(crate) fn take(descriptor: RawFd) -> io::Result<ActorEnd> {
        // SAFETY: fcntl(2) with F_SETFD changes one flag of a descriptor number and no memory.
        let result = unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the lab put this descriptor there for this process, and nothing else in it knows the number.
        let socket = unsafe { UnixStream::from_raw_fd(descriptor) };
        Ok(ActorEnd {
            socket: Arc::new(socket),
            writing: Arc::default(),
            asking: Arc::default(),
        })
    }

    /// Tells the lab something.
    pub(crate) fn tell(&self, told: Told) -> io::Result<()> {
        let message = Message {
            at: now(),
            thread: thread_id(),
            told,
        };
        let text = format!("{}\n", message.to_json());
        let _writing = self.writing.lock().map_err(|_| poisoned())?;
        (&*self.socket).write_all(text.as_bytes())
    }

    /// Tells the lab something and waits for its answer.
    pub(crate) fn ask(&self, told: Told) -> io::Result<String> {
        let _asking = self.asking.lock().map_err(|_| poisoned())?;
        self.tell(told)?;
        let mut answer = String::new();
        // The lab answers each question with one line and says nothing unasked, so the buffer holds nothing more.
        if BufReader::new(&*self.socket).read_line(&mut answer)? == 0 {
            return Err(io::Error::other("the lab is gone"));
        }
        let answer: Value = serde_json::from_str(&answer)?;
        Ok(answer.as_str().unwrap_or_default().to_owned())
    }
}

fn poisoned() -> io::Error {
    io::Error::other("another thread of this actor panicked")
}

/// The lab's answer to a question, as the line to write.
pub(crate) fn answer(text: &str) -> String {
    format!("{}\n", Value::from(text))
}

impl Message {
    fn to_json(&self) -> Value {
        let (what, a, b) = match &self.told {
            Told::Said(text) => ("said", text.as_str(), ""),
            Told::Gave { name, value } => ("gave", name.as_str(), value.as_str()),
            Told::Waits { name } => ("waits", name.as_str(), ""),
            Told::Got { name } => ("got", name.as_str(), ""),
            Told::WaitsAsleep { actor, call } => ("waits-asleep", actor.as_str(), call.as_str()),
            Told::SawAsleep {
                actor,
                call,
                thread,
            } => {
                return json!({"at": self.at, "thread": self.thread, "what": "saw-asleep",
                              "a": actor, "b": call, "sleeper": thread});
            }
            Told::Found { token, text } => ("found", token.as_str(), text.as_str()),
            Told::Begins => ("begins", "", ""),
            Told::Ends => ("ends", "", ""),
            Told::Resolves => ("resolves", "", ""),
            Told::Resolved => ("resolved", "", ""),
            Told::Ready => ("ready", "", ""),
            Told::Done => ("done", "", ""),
            Told::Failed(text) => ("failed", text.as_str(), ""),
        };
        json!({"at": self.at, "thread": self.thread, "what": what, "a": a, "b": b})
    }

    /// Reads a message; `None` when it is none.
    pub(crate) fn parse(text: &str) -> Option<Message> {
        let value: Value = serde_json::from_str(text).ok()?;
        let field = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let (a, b) = (field("a"), field("b"));
        let told = match value["what"].as_str()? {
            "said" => Told::Said(a),
            "gave" => Told::Gave { name: a, value: b },
            "waits" => Told::Waits { name: a },
            "got" => Told::Got { name: a },
            "waits-asleep" => Told::WaitsAsleep { actor: a, call: b },
            "saw-asleep" => Told::SawAsleep {
                actor: a,
                call: b,
                thread: value["sleeper"].as_i64()? as i32,
            },
            "found" => Told::Found { token: a, text: b },
            "begins" => Told::Begins,
            "ends" => Told::Ends,
            "resolves" => Told::Resolves,
            "resolved" => Told::Resolved,
            "ready" => Told::Ready,
            "done" => Told::Done,
            "failed" => Told::Failed(a),
            _ => return None,
        };
        Some(Message {
            at: value["at"].as_u64()?,
            thread: value["thread"].as_i64()? as i32,
            told,
        })
    }
}
