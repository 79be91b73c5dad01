//! What a process does about each signal.
//!
//! Needed to say how a call ended that a signal interrupted: the kernel decides between "start again" and EINTR
//! by the handler's SA_RESTART, after the tracer has last seen the call.

use stack::memory::Memory;
use std::io::Read;

/// Linux's signals are 1 to 64.
const SIGNALS: usize = 65;

/// What happens when a signal is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Nothing: ignored, by choice or because that is this signal's default.
    Nothing,
    /// The default, which kills or stops the process.
    Default,
    /// A function of the program's.
    Handler {
        /// SA_RESTART: a call that waits is started again after it.
        restart: bool,
        /// SA_RESETHAND: the next time, the default.
        once: bool,
    },
}

/// The dispositions of one process.
#[derive(Clone, Debug)]
pub(super) struct Signals {
    actions: [Action; SIGNALS],
}

impl Default for Signals {
    fn default() -> Self {
        let mut actions = [Action::Default; SIGNALS];
        for signal in [libc::SIGCHLD, libc::SIGCONT, libc::SIGURG, libc::SIGWINCH] {
            actions[signal as usize] = Action::Nothing;
        }
        Signals { actions }
    }
}

impl Signals {
    /// What happens when this signal is delivered now.
    pub(super) fn deliver(&mut self, signal: i32) -> Action {
        let Some(action) = usize::try_from(signal)
            .ok()
            .and_then(|index| self.actions.get_mut(index))
        else {
            return Action::Default;
        };
        let now = *action;
        if matches!(now, Action::Handler { once: true, .. }) {
            *action = Self::default().actions[signal as usize];
        }
        now
    }

    /// `rt_sigaction(signal, act, ...)` is about to be made.
    pub(super) fn changed(&mut self, args: &[u64; 6], memory: &dyn Memory) {
        let signal = args[0] as i32;
        if !(1..SIGNALS as i32).contains(&signal) || matches!(signal, libc::SIGKILL | libc::SIGSTOP)
        {
            return;
        }
        if args[1] == 0 {
            return;
        }
        // The kernel's struct sigaction begins with the handler and the flags, 64 bits each, on both architectures.
        let bytes = memory.read(args[1], 16);
        let Some((handler, flags)) = bytes.split_first_chunk::<8>() else {
            return;
        };
        let Some(flags) = flags.first_chunk::<8>() else {
            return;
        };
        let flags = u64::from_ne_bytes(*flags);
        self.actions[signal as usize] = match u64::from_ne_bytes(*handler) as usize {
            libc::SIG_DFL => Self::default().actions[signal as usize],
            libc::SIG_IGN => Action::Nothing,
            _ => Action::Handler {
                restart: flags & libc::SA_RESTART as u64 != 0,
                once: flags & u64::from(libc::SA_RESETHAND as u32) != 0,
            },
        };
    }

    /// The process became another program: handlers are gone, what was ignored stays so.
    pub(super) fn exec(&mut self, process: i32) {
        let ignored = ignored(process);
        let defaults = Self::default();
        for (signal, action) in self.actions.iter_mut().enumerate().skip(1) {
            let ignored = match ignored {
                Some(mask) => mask & (1 << (signal - 1)) != 0,
                None => *action == Action::Nothing,
            };
            *action = if ignored {
                Action::Nothing
            } else {
                defaults.actions[signal]
            };
        }
    }
}

/// The signals a process ignores, as /proc tells: it may have inherited that from whoever started it.
fn ignored(process: i32) -> Option<u64> {
    let mut status = String::new();
    std::fs::File::open(format!("/proc/{process}/status"))
        .ok()?
        .read_to_string(&mut status)
        .ok()?;
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}
