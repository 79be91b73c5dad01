//! Calls that a signal interrupted.
//!
//! Whether the kernel starts such a call again or gives EINTR depends on what the signal does, and is not yet known when
//! the call is left. It shows at the next signal or the next call of the thread, whichever comes first.

use super::super::ptrace;
use super::super::signals::Action;
use super::{Engine, Phase, Taken};
use record::event::{Outcome, Time, Turn};
use std::mem;

// How the kernel says inside itself that a call was interrupted (linux/errno.h). A program never sees these.
/// Start again, unless a handler without SA_RESTART ran.
const ERESTARTSYS: i64 = -512;
/// Start again in any case.
const ERESTARTNOINTR: i64 = -513;
/// Start again, unless a handler ran.
const ERESTARTNOHAND: i64 = -514;
/// Start again by `restart_syscall`, which knows how much of the time is left, unless a handler ran.
const ERESTART_RESTARTBLOCK: i64 = -516;

/// What came since a call was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Since {
    /// Nothing yet.
    Silence,
    /// Only signals that do nothing: without a tracer the call would not have been interrupted at all.
    Trifles,
    /// A signal that stopped the process.
    Stop,
}

/// True when a call that gives this is left undecided.
pub(super) fn is_undecided(returned: i64) -> bool {
    matches!(
        returned,
        ERESTARTSYS | ERESTARTNOINTR | ERESTARTNOHAND | ERESTART_RESTARTBLOCK
    )
}

/// A call that a thread stops before: its number, its arguments, and when it was entered.
pub(super) type Begun = (i64, [u64; 6], Time);

/// What the next call of a thread tells about the one that was interrupted: the kernel has started that one again.
///
/// Where only trifles came between, the two are one call that began with the first. Otherwise the first is over,
/// and is given besides.
pub(super) fn at_next_call(
    mut call: Box<Taken>,
    since: Since,
    (number, args, now): Begun,
) -> (Begun, Option<Box<Taken>>) {
    let restart = number == libc::SYS_restart_syscall;
    let again = restart || (number, args) == (call.raw.number, call.raw.args);
    // `restart_syscall` has the registers of the call it goes on with.
    let (number, args) = if restart {
        (call.raw.number, call.raw.args)
    } else {
        (number, args)
    };
    if again && since == Since::Trifles {
        return ((number, args, call.raw.entered), None);
    }
    call.outcome = Some(Outcome::Restarted);
    ((number, args, now), Some(call))
}

impl Engine {
    /// A signal is about to be delivered. What it does decides about the call it has interrupted.
    pub(super) fn signal(&mut self, id: i32, signal: i32) {
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
}
