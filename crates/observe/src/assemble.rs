//! One record out of all that a run has left.
//!
//! A run is observed from several sides at once, and no side sees the whole. Each leaves what it saw, in its own form;
//! what becomes of it all is said here, in [`assemble`], and nowhere else.

use crate::kernel::attach::attach;
use crate::kernel::trace::Trace;
use crate::wire::caught::Caught;
use crate::wire::confirm::{Sample, confirm};
use crate::wire::states;
use record::event::{Call, Event, Held, Life, Mark, Outcome, Packet, State, TcpState, Time, Who};
use std::collections::{HashMap, HashSet};
use std::os::fd::RawFd;
use std::process::ExitStatus;

/// What was recorded.
#[derive(Clone, Debug)]
pub struct Record {
    /// Everything that happened, in order of time.
    pub events: Vec<Event>,
    /// How each command ended, in the order of the commands.
    pub statuses: Vec<ExitStatus>,
    /// How many packets came faster than they could be kept. They are missing among the events.
    pub lost_packets: u64,
}

/// What a run has left, source by source.
#[derive(Debug, Default)]
pub struct Sources {
    /// How each command ended, in the order of the commands.
    pub statuses: Vec<ExitStatus>,
    /// The calls, decoded.
    pub calls: Vec<Call>,
    /// How threads and processes came and went.
    pub lives: Vec<Life>,
    /// What the kernel held of the sockets after the calls.
    pub held: Vec<Held>,
    /// What the kernel wrote down of its own functions.
    pub kernel: Option<Trace>,
    /// What was on the wire.
    pub wire: Option<Caught>,
    /// The descriptor that is not part of what is observed ([`Options::hide`](crate::Options::hide)).
    pub hide: Option<RawFd>,
    /// What whoever started the programs knows of them.
    pub known: Known,
}

/// What whoever started the programs knows of them.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Since when a process does what it was started for. What it did up to then is left out.
    pub begun: HashMap<i32, Time>,
    /// What the programs said of themselves. A thread of 0 is one that is not known.
    pub marks: Vec<Mark>,
    /// When the run was broken off: what came after that is left out.
    pub end: Option<Time>,
}

/// Makes one record of all sources. In this order, for each step needs those before it:
///
/// 1. What the tracer saw: threads' lives, calls, and what sockets held after them.
/// 2. The functions that the kernel wrote down are put to the calls they belong to, and its changes of state are added.
/// 3. The packets. On a network that others use too, the calls tell whose they are. What they tell of states is added
///    where the kernel itself has told nothing (step 2).
/// 4. What is no part of the run is left out: the hidden descriptor's calls, and what came before a process had begun.
///    Not earlier, for until here these calls too told whose a thread is and whose a packet.
/// 5. The marks. One without a thread goes to the last call before it, which must not be one that is left out (step 4).
/// 6. Everything is put in order of time, once. What has the same time stays as it was added.
/// 7. States that the kernel bears out are marked so. Each lasts until the next of its socket, so order is needed (step 6).
/// 8. What came after the end of a run that was broken off is cut off.
pub fn assemble(sources: Sources) -> Record {
    let lives = sources.lives.into_iter().map(Event::Life);
    let calls = sources.calls.into_iter().map(Event::Call);
    let held = sources.held.into_iter().map(Event::Held);
    let mut events: Vec<Event> = lives.chain(calls).chain(held).collect();
    if let Some(trace) = &sources.kernel {
        attach(&mut events, trace);
    }
    let (mut samples, mut lost_packets) = (Vec::new(), 0);
    if let Some(mut caught) = sources.wire {
        caught.keep_ours(&events);
        let wire = with_states(&events, &caught.packets);
        events.extend(wire);
        samples = caught.samples;
        lost_packets = caught.lost;
    }
    let Known { begun, marks, end } = sources.known;
    events.retain(|event| is_part(event, sources.hide, &begun));
    let marks: Vec<Event> = marks
        .into_iter()
        .map(|mark| Event::Mark(in_its_thread(mark, &events)))
        .collect();
    events.extend(marks);
    events.sort_by_key(Event::at);
    samples.extend(events.iter().filter_map(sample));
    confirm(&mut events, samples);
    if let Some(end) = end {
        cut_off(&mut events, end);
    }
    Record {
        events,
        statuses: sources.statuses,
        lost_packets,
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

/// Whether this is part of what the programs were started for.
fn is_part(event: &Event, hide: Option<RawFd>, begun: &HashMap<i32, Time>) -> bool {
    let has_begun = |who: Who, at: Time| begun.get(&who.process).is_none_or(|begun| at > *begun);
    match event {
        Event::Call(call) => {
            let is_hidden = hide.is_some() && call.descriptor() == hide;
            !is_hidden && has_begun(call.who, call.entered)
        }
        Event::Life(life) => has_begun(life.who, life.at),
        Event::Mark(_) | Event::State(_) | Event::Packet(_) | Event::Held(_) => true,
    }
}

/// Puts a mark without a thread where it belongs: in the thread that made the last call before it.
/// A thread that is in a call does nothing else, so the mark came before that call.
fn in_its_thread(mut mark: Mark, events: &[Event]) -> Mark {
    if mark.who.thread != 0 {
        return mark;
    }
    mark.who.thread = mark.who.process;
    let calls = events.iter().filter_map(|event| match event {
        Event::Call(call) if call.who.process == mark.who.process => Some(call),
        _ => None,
    });
    let before = calls.filter(|call| call.entered <= mark.at);
    if let Some(last) = before.max_by_key(|call| call.entered) {
        mark.who = last.who;
        if last.left.is_none_or(|left| left > mark.at) {
            mark.at = last.entered - 1;
        }
    }
    mark
}

fn sample(event: &Event) -> Option<Sample> {
    match event {
        Event::Held(held) => Some(Sample::from(held)),
        _ => None,
    }
}

/// Leaves out what came after this time; a call that had not ended by then never did.
fn cut_off(events: &mut Vec<Event>, end: Time) {
    events.retain(|event| event.at() <= end);
    for event in events {
        if let Event::Call(call) = event
            && call.left.is_some_and(|left| left > end)
        {
            call.left = None;
            call.outcome = Outcome::Unfinished;
        }
    }
}
