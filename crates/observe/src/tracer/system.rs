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

use super::{Options, Record};
use crate::kernel::{self, Seen, Watch};
use crate::wire::slow::{self, Sample};
use crate::wire::{Capturing, states};
use record::event::{Event, Packet, State, TcpState};
use std::collections::HashSet;
use std::io;
use std::process::Command;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

pub(super) use trial::can_trace;

/// Programs that run, and the thread that traces them.
#[derive(Debug)]
pub(super) struct Run {
    processes: Vec<i32>,
    living: Arc<living::Living>,
    tracer: JoinHandle<(engine::Copied, Option<Seen>)>,
    capturing: Option<Capturing>,
}

impl Run {
    pub(super) fn start(commands: Vec<Command>, options: &Options) -> io::Result<Run> {
        let living = Arc::new(living::Living::default());
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
                    let started = watch.map_err(io::Error::from).and_then(|watch| {
                        let started = engine::Engine::start(commands, &options, living)?;
                        Ok((watch, started))
                    });
                    let (engine, watch, answer) = match started {
                        Ok((watch, (engine, processes))) => (Some(engine), watch, Ok(processes)),
                        Err(error) => (None, None, Err(error)),
                    };
                    // Nobody listens any more only if the caller's thread is gone; then there is nobody to tell.
                    let _ = tell.send(answer);
                    let copied = match engine {
                        Some(engine) => engine.run(),
                        None => engine::Copied::default(),
                    };
                    (copied, watch.map(Watch::end))
                })?
        };
        let processes = hear.recv().map_err(|_| failed())??;
        Ok(Run {
            processes,
            living,
            tracer,
            capturing,
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

    pub(super) fn wait(self) -> io::Result<Record> {
        // Decoded only here, where no program waits for it.
        let (copied, seen) = self.tracer.join().map_err(|_| failed())?;
        let mut record = copied.decode();
        if let Some(seen) = seen {
            kernel::attach(&mut record.events, &seen.trace, seen.ahead);
        }
        if let Some(capturing) = self.capturing {
            let caught = capturing.end(&record.events);
            let wire = with_states(&record.events, &caught.packets);
            record.events.extend(wire);
            record.events.sort_by_key(Event::at);
            confirm(&mut record.events, caught.samples);
            record.lost_packets = caught.lost;
        }
        Ok(record)
    }
}

/// A way to reach the programs.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    commands: Vec<i32>,
    living: Arc<living::Living>,
}

impl Reach {
    pub(super) fn kill_all(&self) {
        self.living.kill_all();
    }

    pub(super) fn signal(&self, signal: i32) -> bool {
        self.living.signal(&self.commands, signal)
    }
}

/// The packets, the changes of state that they tell of, and the beginning of each socket that listens.
/// Where the kernel itself has told of a connection, its states are left to that.
fn with_states(events: &[Event], packets: &[Packet]) -> Vec<Event> {
    let told: HashSet<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::State(state) => Some((state.local, state.peer)),
            _ => None,
        })
        .collect();
    let mut wire = states::infer(packets);
    let mut listening = HashSet::new();
    for event in events {
        if let Event::Held(held) = event
            && held.state == TcpState::Listen
            && listening.insert(held.local)
        {
            wire.push(Event::State(State {
                at: held.at,
                context: None,
                local: held.local,
                peer: held.peer,
                from: TcpState::Closed,
                to: TcpState::Listen,
                read_from_kernel: true,
            }));
        }
    }
    wire.retain(|event| match event {
        Event::State(state) => !told.contains(&(state.local, state.peer)),
        _ => true,
    });
    wire
}

/// Marks the changes of state that the kernel bears out, by what it was found to hold.
fn confirm(events: &mut [Event], samples: Vec<Sample>) {
    let held: Vec<Sample> = events
        .iter()
        .filter_map(|event| match event {
            Event::Held(held) => Some(Sample::from(held)),
            _ => None,
        })
        .collect();
    slow::confirm(events, samples.into_iter().chain(held));
}

/// The tracer's thread panicked, which is a mistake in it. The kernel has killed the programs.
fn failed() -> io::Error {
    io::Error::other("the tracer failed")
}
