//! The processes of a scene: how they are started, heard and ended.

mod hear;
mod prepare;

use std::io;
use std::process::{self, Child, ExitStatus};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use observe::Known;
use observe::assemble::{Sources, assemble};
use record::event::Event;

use crate::control::{Message, hidden_descriptor};
use crate::folder::Folder;
use crate::request::Request;
use crate::trouble::Trouble;
use prepare::prepare;

pub(crate) use hear::written;
pub(crate) use prepare::Held;

/// The processes of a scene, traced or not.
pub(crate) enum Cast {
    Traced(observe::Running),
    Plain(Vec<Child>),
}

impl Cast {
    /// Starts a process for each actor of the scene, in the folder where there is one.
    /// What the actors tell arrives at `sender`, with their index in the scene; `None` is the end of one.
    pub(crate) fn start(
        request: &Request<'_>,
        folder: Option<&Folder>,
        sender: Sender<(usize, Option<Message>)>,
    ) -> Result<(Cast, Vec<Held>), Trouble> {
        let (mut commands, mut ends, mut all_held) = (Vec::new(), Vec::new(), Vec::new());
        for index in 0..request.scene.actors.len() {
            let (mut command, end, held) = prepare(request, index, &sender)?;
            if let Some(folder) = folder {
                command.current_dir(folder.path());
            }
            commands.push(command);
            ends.push(end);
            all_held.push(held);
        }
        let cast = if request.trace {
            let options = observe::Options {
                hide: Some(hidden_descriptor()),
                pin: this_processor(),
                live: request.live.map(|live| live.sender.clone()),
                stacks: request.stack,
                kernel: request.kernel,
                wire: request.wire.clone(),
                ..observe::Options::default()
            };
            Cast::Traced(observe::start(commands, &options)?)
        } else {
            let children = commands.iter_mut().map(start_plain);
            Cast::Plain(children.collect::<io::Result<_>>()?)
        };
        // Until here: the actors' ends of the channels must stay open until the processes have them.
        drop(ends);
        for (held, process) in all_held.iter_mut().zip(cast.processes()) {
            held.process = process;
        }
        Ok((cast, all_held))
    }

    fn processes(&self) -> Vec<i32> {
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

    /// The record of the processes that have ended, with what they told.
    pub(crate) fn end(self, known: Known) -> Result<(Vec<Event>, Vec<ExitStatus>), Trouble> {
        let record = match self {
            Cast::Traced(running) => running.wait_with(known)?,
            Cast::Plain(children) => {
                let statuses = children.into_iter().map(|mut child| child.wait());
                assemble(Sources {
                    statuses: statuses.collect::<io::Result<_>>()?,
                    known,
                    ..Sources::default()
                })
            }
        };
        if record.lost_packets > 0 {
            eprintln!(
                "{} packets came faster than they could be kept and are missing",
                record.lost_packets
            );
        }
        Ok((record.events, record.statuses))
    }
}

/// Starts a process that the lens does not hold: it is to end when the lab does.
fn start_plain(command: &mut process::Command) -> io::Result<Child> {
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
