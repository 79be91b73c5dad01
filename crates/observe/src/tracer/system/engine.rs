//! The tracer's loop: every stop of every traced thread comes through here.
//!
//! A watched call has two stops, and between them its thread is in a [`Phase`] of its own:
//!
//! ```text
//!            Report::Watched              Report::Call
//! running ------------------> inside ------------------> running
//!                                |  (512, 513, 514, 516)
//!                                +----------------------> undecided --> EINTR or restarted
//! ```
//!
//! What is done at the two stops is in [`call`], what becomes of an interrupted call in [`undecided`], and how threads
//! and processes come and go in [`family`]. What was copied goes to [`taken`], to be decoded when nobody waits for it.

mod call;
mod family;
mod taken;
mod undecided;

use super::descriptors::Descriptors;
use super::living::Living;
use super::ptrace::{self, Position, Report, Until};
use super::signals::Signals;
use super::{child, filter};
use crate::copy;
use crate::tracer::Options;
use crate::wire::Network;
use record::event::{Held, Life, Time, Turn, Who};
use stack::{Code, Stacks};
use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use taken::{Kept, Taken};
use undecided::Since;

pub(super) use taken::Copied;

/// The tracer and all it knows.
#[derive(Debug)]
pub(super) struct Engine {
    /// Without a filter, every call stops.
    until: Until,
    hide: Option<i32>,
    /// Whether to ask for the addresses of sockets.
    ends: bool,
    /// Whether others use the network too, so that the sockets' addresses must be known.
    is_shared: bool,
    threads: BTreeMap<i32, Thread>,
    processes: BTreeMap<i32, Process>,
    /// Threads that reported before their maker's stop told where they come from, with what they reported.
    early: BTreeMap<i32, Report>,
    /// The processes that were asked for, and how each ended.
    commands: Vec<(i32, ExitStatus)>,
    living: Arc<Living>,
    taken: Kept,
    lives: Vec<Life>,
    /// Where packets are seen: what the sockets hold is looked at too.
    wire: Option<Arc<Network>>,
    held: Vec<Held>,
    /// Only where stacks are asked for.
    stacks: Option<Stacks>,
}

/// A traced thread.
#[derive(Debug)]
struct Thread {
    who: Who,
    /// How many calls it has stopped at.
    stops: u64,
    /// The last check of a descriptor that may turn out to be the one before its close.
    check: Option<Check>,
    phase: Phase,
}

/// Where a thread is with its calls.
#[derive(Debug)]
enum Phase {
    Running,
    /// Between the two stops of a call.
    Inside(Box<Taken>),
    /// Between the two stops of a call that maps code.
    Mapping,
    /// After a call that was interrupted.
    Undecided {
        call: Box<Taken>,
        since: Since,
    },
}

/// `fcntl(fd, F_GETFD)`: debug builds of Rust's std ask that right before they close a descriptor, to find a double close.
#[derive(Clone, Copy, Debug)]
struct Check {
    fd: i32,
    /// Which of the thread's stops it was.
    stop: u64,
    /// Its place in `taken`.
    place: usize,
}

/// What all threads of a process have in common.
#[derive(Debug)]
struct Process {
    /// The descriptor that stands for it, where the system has such.
    descriptor: Option<Arc<OwnedFd>>,
    descriptors: Descriptors,
    signals: Signals,
    code: Code,
}

impl Engine {
    /// Starts all commands, stopped at their exec. The calling thread must be the one that calls [`Engine::run`].
    pub(super) fn start(
        commands: Vec<Command>,
        options: &Options,
        living: Arc<Living>,
    ) -> io::Result<(Engine, Vec<i32>)> {
        if let Some(processor) = options.pin {
            child::pin(processor).map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("cannot run on processor {processor}: {error}"),
                )
            })?;
        }
        let filter = options
            .filter
            .then(|| filter::program(&watched(), options.hide, options.stacks).into());
        let mut engine = Engine {
            until: if options.filter {
                Until::Event
            } else {
                Until::Call
            },
            hide: options.hide,
            ends: options.ends || options.wire.is_some(),
            is_shared: options
                .wire
                .as_ref()
                .is_some_and(|network| network.system.is_shared()),
            threads: BTreeMap::new(),
            processes: BTreeMap::new(),
            early: BTreeMap::new(),
            commands: Vec::new(),
            living,
            taken: Kept::new(options.live.clone()),
            lives: Vec::new(),
            wire: options.wire.clone(),
            held: Vec::new(),
            stacks: options.stacks.then(Stacks::default),
        };
        for command in commands {
            match child::start(command, filter.as_ref(), options) {
                Ok(process) => {
                    engine.commands.push((process, ExitStatus::default()));
                    engine
                        .processes
                        .insert(process, Process::new(&engine.living, process));
                    engine.threads.insert(
                        process,
                        Thread::new(Who {
                            process,
                            thread: process,
                        }),
                    );
                }
                Err(error) => {
                    engine.living.kill_all();
                    engine.run();
                    return Err(error);
                }
            }
        }
        let processes = engine
            .commands
            .iter()
            .map(|&(process, _)| process)
            .collect();
        Ok((engine, processes))
    }

    /// Lets the commands run, and traces them until the last process is gone.
    pub(super) fn run(mut self) -> Copied {
        for index in 0..self.commands.len() {
            let process = self.commands[index].0;
            self.life(
                Who {
                    process,
                    thread: process,
                },
                Turn::Started,
            );
            self.became_another_program(process);
        }
        while let Some((thread, report)) = ptrace::wait() {
            self.report(thread, report);
        }
        let statuses = self
            .commands
            .into_iter()
            .map(|(_, status)| status)
            .collect();
        Copied {
            // Here, where what was read of the programs is at hand; they are gone and wait for nothing.
            taken: self.taken.end(self.stacks.as_mut()),
            lives: self.lives,
            held: self.held,
            statuses,
        }
    }

    fn report(&mut self, thread: i32, report: Report) {
        if !self.threads.contains_key(&thread) && report != Report::Exec {
            // Its maker's stop is still to come. Until then it waits; nobody knows yet whose child it is.
            self.early.insert(thread, report);
            self.adopt_if_orphan(thread, None);
            return;
        }
        match report {
            Report::Watched => self.at_call(thread),
            Report::Call => self.at_call(thread),
            Report::Signal(signal) => self.signal(thread, signal),
            Report::Forked => self.forked(thread),
            Report::Exec => self.became_another_program(thread),
            Report::Group => ptrace::listen(thread),
            Report::Attention => ptrace::resume(thread, self.until, 0),
            Report::Ended(status) => self.ended(thread, status),
        }
    }

    fn at_call(&mut self, thread: i32) {
        match ptrace::position(thread) {
            Ok(Position::Before { number, args }) => {
                let until = self.entered(thread, number, args);
                ptrace::resume(thread, until, 0);
            }
            Ok(Position::After { returned }) => {
                self.left(thread, returned);
                ptrace::resume(thread, self.until, 0);
            }
            // Another architecture's call, or the thread was killed in its stop.
            Ok(Position::Unknown) | Err(_) => ptrace::resume(thread, self.until, 0),
        }
    }

    fn life(&mut self, who: Who, what: Turn) {
        self.lives.push(Life {
            at: now(),
            who,
            what,
        });
    }
}

impl Thread {
    fn new(who: Who) -> Thread {
        Thread {
            who,
            stops: 0,
            check: None,
            phase: Phase::Running,
        }
    }
}

impl Process {
    fn new(living: &Living, process: i32) -> Process {
        Process {
            descriptor: living.add(process),
            descriptors: Descriptors::default(),
            signals: Signals::default(),
            code: Code::default(),
        }
    }
}

/// The calls to stop at: what is shown, and what is needed to understand it.
fn watched() -> Vec<i64> {
    let mut numbers = copy::watched().to_vec();
    for needed in [libc::SYS_rt_sigaction, libc::SYS_restart_syscall] {
        if !numbers.contains(&needed) {
            numbers.push(needed);
        }
    }
    numbers
}

/// The time on CLOCK_REALTIME.
fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time::try_from(since.as_nanos()).unwrap_or(Time::MAX)
}
