//! A thread, and the two stops of a watched call: at the first, what goes in is copied; at the second, what came out.
//!
//! The thread waits meanwhile, so nothing is asked here that the registers already tell, and nothing is decoded.
//! Between the two stops it is in a [`Phase`] of its own:
//!
//! ```text
//!              entered              left
//! running ------------------> inside ------------------> running
//!                                |  (512, 513, 514, 516)
//!                                +----------------------> undecided --> EINTR or restarted
//! ```

use super::super::memory::Remote;
use super::super::ptrace::Until;
use super::super::signals::Action;
use super::super::{ends, filter, held};
use super::log::Log;
use super::process::Process;
use super::taken::Taken;
use super::undecided::{self, Since};
use crate::clock::now;
use crate::copy;
use crate::raw::Raw;
use crate::wire::Network;
use record::calls::{self, Scope};
use record::event::{Outcome, Who};
use record::role::Role;
use std::mem;
use std::os::fd::AsFd;
use std::sync::Arc;

/// A traced thread.
#[derive(Debug)]
pub(super) struct Thread {
    pub(super) who: Who,
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
    /// Its place in the log.
    place: usize,
}

/// What is asked for of every call.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Without a filter, every call stops.
    pub(super) until: Until,
    pub(super) hide: Option<i32>,
    /// Whether to ask for the addresses of sockets.
    pub(super) ends: bool,
    /// Where packets are seen: what the sockets hold is looked at too.
    pub(super) wire: Option<Arc<Network>>,
}

impl Thread {
    pub(super) fn new(who: Who) -> Thread {
        Thread {
            who,
            stops: 0,
            check: None,
            phase: Phase::Running,
        }
    }

    /// It stopped before a call. Gives how far it is to go: to the call's exit only if that matters.
    pub(super) fn entered(
        &mut self,
        (number, args): (i64, [u64; 6]),
        process: &mut Process,
        wanted: &Wanted,
        log: &mut Log,
    ) -> Until {
        let at = now();
        let id = self.who.thread;
        self.stops += 1;
        let check = self.check.take();

        let begun = (number, args, at);
        let (number, args, entered) = match mem::replace(&mut self.phase, Phase::Running) {
            Phase::Undecided { call, since } => {
                let (begun, over) = undecided::at_next_call(call, since, begun);
                if let Some(call) = over {
                    log.push(call);
                }
                begun
            }
            // The second half of a call that is not watched, such as nanosleep.
            _ if number == libc::SYS_restart_syscall => return wanted.until,
            Phase::Running | Phase::Inside(_) | Phase::Mapping => begun,
        };

        if filter::is_hidden(number, &args, wanted.hide) {
            return wanted.until;
        }
        let memory = Remote { thread: id };
        if number == libc::SYS_rt_sigaction {
            process.signals.changed(&args, &memory);
            return wanted.until;
        }
        if log.has_stacks() && maps_code(number, &args) {
            self.phase = Phase::Mapping;
            return Until::Call;
        }
        if copy::name(number).is_none() {
            return wanted.until;
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
            return wanted.until;
        }
        let before = copied.unwrap_or_else(|| copy::before(number, &args, &memory));
        if let Some(check) = check
            && number == libc::SYS_close
            && args[0] as i32 == check.fd
            && self.stops == check.stop + 1
        {
            log.mark_by_runtime(check.place);
        }
        let stack = log.stack(id, &mut process.code);
        let closes = match &process.descriptor {
            Some(descriptor) if wanted.wire.is_some() && number == libc::SYS_close => {
                held::before_close(descriptor.as_fd(), args[0] as i32)
            }
            _ => None,
        };
        let raw = Raw {
            who: self.who,
            number,
            args,
            entered,
            left: None,
            before,
            after: Vec::new(),
        };
        self.phase = Phase::Inside(Box::new(Taken {
            raw,
            outcome: None,
            ends: None,
            by_runtime: false,
            stack,
            closes,
        }));
        Until::Call
    }

    /// It stopped after a call.
    pub(super) fn left(
        &mut self,
        returned: i64,
        process: &mut Process,
        wanted: &Wanted,
        log: &mut Log,
    ) {
        let mut call = match mem::replace(&mut self.phase, Phase::Running) {
            Phase::Inside(call) => call,
            Phase::Mapping => {
                process.code.changed();
                return;
            }
            Phase::Running | Phase::Undecided { .. } => return,
        };
        let at = now();
        let raw = &mut call.raw;
        // Of an interrupted call the kernel's own number is kept until it is known what it came to.
        raw.left = Some((at, returned));
        let undecided = undecided::is_undecided(returned);
        let errno = if undecided {
            -i64::from(libc::EINTR)
        } else {
            returned
        };
        let memory = Remote {
            thread: self.who.thread,
        };
        raw.after = copy::after(raw.number, &raw.args, errno, &raw.before, &memory);
        if undecided {
            self.phase = Phase::Undecided {
                call,
                since: Since::Silence,
            };
            return;
        }
        // A second time: another thread may have looked at the number while the call went on.
        process.descriptors.forget(raw.number, &raw.args);
        if let Some(fd) = makes_socket(raw.number, returned) {
            process.descriptors.made_socket(fd);
        }
        if let Some(descriptor) = &process.descriptor {
            let is_shared = wanted.wire.as_ref().is_some_and(|wire| wire.is_shared());
            if wanted.ends
                && let Some(fd) = gets_address(raw.number, &raw.args, returned, is_shared)
            {
                let connected = !matches!(raw.number, libc::SYS_bind | libc::SYS_listen);
                call.ends = ends::look(descriptor.as_fd(), fd, connected);
            }
            if let Some(network) = &wanted.wire {
                let closed = call.closes;
                held::after(network, descriptor.as_fd(), raw, closed, log.held());
            }
        }
        if raw.number == libc::SYS_fcntl && raw.args[1] as i32 == libc::F_GETFD {
            let fd = raw.args[0] as i32;
            self.check = Some(Check {
                fd,
                stop: self.stops,
                place: log.next_place(),
            });
        }
        log.push(call);
    }

    /// A signal is about to be delivered. What it does decides about the call it has interrupted.
    pub(super) fn signal(&mut self, action: Action, log: &mut Log) {
        self.phase = match (mem::replace(&mut self.phase, Phase::Running), action) {
            (Phase::Undecided { mut call, .. }, Action::Handler { restart, .. }) => {
                call.outcome = Some(undecided::after_handler(&call, restart));
                log.push(call);
                Phase::Running
            }
            (Phase::Undecided { call, since }, action) => Phase::Undecided {
                call,
                since: since.and(action),
            },
            (phase, _) => phase,
        };
    }

    /// It is gone; the call it was in never ended.
    pub(super) fn gone(self, log: &mut Log) {
        match self.phase {
            Phase::Running | Phase::Mapping => {}
            Phase::Inside(mut call) | Phase::Undecided { mut call, .. } => {
                call.raw.left = None;
                call.outcome = Some(Outcome::Unfinished);
                log.push(call);
            }
        }
    }
}

/// True for the calls whose descriptors are in memory.
fn needs_memory(number: i64) -> bool {
    #[cfg(target_arch = "x86_64")]
    if matches!(number, libc::SYS_poll | libc::SYS_select) {
        return true;
    }
    matches!(number, libc::SYS_ppoll | libc::SYS_pselect6)
}

/// The socket that the call has made, and returned.
fn makes_socket(number: i64, returned: i64) -> Option<i32> {
    let role = calls::find(number)?.role;
    matches!(role, Role::Makes | Role::Accepts)
        .then(|| i32::try_from(returned).ok().filter(|&fd| fd >= 0))
        .flatten()
}

/// The socket that the call has given an address. With `any` also one that may have got one by what it sent.
fn gets_address(number: i64, args: &[u64; 6], returned: i64, any: bool) -> Option<i32> {
    let fd = args[0] as i32;
    let signature = calls::find(number)?;
    match signature.role {
        Role::Names | Role::Listens if returned >= 0 => Some(fd),
        Role::Connects if returned >= 0 || returned == -i64::from(libc::EINPROGRESS) => Some(fd),
        Role::Accepts => i32::try_from(returned).ok().filter(|&fd| fd >= 0),
        // One that is refused has an address all the same.
        Role::Connects if any => Some(fd),
        // Who only writes, as to a file, has been connected before.
        Role::Sends if any && returned >= 0 && signature.scope == Scope::Always => Some(fd),
        _ => None,
    }
}

/// Whether this is a call that maps a file as code: what may lie on the stacks is then more than was known.
fn maps_code(number: i64, args: &[u64; 6]) -> bool {
    number == libc::SYS_mmap
        && args[2] & libc::PROT_EXEC as u64 != 0
        && args[3] & libc::MAP_ANONYMOUS as u64 == 0
}
