//! What a language's runtime asks the system with sockets of its own, before the program makes its first.
//!
//! The JVM finds out in this way whether there is IPv6 and which options the kernel knows:
//! it makes a socket, asks it, and closes it. The C library asks for a name service in the same way.
//! None of that is the program's doing.

use record::event::{Call, Event, Value};

use crate::language::Language;

/// Marks the probes of a process as its runtime's own: from its first call on as long as it goes on like that.
/// A program's own socket is known by what comes between: another socket, an address, a connection.
pub(crate) fn mark(events: &mut [Event], process: i32, language: Option<Language>) {
    let calls: Vec<usize> = (0..events.len())
        .filter(|index| call(events, *index).is_some_and(|call| call.who.process == process))
        .collect();
    let mut rest = &calls[..];
    while let Some(count) = probe(events, rest) {
        mark_first(events, rest, count);
        rest = &rest[count..];
    }
    while language == Some(Language::Java) && !rest.is_empty() {
        let count = option_probe(events, rest).unwrap_or(0);
        mark_first(events, rest, count);
        rest = &rest[count.max(1)..];
    }
}

fn mark_first(events: &mut [Event], calls: &[usize], count: usize) {
    for index in &calls[..count] {
        if let Event::Call(call) = &mut events[*index] {
            call.by_runtime = true;
        }
    }
}

/// How many of these calls are one question of the JVM's whether the kernel knows an option, wherever they stand:
/// it asks when a program first uses a channel. Its own sockets never name their protocol.
fn option_probe(events: &[Event], calls: &[usize]) -> Option<usize> {
    let [made, asked, closed] = calls.first_chunk()?.map(|index| call(events, index));
    let (made, asked, closed) = (made?, asked?, closed?);
    let is_tcp =
        matches!(made.arg("protocol"), Some(Value::Name { name, .. }) if name == "IPPROTO_TCP");
    let number = made.returned();
    let about =
        |call: &Call, name: &str| call.name == name && call.descriptor().map(i64::from) == number;
    let is_probe =
        made.name == "socket" && is_tcp && about(asked, "getsockopt") && about(closed, "close");
    is_probe.then_some(3)
}

fn call(events: &[Event], index: usize) -> Option<&Call> {
    match &events[index] {
        Event::Call(call) => Some(call),
        _ => None,
    }
}

/// How many of these calls, from the first on, are one probe.
fn probe(events: &[Event], calls: &[usize]) -> Option<usize> {
    let mut calls = calls
        .iter()
        .filter_map(|index| call(events, *index))
        .enumerate();
    let (_, first) = calls.next()?;
    match &*first.name {
        // A family that the system does not have, asked for once.
        "socket" if first.failed().is_some() => return Some(1),
        "socket" => {}
        // One end is closed at once: the JVM keeps the other, to wake threads with.
        "socketpair" => {
            let (_, next) = calls.next()?;
            return (next.name == "close").then_some(2);
        }
        _ => return None,
    }
    let made = first.returned();
    let local = matches!(first.arg("domain"), Some(Value::Name { name, .. }) if name == "AF_UNIX");
    for (index, call) in calls {
        let own = call.descriptor().map(i64::from) == made;
        match &*call.name {
            "close" if own => return Some(index + 1),
            "getsockopt" | "setsockopt" | "getsockname" | "ioctl" => {}
            // The program's own conversation.
            "connect" if local && !is_name_service(call) => return None,
            // A name service, whether it is there or not.
            "connect" | "sendto" | "sendmsg" | "recvfrom" | "recvmsg" | "read" | "write"
            | "poll"
                if local => {}
            _ => return None,
        }
    }
    None
}

/// Whether this calls a service of the system: they have their paths below /run.
fn is_name_service(call: &Call) -> bool {
    let path = call.arg("addr").map(ToString::to_string);
    let path = path.as_deref().and_then(|path| path.strip_prefix("unix:"));
    path.is_some_and(|path| path.starts_with("/run/") || path.starts_with("/var/run/"))
}
