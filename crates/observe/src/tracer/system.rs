//! Tracing on Linux: one thread that starts the programs, traces them and ends with them.
//!
//! ptrace belongs to a thread: what one thread traces, only that thread can resume and wait for.
//! So one thread does everything, and the rest of the process talks to it through a channel and a list of pidfds.

mod child;
mod descriptors;
mod ends;
mod engine;
mod filter;
mod held;
mod living;
mod memory;
mod ptrace;
mod signals;
mod trial;

use crate::assemble::{Known, Record, Sources, assemble};
use crate::kernel::instance::Watch;
use crate::kernel::trace::Trace;
use crate::options::Options;
use crate::wire::system::capture::Capturing;
use engine::{Engine, Traced};
use living::Living;
use stack::Namer;
use std::io;
use std::os::fd::RawFd;
use std::process::{Command, ExitStatus};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

pub(super) use trial::can_trace;

/// Programs that run, and the thread that traces them.
#[derive(Debug)]
pub(super) struct Run {
    processes: Vec<i32>,
    living: Arc<Living>,
    tracer: JoinHandle<(Traced, Vec<ExitStatus>, Option<Trace>)>,
    capturing: Option<Capturing>,
    hide: Option<RawFd>,
}

impl Run {
    pub(super) fn start(commands: Vec<Command>, options: &Options) -> io::Result<Run> {
        let living = Arc::new(Living::default());
        // Before the tracer's thread is pinned, so that the thread of the capture is not.
        let capturing = options.wire.as_ref().map(Capturing::start).transpose()?;
        let (tell, hear) = mpsc::channel();
        let tracer = {
            let living = Arc::clone(&living);
            let options = options.clone();
            thread::Builder::new()
                .name("tracer".into())
                .spawn(move || {
                    // In this thread, for it is the children of the thread that are watched.
                    let watch = options.kernel.then(Watch::start).transpose();
                    let started = watch
                        .map_err(io::Error::from)
                        .and_then(|watch| Ok((Engine::start(commands, &options, living)?, watch)));
                    match started {
                        Ok((engine, watch)) => {
                            // Nobody listens any more only if the caller's thread is gone; then there is nobody to tell.
                            let _ = tell.send(Ok(engine.processes()));
                            let (traced, statuses) = engine.run();
                            (traced, statuses, watch.map(Watch::end))
                        }
                        Err(error) => {
                            let _ = tell.send(Err(error));
                            Default::default()
                        }
                    }
                })?
        };
        let processes = hear.recv().map_err(|_| failed())??;
        Ok(Run {
            processes,
            living,
            tracer,
            capturing,
            hide: options.hide,
        })
    }

    pub(super) fn processes(&self) -> &[i32] {
        &self.processes
    }

    pub(super) fn kill_all(&self) {
        self.living.kill_all();
    }

    pub(super) fn reach(&self) -> Reach {
        Reach {
            commands: self.processes.clone(),
            living: Arc::clone(&self.living),
        }
    }

    pub(super) fn wait(self, known: Known) -> io::Result<Record> {
        let (traced, statuses, kernel) = self.tracer.join().map_err(|_| failed())?;
        // Decoded only here, where no program waits for it.
        let mut namer = Namer::default();
        let calls = traced.calls.iter().map(|call| call.decode(&mut namer));
        Ok(assemble(Sources {
            statuses,
            calls: calls.collect(),
            lives: traced.lives,
            held: traced.held,
            kernel,
            // After the decoding: what the programs sent last may have been on its way until now.
            wire: self.capturing.map(Capturing::end),
            hide: self.hide,
            known,
        }))
    }
}

/// A way to reach the programs.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    commands: Vec<i32>,
    living: Arc<Living>,
}

impl Reach {
    pub(super) fn kill_all(&self) {
        self.living.kill_all();
    }

    pub(super) fn signal(&self, signal: i32) -> bool {
        self.living.signal(&self.commands, signal)
    }
}

/// The tracer's thread panicked, which is a mistake in it. The kernel has killed the programs.
fn failed() -> io::Error {
    io::Error::other("the tracer failed")
}
