//! The tracer's loop: every stop of every traced thread comes through here.
//!
//! What is done at the two stops of a call is in [`call`], what becomes of an interrupted one in [`undecided`],
//! and how threads and processes come and go in [`family`]. What is to be kept goes to the [`log`].

mod call;
mod family;
mod log;
mod process;
mod taken;
mod undecided;

use super::living::Living;
use super::ptrace::{self, Position, Report, Until};
use super::signals::Action;
use super::{child, filter};
use crate::copy;
use crate::options::Options;
use call::Wanted;
use family::{Family, first_of};
use log::Log;
use record::event::{Turn, Who};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::sync::Arc;

pub(super) use log::Traced;

/// The tracer and all it knows.
#[derive(Debug)]
pub(super) struct Engine {
    wanted: Wanted,
    family: Family,
    /// The processes that were asked for, and how each ended.
    commands: Vec<(i32, ExitStatus)>,
    log: Log,
}

impl Engine {
    /// Starts all commands, stopped at their exec. The calling thread must be the one that calls [`Engine::run`].
    pub(super) fn start(
        commands: Vec<Command>,
        options: &Options,
        living: Arc<Living>,
    ) -> io::Result<Engine> {
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
            wanted: Wanted {
                until: if options.filter {
                    Until::Event
                } else {
                    Until::Call
                },
                hide: options.hide,
                ends: options.ends || options.wire.is_some(),
                wire: options.wire.clone(),
            },
            family: Family::new(Arc::clone(&living)),
            commands: Vec::new(),
            log: Log::new(options.live.clone(), options.stacks),
        };
        for command in commands {
            match child::start(command, filter.as_ref(), options) {
                Ok(process) => {
                    engine.commands.push((process, ExitStatus::default()));
                    engine.family.command(process);
                }
                Err(error) => {
                    living.kill_all();
                    engine.run();
                    return Err(error);
                }
            }
        }
        Ok(engine)
    }

    /// The processes that were asked for.
    pub(super) fn processes(&self) -> Vec<i32> {
        self.commands.iter().map(|&(process, _)| process).collect()
    }

    /// Lets the commands run, and traces them until the last process is gone. Gives what was seen, and how each ended.
    pub(super) fn run(mut self) -> (Traced, Vec<ExitStatus>) {
        for process in self.processes() {
            self.log.life(first_of(process), Turn::Started);
            self.became_another_program(process);
        }
        while let Some((thread, report)) = ptrace::wait(ptrace::ANY) {
            self.report(thread, report);
        }
        let statuses = self.commands.iter().map(|&(_, status)| status);
        (self.log.end(), statuses.collect())
    }

    fn report(&mut self, thread: i32, report: Report) {
        if !self.family.has(thread) && report != Report::Exec {
            // Its maker's stop is still to come. Until then it waits; nobody knows yet whose child it is.
            self.family.wait(thread, report);
            self.adopt_if_orphan(thread, None);
            return;
        }
        match report {
            Report::Watched | Report::Call => self.at_call(thread),
            Report::Signal(signal) => self.signal(thread, signal),
            Report::Forked => self.forked(thread),
            Report::Exec => self.became_another_program(thread),
            Report::Group => ptrace::listen(thread),
            Report::Attention => ptrace::resume(thread, self.wanted.until, 0),
            Report::Ended(status) => self.ended(thread, status),
        }
    }

    fn at_call(&mut self, id: i32) {
        let mut until = self.wanted.until;
        if let Some((thread, process)) = self.family.get(id) {
            match ptrace::position(id) {
                Ok(Position::Before { number, args }) => {
                    until = thread.entered((number, args), process, &self.wanted, &mut self.log);
                }
                Ok(Position::After { returned }) => {
                    thread.left(returned, process, &self.wanted, &mut self.log);
                }
                // Another architecture's call, or the thread was killed in its stop.
                Ok(Position::Unknown) | Err(_) => {}
            }
        }
        ptrace::resume(id, until, 0);
    }

    /// A signal is about to be delivered.
    fn signal(&mut self, id: i32, signal: i32) {
        if let Some((thread, process)) = self.family.get(id) {
            let action = process.signals.deliver(signal);
            thread.signal(action, &mut self.log);
            if action != Action::Nothing {
                self.log.life(thread.who, Turn::Signal(signal));
            }
        }
        ptrace::resume(id, self.wanted.until, signal);
    }

    /// A thread stopped in fork, vfork or clone.
    fn forked(&mut self, id: i32) {
        if let Some((made, maker)) = self.family.made_by(id) {
            self.adopt(made, maker);
        }
        ptrace::resume(id, self.wanted.until, 0);
    }

    fn adopt(&mut self, made: i32, parent: Who) {
        let (who, early) = self.family.adopt(made, parent);
        self.log.life(who, Turn::Forked { parent });
        if let Some(report) = early {
            self.report(made, report);
        }
    }

    fn adopt_if_orphan(&mut self, made: i32, dead: Option<Who>) {
        let first = self.commands.first().map_or(made, |&(process, _)| process);
        if let Some(maker) = self.family.maker_of_orphan(made, dead, first) {
            self.adopt(made, maker);
        }
    }

    fn became_another_program(&mut self, id: i32) {
        for thread in self.family.exec(id).into_iter().flatten() {
            thread.gone(&mut self.log);
        }
        let program = std::fs::read_link(format!("/proc/{id}/exe"));
        let program =
            program.map_or_else(|_| "?".into(), |path| path.to_string_lossy().into_owned());
        self.log.life(first_of(id), Turn::Exec { program });
        ptrace::resume(id, self.wanted.until, 0);
    }

    fn ended(&mut self, id: i32, status: ExitStatus) {
        let Some(thread) = self.family.ended(id) else {
            return;
        };
        let who = thread.who;
        thread.gone(&mut self.log);
        let turn = match status.signal() {
            Some(signal) => Turn::Killed { signal },
            None => Turn::Exited {
                status: status.code().unwrap_or(0),
            },
        };
        self.log.life(who, turn);
        if let Some(command) = self.commands.iter_mut().find(|command| command.0 == id) {
            command.1 = status;
        }
        for made in self.family.waiting() {
            self.adopt_if_orphan(made, Some(who));
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
