//! How threads and processes come into the trace, become other programs, and go.
//!
//! A new thread may report before its maker's stop tells where it comes from. It waits in `early` until then,
//! for only with its maker is it known which process it belongs to and what it has inherited.

use super::super::ptrace::{self, Report};
use super::{Engine, Phase, Process, Thread};
use record::event::{Outcome, Turn, Who};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

impl Engine {
    /// A thread stopped in fork, vfork or clone.
    pub(super) fn forked(&mut self, id: i32) {
        if let Some(made) = ptrace::event_message(id)
            && !self.threads.contains_key(&made)
            && let Some(maker) = self.threads.get(&id)
        {
            self.adopt(made, maker.who);
        }
        ptrace::resume(id, self.until, 0);
    }

    /// A new thread or process is known now, with its maker.
    fn adopt(&mut self, made: i32, parent: Who) {
        let is_thread =
            std::fs::exists(format!("/proc/{}/task/{made}", parent.process)).unwrap_or(false);
        let process = if is_thread { parent.process } else { made };
        let who = Who {
            process,
            thread: made,
        };
        if !is_thread {
            let (descriptors, signals, code) = match self.processes.get(&parent.process) {
                Some(parent) => (
                    parent.descriptors.clone(),
                    parent.signals.clone(),
                    parent.code.clone(),
                ),
                None => Default::default(),
            };
            let descriptor = self.living.add(made);
            self.processes.insert(
                made,
                Process {
                    descriptor,
                    descriptors,
                    signals,
                    code,
                },
            );
        }
        self.threads.insert(made, Thread::new(who));
        self.life(who, Turn::Forked { parent });
        if let Some(report) = self.early.remove(&made) {
            self.report(made, report);
        }
    }

    /// A thread's process became another program. It has the process's own id now, and all other threads are gone.
    pub(super) fn became_another_program(&mut self, id: i32) {
        let who = Who {
            process: id,
            thread: id,
        };
        let former = ptrace::event_message(id).unwrap_or(id);
        if former != id {
            // It was another thread than the first; its own id is gone, and the first thread's call with it.
            self.thread_is_gone(former);
            self.thread_is_gone(id);
            self.threads.insert(id, Thread::new(who));
        }
        if let Some(process) = self.processes.get_mut(&id) {
            process.descriptors.exec();
            process.signals.exec(id);
            process.code.exec();
        }
        let program = std::fs::read_link(format!("/proc/{id}/exe"));
        let program =
            program.map_or_else(|_| "?".into(), |path| path.to_string_lossy().into_owned());
        self.life(who, Turn::Exec { program });
        ptrace::resume(id, self.until, 0);
    }

    pub(super) fn ended(&mut self, id: i32, status: ExitStatus) {
        let Some(who) = self.thread_is_gone(id) else {
            return;
        };
        self.life(
            who,
            match status.signal() {
                Some(signal) => Turn::Killed { signal },
                None => Turn::Exited {
                    status: status.code().unwrap_or(0),
                },
            },
        );
        if who.process == id {
            self.processes.remove(&id);
            self.living.remove(id);
            if let Some(command) = self.commands.iter_mut().find(|command| command.0 == id) {
                command.1 = status;
            }
        }
        let waiting: Vec<i32> = self.early.keys().copied().collect();
        for made in waiting {
            self.adopt_if_orphan(made, Some(who));
        }
    }

    /// Forgets a thread; the call it was in never ended.
    fn thread_is_gone(&mut self, id: i32) -> Option<Who> {
        let thread = self.threads.remove(&id)?;
        match thread.phase {
            Phase::Running | Phase::Mapping => {}
            Phase::Inside(mut call) | Phase::Undecided { mut call, .. } => {
                call.raw.left = None;
                call.outcome = Some(Outcome::Unfinished);
                self.taken.push(call, self.stacks.as_mut());
            }
        }
        Some(thread.who)
    }

    /// A thread killed in fork never comes to the stop that tells whom it made. Whoever waits for that stop goes on now,
    /// or it would wait for ever: when its maker is no longer one of these processes, or was in the one that just died.
    pub(super) fn adopt_if_orphan(&mut self, made: i32, dead: Option<Who>) {
        if matches!(self.early.get(&made), None | Some(Report::Ended(_))) {
            return;
        }
        let maker = maker_of(made).filter(|maker| self.processes.contains_key(maker));
        match (maker, dead) {
            (Some(maker), Some(dead)) if maker == dead.process => self.adopt(made, dead),
            (Some(_), _) => {}
            (None, Some(dead)) => self.adopt(made, dead),
            // Nobody saw its maker die and nobody knows it any more. What it was made by is then the first command.
            (None, None) => {
                let process = self.commands.first().map_or(made, |&(process, _)| process);
                self.adopt(
                    made,
                    Who {
                        process,
                        thread: process,
                    },
                );
            }
        }
    }
}

/// The process that made this one, or whose thread it is, as /proc tells.
fn maker_of(thread: i32) -> Option<i32> {
    let status = std::fs::read_to_string(format!("/proc/{thread}/status")).ok()?;
    let field = |name| {
        status
            .lines()
            .find_map(|line| line.strip_prefix(name)?.trim().parse::<i32>().ok())
    };
    match field("Tgid:") {
        Some(process) if process != thread => Some(process),
        _ => field("PPid:"),
    }
}
