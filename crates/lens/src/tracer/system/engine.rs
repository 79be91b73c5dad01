//! The tracer's loop: every stop of every traced thread comes through here.
//!
//! A watched call has two stops. At the first, what goes in is copied; at the second, what came out:
//!
//! ```text
//!            Report::Watched              Report::Call
//! running ------------------> inside ------------------> running
//!                                |  (512, 513, 514, 516)
//!                                +----------------------> undecided --> EINTR or restarted
//! ```
//!
//! An undecided call is one that a signal interrupted. Whether the kernel starts it again or gives EINTR depends on what
//! the signal does, which shows at the stop that comes next.

use super::descriptors::Descriptors;
use super::ends::{self, RawEnds};
use super::living::Living;
use super::memory::Remote;
use super::ptrace::{self, Position, Report, Until};
use super::signals::{Action, Signals};
use super::stacks::{self, Code, Stack, Stacks};
use super::{child, filter, held};
use crate::event::{Call, Event, Held, Life, Outcome, Time, Turn, Who};
use crate::raw::Raw;
use crate::stack::Namer;
use crate::tracer::{Options, Record};
use crate::wire::Network;
use crate::{copy, decode};
use std::collections::BTreeMap;
use std::io;
use std::mem;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{SystemTime, UNIX_EPOCH};

// How the kernel says inside itself that a call was interrupted (linux/errno.h). A program never sees these.
/// Start again, unless a handler without SA_RESTART ran.
const ERESTARTSYS: i64 = -512;
/// Start again in any case.
const ERESTARTNOINTR: i64 = -513;
/// Start again, unless a handler ran.
const ERESTARTNOHAND: i64 = -514;
/// Start again by `restart_syscall`, which knows how much of the time is left, unless a handler ran.
const ERESTART_RESTARTBLOCK: i64 = -516;

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
    /// For each system call number whether the decoder knows it.
    known: [bool; 512],
    threads: BTreeMap<i32, Thread>,
    processes: BTreeMap<i32, Process>,
    /// Threads that reported before their maker's stop told where they come from, with what they reported.
    early: BTreeMap<i32, Report>,
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

/// The calls that are over: kept until the end, or decoded and passed on at once.
#[derive(Debug, Default)]
struct Kept {
    #[expect(
        clippy::vec_box,
        reason = "a list that grows would move hundreds of bytes a call"
    )]
    list: Vec<Box<Taken>>,
    /// The stacks of the calls before this place in the list are walked.
    walked: usize,
    live: Option<Sender<Event>>,
    /// Names what is passed on at once.
    namer: Namer,
}

impl Kept {
    fn push(&mut self, mut call: Box<Taken>, stacks: Option<&mut Stacks>) {
        let Some(live) = &self.live else {
            self.list.push(call);
            if let Some(stacks) = stacks
                && stacks.is_full()
            {
                for call in &mut self.list[self.walked..] {
                    call.walk(stacks);
                }
                self.walked = self.list.len();
            }
            return;
        };
        if let Some(stacks) = stacks {
            call.walk(stacks);
        }
        // Who no longer listens wants no more of it.
        let _ = live.send(Event::Call(call.decode(&mut self.namer)));
    }
}

/// All that was copied, when it is over.
#[derive(Debug, Default)]
pub(super) struct Copied {
    #[expect(clippy::vec_box, reason = "as in the engine")]
    taken: Vec<Box<Taken>>,
    lives: Vec<Life>,
    held: Vec<Held>,
    statuses: Vec<ExitStatus>,
}

#[derive(Debug)]
struct Thread {
    who: Who,
    /// How many calls it has stopped at.
    stops: u64,
    /// The last check of a descriptor that may turn out to be the one before its close.
    check: Option<Check>,
    phase: Phase,
}

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
    index: usize,
}

/// What came since a call was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Since {
    /// Nothing yet.
    Silence,
    /// Only signals that do nothing: without a tracer the call would not have been interrupted at all.
    Trifles,
    /// A signal that stopped the process.
    Stop,
}

#[derive(Debug)]
struct Process {
    descriptor: Option<Arc<OwnedFd>>,
    descriptors: Descriptors,
    signals: Signals,
    code: Code,
}

/// A call as it was copied, and what only the tracer knows about it.
#[derive(Debug)]
struct Taken {
    raw: Raw,
    /// Where the returned number does not say how it ended.
    outcome: Option<Outcome>,
    ends: Option<RawEnds>,
    by_runtime: bool,
    stack: Option<Stack>,
    /// The socket that it is about to close.
    closes: Option<held::Tuple>,
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
            known: [false; 512],
            threads: BTreeMap::new(),
            processes: BTreeMap::new(),
            early: BTreeMap::new(),
            commands: Vec::new(),
            living,
            taken: Kept {
                list: Vec::new(),
                walked: 0,
                live: options.live.clone(),
                namer: Namer::default(),
            },
            lives: Vec::new(),
            wire: options.wire.clone(),
            held: Vec::new(),
            stacks: options.stacks.then(Stacks::default),
        };
        for &number in copy::watched() {
            if let Some(known) = usize::try_from(number)
                .ok()
                .and_then(|n| engine.known.get_mut(n))
            {
                *known = true;
            }
        }

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
        if let Some(stacks) = &mut self.stacks {
            // Here, where what was read of the programs is at hand; they are gone and wait for nothing.
            for call in &mut self.taken.list {
                call.walk(stacks);
            }
        }
        Copied {
            taken: self.taken.list,
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

    /// A thread stopped before a call. Gives how far it is to go: to the call's exit only if that matters.
    fn entered(&mut self, id: i32, number: i64, args: [u64; 6]) -> Until {
        let now = now();
        let Some(thread) = self.threads.get_mut(&id) else {
            return self.until;
        };
        let Some(process) = self.processes.get_mut(&thread.who.process) else {
            return self.until;
        };
        thread.stops += 1;
        let check = thread.check.take();

        // What was undecided is decided now: the call was started again.
        let before = match mem::replace(&mut thread.phase, Phase::Running) {
            Phase::Undecided { call, since } => Some((call, since)),
            Phase::Running | Phase::Inside(_) | Phase::Mapping => None,
        };
        let (number, args, entered) = match before {
            Some((mut call, since)) => {
                let restart = number == libc::SYS_restart_syscall;
                let again = restart || (number, args) == (call.raw.number, call.raw.args);
                // `restart_syscall` has the registers of the call it goes on with.
                let (number, args) = if restart {
                    (call.raw.number, call.raw.args)
                } else {
                    (number, args)
                };
                if again && since == Since::Trifles {
                    (number, args, call.raw.entered)
                } else {
                    call.outcome = Some(Outcome::Restarted);
                    self.taken.push(call, self.stacks.as_mut());
                    (number, args, now)
                }
            }
            // The second half of a call that is not watched, such as nanosleep.
            None if number == libc::SYS_restart_syscall => return self.until,
            None => (number, args, now),
        };

        if filter::is_hidden(number, &args, self.hide) {
            return self.until;
        }
        let memory = Remote { thread: id };
        if number == libc::SYS_rt_sigaction {
            process.signals.changed(&args, &memory);
            return self.until;
        }
        if self.stacks.is_some() && stacks::maps_code(number, &args) {
            thread.phase = Phase::Mapping;
            return Until::Call;
        }
        if !usize::try_from(number).is_ok_and(|n| self.known.get(n) == Some(&true)) {
            return self.until;
        }
        // Whether the call matters is asked first: only four calls need memory for it.
        let copied = needs_memory(number).then(|| copy::before(number, &args, &memory));
        let matters = if number == libc::SYS_close_range {
            process
                .descriptors
                .has_socket(id, args[0] as u32..=args[1] as u32)
        } else {
            let about = copy::descriptors(number, &args, copied.as_deref().unwrap_or(&[]));
            about.is_empty()
                || about
                    .iter()
                    .any(|&fd| process.descriptors.is_socket(id, fd))
        };
        process.descriptors.forget(number, &args);
        if !matters {
            return self.until;
        }
        let before = copied.unwrap_or_else(|| copy::before(number, &args, &memory));
        if let Some(check) = check
            && number == libc::SYS_close
            && args[0] as i32 == check.fd
            && thread.stops == check.stop + 1
        {
            // A call that was passed on at once is no longer here.
            if let Some(checked) = self.taken.list.get_mut(check.index) {
                checked.by_runtime = true;
            }
        }
        let stack = match &mut self.stacks {
            Some(stacks) => stacks.copy(id, &mut process.code),
            None => None,
        };
        let closes = match &process.descriptor {
            Some(descriptor) if self.wire.is_some() && number == libc::SYS_close => {
                held::before_close(descriptor.as_fd(), args[0] as i32)
            }
            _ => None,
        };
        let raw = Raw {
            who: thread.who,
            number,
            args,
            entered,
            left: None,
            before,
            after: Vec::new(),
        };
        thread.phase = Phase::Inside(Box::new(Taken {
            raw,
            outcome: None,
            ends: None,
            by_runtime: false,
            stack,
            closes,
        }));
        Until::Call
    }

    /// A thread stopped after a call.
    fn left(&mut self, id: i32, returned: i64) {
        let Some(thread) = self.threads.get_mut(&id) else {
            return;
        };
        let mut call = match mem::replace(&mut thread.phase, Phase::Running) {
            Phase::Inside(call) => call,
            Phase::Mapping => {
                if let Some(process) = self.processes.get_mut(&thread.who.process) {
                    process.code.changed();
                }
                return;
            }
            Phase::Running | Phase::Undecided { .. } => return,
        };
        let now = now();
        let raw = &mut call.raw;
        let undecided = is_undecided(returned);
        let errno = if undecided {
            -i64::from(libc::EINTR)
        } else {
            returned
        };
        raw.left = Some((now, errno));
        raw.after = copy::after(
            raw.number,
            &raw.args,
            errno,
            &raw.before,
            &Remote { thread: id },
        );
        if undecided {
            // The number is kept until it is known what it came to.
            call.raw.left = Some((now, returned));
            thread.phase = Phase::Undecided {
                call,
                since: Since::Silence,
            };
            return;
        }
        if let Some(process) = self.processes.get_mut(&thread.who.process) {
            // A second time: another thread may have looked at the number while the call went on.
            process.descriptors.forget(raw.number, &raw.args);
            if let Some(fd) = makes_socket(raw.number, returned) {
                process.descriptors.made_socket(fd);
            }
            if self.ends
                && let Some(fd) = gets_address(raw.number, &raw.args, returned, self.is_shared)
                && let Some(descriptor) = &process.descriptor
            {
                call.ends = ends::look(
                    descriptor.as_fd(),
                    fd,
                    !matches!(raw.number, libc::SYS_bind | libc::SYS_listen),
                );
            }
        }
        if let Some(network) = &self.wire
            && let Some(process) = self.processes.get(&thread.who.process)
            && let Some(descriptor) = &process.descriptor
        {
            let who = thread.who;
            let changed = held::changed(raw.number, &raw.args, returned)
                .into_iter()
                .flatten();
            let seen = changed.filter_map(|fd| held::look(descriptor.as_fd(), fd, who, self::now));
            self.held.extend(seen);
            if raw.number == libc::SYS_connect
                && let Some(called) = held::called(descriptor.as_fd(), raw.args[0] as i32)
            {
                self.held
                    .extend(held::listener(network, called, who, self::now));
            }
            if let Some(closed) = call.closes {
                self.held
                    .extend(held::after_close(network, closed, who, self::now));
            }
        }
        let raw = &call.raw;
        if raw.number == libc::SYS_fcntl && raw.args[1] as i32 == libc::F_GETFD {
            let fd = raw.args[0] as i32;
            thread.check = Some(Check {
                fd,
                stop: thread.stops,
                index: self.taken.list.len(),
            });
        }
        self.taken.push(call, self.stacks.as_mut());
    }

    /// A signal is about to be delivered.
    fn signal(&mut self, id: i32, signal: i32) {
        if let Some(thread) = self.threads.get_mut(&id)
            && let Some(process) = self.processes.get_mut(&thread.who.process)
        {
            let who = thread.who;
            let action = process.signals.deliver(signal);
            match (mem::replace(&mut thread.phase, Phase::Running), action) {
                (Phase::Undecided { mut call, .. }, Action::Handler { restart, .. }) => {
                    call.outcome = Some(match call.raw.left {
                        Some((_, ERESTARTNOINTR)) => Outcome::Restarted,
                        Some((_, ERESTARTSYS)) if restart => Outcome::Restarted,
                        _ => Outcome::Failed(libc::EINTR),
                    });
                    self.taken.push(call, self.stacks.as_mut());
                }
                (Phase::Undecided { call, since }, action) => {
                    let since = match (since, action) {
                        (Since::Silence | Since::Trifles, Action::Nothing) => Since::Trifles,
                        _ => Since::Stop,
                    };
                    thread.phase = Phase::Undecided { call, since };
                }
                (phase, _) => thread.phase = phase,
            }
            if action != Action::Nothing {
                self.life(who, Turn::Signal(signal));
            }
        }
        ptrace::resume(id, self.until, signal);
    }

    /// A thread stopped in fork, vfork or clone.
    fn forked(&mut self, id: i32) {
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
    fn became_another_program(&mut self, id: i32) {
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

    fn ended(&mut self, id: i32, status: ExitStatus) {
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
    fn adopt_if_orphan(&mut self, made: i32, dead: Option<Who>) {
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

    fn life(&mut self, who: Who, what: Turn) {
        self.lives.push(Life {
            at: now(),
            who,
            what,
        });
    }
}

impl Copied {
    /// Decodes what was copied and puts everything in order.
    pub(super) fn decode(mut self) -> Record {
        self.taken.sort_by_key(|taken| taken.raw.entered);
        let mut events = Vec::with_capacity(self.taken.len() + self.lives.len());
        let mut lives = self.lives.into_iter().peekable();
        let mut namer = Namer::default();
        for taken in self.taken {
            while let Some(life) = lives.next_if(|life| life.at <= taken.raw.entered) {
                events.push(Event::Life(life));
            }
            events.push(Event::Call(taken.decode(&mut namer)));
        }
        events.extend(lives.map(Event::Life));
        if !self.held.is_empty() {
            events.extend(self.held.into_iter().map(Event::Held));
            events.sort_by_key(Event::at);
        }
        Record {
            events,
            statuses: self.statuses,
            lost_packets: 0,
        }
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

impl Taken {
    fn walk(&mut self, stacks: &mut Stacks) {
        if let Some(stack) = &mut self.stack {
            stacks.walk(stack);
        }
    }

    fn decode(&self, namer: &mut Namer) -> Call {
        let mut call = decode::call(&self.raw);
        if let Some(outcome) = &self.outcome {
            call.outcome = outcome.clone();
        }
        call.ends = self.ends.as_ref().map(RawEnds::decode);
        call.by_runtime = self.by_runtime;
        call.stack = match &self.stack {
            Some(Stack::Walked(walk)) => Some(namer.name(walk)),
            Some(Stack::Copied(_)) | None => None,
        };
        call
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

/// True for the calls whose descriptors are in memory.
fn needs_memory(number: i64) -> bool {
    #[cfg(target_arch = "x86_64")]
    if matches!(number, libc::SYS_poll | libc::SYS_select) {
        return true;
    }
    matches!(number, libc::SYS_ppoll | libc::SYS_pselect6)
}

/// The socket that the call has made.
fn makes_socket(number: i64, returned: i64) -> Option<i32> {
    matches!(
        number,
        libc::SYS_socket | libc::SYS_accept | libc::SYS_accept4
    )
    .then(|| i32::try_from(returned).ok().filter(|&fd| fd >= 0))
    .flatten()
}

/// The socket that the call has given an address. With `any` also one that may have got one by what it sent.
fn gets_address(number: i64, args: &[u64; 6], returned: i64, any: bool) -> Option<i32> {
    let fd = args[0] as i32;
    match number {
        libc::SYS_bind | libc::SYS_listen if returned >= 0 => Some(fd),
        libc::SYS_connect if returned >= 0 || returned == -i64::from(libc::EINPROGRESS) => Some(fd),
        libc::SYS_accept | libc::SYS_accept4 => i32::try_from(returned).ok().filter(|&fd| fd >= 0),
        // One that is refused has an address all the same.
        libc::SYS_connect if any => Some(fd),
        libc::SYS_sendto | libc::SYS_sendmsg if any && returned >= 0 => Some(fd),
        _ => None,
    }
}

fn is_undecided(returned: i64) -> bool {
    matches!(
        returned,
        ERESTARTSYS | ERESTARTNOINTR | ERESTARTNOHAND | ERESTART_RESTARTBLOCK
    )
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

/// The time on CLOCK_REALTIME.
fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time::try_from(since.as_nanos()).unwrap_or(Time::MAX)
}
