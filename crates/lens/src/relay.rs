//! Signals that `lens` gets while the command runs.
//!
//! Ctrl-C and Ctrl-\ go to every process in the terminal's foreground, so the command has them already and decides
//! itself; `lens` stays to report. SIGTERM and SIGHUP are often sent to one process: they are passed on.

use crate::inherited;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// The signals that are relayed. They must be blocked in every thread.
pub(crate) const SIGNALS: [i32; 4] = [libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGHUP];

/// Whom signals are for.
#[derive(Debug)]
pub(crate) enum Target {
    /// A command that is traced.
    Traced(observe::Reach),
    /// A child of this process, which is not waited for before [`Relay::done`].
    Untraced(i32),
}

/// The thread that takes the signals.
#[derive(Debug)]
pub(crate) struct Relay {
    target: Arc<Mutex<Option<Target>>>,
}

impl Relay {
    /// Starts to take signals. Until there is a target they do nothing.
    pub(crate) fn start() -> io::Result<Relay> {
        let target = Arc::new(Mutex::new(None));
        let relay = Relay {
            target: Arc::clone(&target),
        };
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                let signals = inherited::set(&SIGNALS);
                loop {
                    let mut signal = 0;
                    // SAFETY: the set and the number live on this frame.
                    if unsafe { libc::sigwait(&signals, &mut signal) } != 0 {
                        return;
                    }
                    if let Some(target) = &*target.lock().unwrap_or_else(PoisonError::into_inner) {
                        target.signal(signal);
                    }
                }
            })?;
        Ok(relay)
    }

    /// Signals are for this target from now on.
    pub(crate) fn to(&self, target: Target) {
        *self.target.lock().unwrap_or_else(PoisonError::into_inner) = Some(target);
    }

    /// The target is gone.
    pub(crate) fn done(&self) {
        *self.target.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Target {
    fn signal(&self, signal: i32) {
        let from_terminal = matches!(signal, libc::SIGINT | libc::SIGQUIT);
        match self {
            Target::Traced(reach) => {
                // Zero is no signal: it only asks whether the command is still there.
                let alive = reach.signal(if from_terminal { 0 } else { signal });
                // The command has ended, and what it left running keeps `lens` waiting. Then a signal is to end that.
                if !alive {
                    reach.kill_all();
                }
            }
            Target::Untraced(process) if !from_terminal => {
                // SAFETY: kill takes two numbers and touches no memory. The child has not been waited for, so the id is
                // still its own; or it was a moment ago, and ids are not used again so soon.
                unsafe { libc::kill(*process, signal) };
            }
            Target::Untraced(_) => {}
        }
    }
}
