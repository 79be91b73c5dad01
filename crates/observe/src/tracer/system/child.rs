//! The first moments of a traced program: from fork to exec.
//!
//! ```text
//! tracer                         child (the pre_exec hook)
//!                                says its process id
//! PTRACE_SEIZE
//! says "go"
//!                                enters its network, if it has one of its own
//!                                installs the filter
//!                                execve
//! exec stop: held until all
//! commands have come so far
//! ```
//!
//! The child waits for the tracer because a filter without a tracer makes every watched call fail (ENOSYS).
//! All descriptors are close-on-exec, so none of them lives on in the program.

use super::filter;
use super::ptrace::{self, Report, Until};
use crate::tracer::{Options, Refused};
use crate::wire::Network;
use std::io::{self, Read, Write};
use std::mem;
use std::net::Shutdown;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;
use std::thread;

const GO: u8 = b'g';
const GIVE_UP: u8 = b'x';

/// What a child does before its exec, and with whom it talks about it.
struct Setup {
    line: Arc<UnixStream>,
    /// The tracer's end, which fork copies into the child.
    tracers: RawFd,
    filter: Option<Arc<[libc::sock_filter]>>,
    pin: Option<usize>,
    wire: Option<Arc<Network>>,
}

/// Starts a command and stops it at its exec, traced by the calling thread. Gives its process id.
pub(super) fn start(
    mut command: Command,
    filter: Option<&Arc<[libc::sock_filter]>>,
    options: &Options,
) -> io::Result<i32> {
    let program = command.get_program().to_string_lossy().into_owned();
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("cannot start {program}: {error}"));

    let (line, theirs) = UnixStream::pair()?;
    let theirs = Arc::new(theirs);
    let setup = Setup {
        line: Arc::clone(&theirs),
        tracers: line.as_raw_fd(),
        filter: filter.cloned(),
        pin: options.pin,
        wire: options.wire.clone(),
    };
    // SAFETY: the hook runs between fork and exec, where only async-signal-safe functions may be called: it makes
    // system calls through thin wrappers and neither allocates nor locks.
    unsafe { command.pre_exec(move || setup.run()) };

    // `spawn` returns only after the exec, and the exec waits for this thread, so another one must call it.
    let spawner = thread::Builder::new().name("spawn".into()).spawn(move || {
        let spawned = command.spawn();
        // Whoever waits at the other end for a child that never came sees the end.
        let _ = theirs.shutdown(Shutdown::Both);
        spawned.map(drop)
    })?;
    let spawned = || match spawner.join() {
        Ok(spawned) => spawned.map_err(named),
        Err(_) => Err(io::Error::other(format!("cannot start {program}"))),
    };

    let Some(process) = receive(&line) else {
        spawned()?;
        return Err(io::Error::other(format!(
            "cannot start {program}: it never came to its exec"
        )));
    };
    if let Err(error) = ptrace::seize(process) {
        let refused = super::trial::why_not_seized(process, &error);
        send(&line, GIVE_UP);
        let _ = spawned();
        return Err(Refused {
            reason: format!("cannot trace {program}: {refused}"),
        }
        .into());
    }
    send(&line, GO);
    if until_exec(process) {
        spawned()?;
        return Ok(process);
    }
    spawned()?;
    Err(io::Error::other(format!(
        "{program} was killed before it began"
    )))
}

/// Leads a child from SEIZE to the stop at its exec; false when it does not come there.
fn until_exec(process: i32) -> bool {
    // The end of a child whose exec fails is `spawn`'s to wait for, so look first and take only what is a stop.
    while ptrace::peek_alive(process) {
        match ptrace::wait_for(process) {
            Some((_, Report::Exec)) => return true,
            // The first watched call after the filter is the one with which std's half of the child reports that the
            // exec failed. It is let go here, before `spawn` waits for it: a wait for a traced child takes its stops.
            Some((_, Report::Watched)) => {
                ptrace::detach(process);
                return false;
            }
            Some((_, Report::Signal(signal))) => ptrace::resume(process, Until::Event, signal),
            Some((_, Report::Group)) => ptrace::listen(process),
            Some((_, Report::Ended(_))) | None => return false,
            Some(_) => ptrace::resume(process, Until::Event, 0),
        }
    }
    false
}

impl Setup {
    /// The hook.
    fn run(&self) -> io::Result<()> {
        // Or the line would never end for the child, should the tracer be killed now.
        // SAFETY: this is the child's own copy, and nothing in the child uses it: `start` goes on in the tracer only.
        unsafe { libc::close(self.tracers) };
        let mut line = &*self.line;
        line.write_all(&std::process::id().to_ne_bytes())?;
        let mut answer = [0];
        line.read_exact(&mut answer)?;
        if answer != [GO] {
            return Err(io::Error::from_raw_os_error(libc::ECANCELED));
        }
        if let Some(network) = &self.wire {
            network.system.enter()?;
        }
        if let Some(processor) = self.pin {
            pin(processor)?;
        }
        if let Some(filter) = &self.filter {
            filter::install(filter)?;
        }
        Ok(())
    }
}

/// `sched_setaffinity`: the calling thread, and what it makes, runs on this processor only.
pub(super) fn pin(processor: usize) -> io::Result<()> {
    // SAFETY: cpu_set_t is a set of bits, for which all bits zero is a value.
    let mut set: libc::cpu_set_t = unsafe { mem::zeroed() };
    if processor >= 8 * size_of::<libc::cpu_set_t>() {
        return Err(io::Error::from_raw_os_error(libc::EINVAL));
    }
    // SAFETY: the processor's bit lies in the set, which was just checked.
    unsafe { libc::CPU_SET(processor, &mut set) };
    // SAFETY: the kernel reads as many bytes as it is told the set has.
    let result = unsafe { libc::sched_setaffinity(0, size_of_val(&set), &set) };
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

fn receive(mut line: &UnixStream) -> Option<i32> {
    let mut id = [0; 4];
    line.read_exact(&mut id).ok()?;
    Some(i32::from_ne_bytes(id))
}

fn send(mut line: &UnixStream, answer: u8) {
    // A child that is gone shows as such in what is waited for next.
    let _ = line.write_all(&[answer]);
}
