//! The processes of a scene: how they are started, heard and ended.

mod hear;
mod prepare;

use std::io;
use std::os::fd::RawFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use record::event::Event;

use crate::direct::Request;
use crate::trouble::Trouble;

pub(crate) use hear::written;
pub(crate) use prepare::{Prepared, prepare};

/// The processes of a scene, traced or not.
pub(crate) enum Cast {
    Traced(observe::Running),
    Plain(Vec<Child>),
}

impl Cast {
    pub(crate) fn start(
        prepared: Vec<Prepared>,
        request: &Request<'_>,
        hidden: RawFd,
    ) -> Result<Cast, Trouble> {
        // The actors' ends of the lines must stay open until the processes have them.
        let (mut commands, lines): (Vec<Command>, Vec<UnixStream>) = prepared
            .into_iter()
            .map(|actor| (actor.command, actor.line))
            .unzip();
        let cast = if request.trace {
            let options = observe::Options {
                hide: Some(hidden),
                pin: this_processor(),
                live: request.live.map(|live| live.sender.clone()),
                stacks: request.stack,
                kernel: request.kernel,
                wire: request.wire.clone(),
                ..observe::Options::default()
            };
            Cast::Traced(observe::start(commands, &options)?)
        } else {
            Cast::Plain(
                commands
                    .iter_mut()
                    .map(start_plain)
                    .collect::<io::Result<_>>()?,
            )
        };
        drop(lines);
        Ok(cast)
    }

    pub(crate) fn processes(&self) -> Vec<i32> {
        match self {
            Cast::Traced(running) => running.processes().to_vec(),
            Cast::Plain(children) => children.iter().map(|child| child.id() as i32).collect(),
        }
    }

    /// Waits until the processes have ended by themselves, but no longer than this.
    pub(crate) fn let_end(&mut self, until: Instant, look_again: Duration) {
        while self.is_alive() && Instant::now() < until {
            std::thread::sleep(look_again);
        }
    }

    fn is_alive(&mut self) -> bool {
        match self {
            // Signal 0 is none: it only asks whether there is anyone to get it.
            Cast::Traced(running) => running.reach().signal(0),
            Cast::Plain(children) => children
                .iter_mut()
                .any(|child| matches!(child.try_wait(), Ok(None))),
        }
    }

    pub(crate) fn kill_all(&mut self) {
        match self {
            Cast::Traced(running) => running.kill_all(),
            Cast::Plain(children) => {
                for child in children {
                    // One that has ended already cannot be killed, and need not.
                    let _ = child.kill();
                }
            }
        }
    }

    pub(crate) fn end(self) -> Result<(Vec<Event>, Vec<ExitStatus>), Trouble> {
        match self {
            Cast::Traced(running) => {
                let record = running.wait()?;
                if record.lost_packets > 0 {
                    eprintln!(
                        "{} packets came faster than they could be kept and are missing",
                        record.lost_packets
                    );
                }
                Ok((record.events, record.statuses))
            }
            Cast::Plain(children) => {
                let statuses = children.into_iter().map(|mut child| child.wait());
                Ok((Vec::new(), statuses.collect::<io::Result<_>>()?))
            }
        }
    }
}

/// Starts a process that the lens does not hold: it is to end when the lab does.
fn start_plain(command: &mut Command) -> io::Result<Child> {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::process::CommandExt;
        let with_parent = || {
            // SAFETY: prctl(PR_SET_PDEATHSIG) takes a signal number and touches no memory.
            let result = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
            if result == -1 {
                Err(io::Error::last_os_error())
            } else {
                Ok(())
            }
        };
        // SAFETY: the closure makes one async-signal-safe system call and allocates nothing.
        unsafe { command.pre_exec(with_parent) };
    }
    command.spawn()
}

/// The processor this thread is on: one for the whole scene makes a stop of the tracer several times cheaper.
#[cfg(target_os = "linux")]
fn this_processor() -> Option<usize> {
    // SAFETY: sched_getcpu(3) takes nothing and touches no memory of this process.
    let processor = unsafe { libc::sched_getcpu() };
    usize::try_from(processor).ok()
}

#[cfg(not(target_os = "linux"))]
fn this_processor() -> Option<usize> {
    None
}
