//! Who is traced: how threads and processes come, become other programs, and go.
//!
//! A new thread may report before its maker's stop tells where it comes from. It waits in `early` until then,
//! for only with its maker is it known which process it belongs to and what it has inherited.

use super::super::living::Living;
use super::super::ptrace::{self, Report};
use super::call::Thread;
use super::process::Process;
use record::event::Who;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The traced threads and their processes.
#[derive(Debug)]
pub(super) struct Family {
    threads: BTreeMap<i32, Thread>,
    processes: BTreeMap<i32, Process>,
    /// Threads that reported before their maker's stop told where they come from, with what they reported.
    early: BTreeMap<i32, Report>,
    living: Arc<Living>,
}

impl Family {
    pub(super) fn new(living: Arc<Living>) -> Family {
        Family {
            threads: BTreeMap::new(),
            processes: BTreeMap::new(),
            early: BTreeMap::new(),
            living,
        }
    }

    /// A process that was asked for, with its first thread.
    pub(super) fn command(&mut self, process: i32) {
        self.add_process(process, Process::default());
        self.add_thread(first_of(process));
    }

    pub(super) fn has(&self, thread: i32) -> bool {
        self.threads.contains_key(&thread)
    }

    /// A thread, and what it shares with the others of its process.
    pub(super) fn get(&mut self, thread: i32) -> Option<(&mut Thread, &mut Process)> {
        let thread = self.threads.get_mut(&thread)?;
        let process = self.processes.get_mut(&thread.who.process)?;
        Some((thread, process))
    }

    /// A thread that nobody knows yet has reported this.
    pub(super) fn wait(&mut self, thread: i32, report: Report) {
        self.early.insert(thread, report);
    }

    /// Those that wait for their makers.
    pub(super) fn waiting(&self) -> Vec<i32> {
        self.early.keys().copied().collect()
    }

    /// Whom a thread has made that is stopped in fork, vfork or clone; and itself.
    pub(super) fn made_by(&self, thread: i32) -> Option<(i32, Who)> {
        let made = ptrace::event_message(thread).filter(|made| !self.has(*made))?;
        Some((made, self.threads.get(&thread)?.who))
    }

    /// A new thread or process is known now, with its maker. Gives what it has reported before.
    pub(super) fn adopt(&mut self, made: i32, parent: Who) -> (Who, Option<Report>) {
        let is_thread =
            std::fs::exists(format!("/proc/{}/task/{made}", parent.process)).unwrap_or(false);
        let who = Who {
            process: if is_thread { parent.process } else { made },
            thread: made,
        };
        if !is_thread {
            let parent = self.processes.get(&parent.process);
            let process = parent.map(Process::fork).unwrap_or_default();
            self.add_process(made, process);
        }
        self.add_thread(who);
        (who, self.early.remove(&made))
    }

    /// A process became another program. Its thread has the process's own id now, and all other threads are gone:
    /// gives those of them that were in the way.
    pub(super) fn exec(&mut self, id: i32) -> [Option<Thread>; 2] {
        let former = ptrace::event_message(id).unwrap_or(id);
        let mut gone = [None, None];
        if former != id {
            // It was another thread than the first; its own id is gone, and the first thread's call with it.
            gone = [self.threads.remove(&former), self.threads.remove(&id)];
            self.add_thread(first_of(id));
        }
        if let Some(process) = self.processes.get_mut(&id) {
            process.exec(id);
        }
        gone
    }

    /// A thread has ended, and its process with it when it was the first: that ends last.
    pub(super) fn ended(&mut self, id: i32) -> Option<Thread> {
        let thread = self.threads.remove(&id)?;
        if thread.who.process == id {
            self.processes.remove(&id);
            self.living.remove(id);
        }
        Some(thread)
    }

    /// A thread killed in fork never comes to the stop that tells whom it made. Whoever waits for that stop goes on now,
    /// or it would wait for ever: when its maker is no longer one of these processes, or was in the one that just died.
    /// Gives who is to be its maker. Where nobody knows any more what it was made by, that is the first command.
    pub(super) fn maker_of_orphan(&self, made: i32, dead: Option<Who>, first: i32) -> Option<Who> {
        if matches!(self.early.get(&made), None | Some(Report::Ended(_))) {
            return None;
        }
        let maker = maker_of(made).filter(|maker| self.processes.contains_key(maker));
        match (maker, dead) {
            (Some(maker), Some(dead)) => (maker == dead.process).then_some(dead),
            (Some(_), None) => None,
            (None, dead) => Some(dead.unwrap_or(first_of(first))),
        }
    }

    fn add_process(&mut self, id: i32, mut process: Process) {
        process.descriptor = self.living.add(id);
        self.processes.insert(id, process);
    }

    fn add_thread(&mut self, who: Who) {
        self.threads.insert(who.thread, Thread::new(who));
    }
}

/// The first thread of a process has the process's own id.
pub(super) fn first_of(process: i32) -> Who {
    Who {
        process,
        thread: process,
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
