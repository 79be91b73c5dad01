//! The traced processes that are alive, so that any thread can kill them.

use std::collections::HashMap;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The traced processes that are alive.
#[derive(Debug, Default)]
pub(super) struct Living {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Each process with a descriptor that stands for it. A process id may come to mean another process
    /// once this one has been waited for; the descriptor never does.
    processes: HashMap<i32, Option<Arc<OwnedFd>>>,
    /// Everything is to be killed, also what is made from now on.
    killing: bool,
}

impl Living {
    /// A process has come under tracing. Gives its descriptor, where the system has such.
    pub(super) fn add(&self, process: i32) -> Option<Arc<OwnedFd>> {
        let descriptor = pidfd_open(process).map(Arc::new);
        let mut state = self.lock();
        state.processes.insert(process, descriptor.clone());
        if state.killing {
            send(process, descriptor.as_deref(), libc::SIGKILL);
        }
        descriptor
    }

    /// A process has ended and been waited for.
    pub(super) fn remove(&self, process: i32) {
        self.lock().processes.remove(&process);
    }

    /// Kills all processes, and all that are added from now on.
    pub(super) fn kill_all(&self) {
        let mut state = self.lock();
        state.killing = true;
        for (&process, descriptor) in &state.processes {
            send(process, descriptor.as_deref(), libc::SIGKILL);
        }
    }

    /// Sends a signal to those of these processes that are alive; false when none is.
    pub(super) fn signal(&self, processes: &[i32], signal: i32) -> bool {
        let state = self.lock();
        let mut alive = false;
        for process in processes {
            if let Some(descriptor) = state.processes.get(process) {
                // One that has been waited for and not yet taken off the list is not alive.
                alive |= send(*process, descriptor.as_deref(), signal);
            }
        }
        alive
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock; if it did, the list would still be a list.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `pidfd_open(process, 0)`; `None` where the system refuses it.
fn pidfd_open(process: i32) -> Option<OwnedFd> {
    // SAFETY: pidfd_open takes two numbers and touches no memory.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, process, 0) };
    let fd = i32::try_from(fd).ok().filter(|&fd| fd >= 0)?;
    // SAFETY: the kernel has just made this descriptor for us, so nobody else owns it.
    Some(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Sends a signal; false when the process is gone.
fn send(process: i32, descriptor: Option<&OwnedFd>, signal: i32) -> bool {
    let result = match descriptor {
        Some(descriptor) => {
            let fd = descriptor.as_raw_fd();
            let plain = std::ptr::null::<libc::siginfo_t>();
            // SAFETY: pidfd_send_signal reads nothing from memory when its third argument is null.
            unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, plain, 0) }
        }
        None => {
            // Without a descriptor a window is left: from the tracer's wait for this process to the moment it takes
            // it off the list, a few instructions later, the id could be given to another.
            // SAFETY: kill takes two numbers and touches no memory.
            libc::c_long::from(unsafe { libc::kill(process, signal) })
        }
    };
    result == 0
}
