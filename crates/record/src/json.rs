//! Events as JSON, one object per line, for other programs to read.
//!
//! Every object begins with
//!
//! - `event`: `"call"`, `"life"`, `"mark"`, `"state"`, `"packet"` or `"held"`
//! - `at`: the time, in nanoseconds since 1970 (more than 53 bits: read it as an integer); for a call, when it was entered
//! - `process`, `thread`: the ids of who did it
//!
//! A **call** goes on with
//!
//! - `name`: the system call (`"accept4"`)
//! - `text`: the whole call as a line of text, nothing cut ([`crate::text`])
//! - `left`: when it ended at the latest, or null
//! - `args`: a list of objects `{"name": …, "value": …}`, see below
//! - `outcome`: `{"type": "returned", "value": 4}`,
//!   `{"type": "failed", "errno": 111, "name": "ECONNREFUSED", "words": "connection refused"}` (name and words null when unknown),
//!   `{"type": "restarted"}` or `{"type": "unfinished"}`
//! - `ends`: null, or `{"local": …, "peer": …}`, each an address as below or null
//! - `by_runtime`: true for a call that the language's runtime made on its own account
//! - `stack`, only where stacks were asked for and one was had: `{"whole": …, "frames": […]}`, see below
//! - `kernel`, only where the kernel's functions were asked for and some were seen:
//!   a list of `{"name": …, "depth": …, "softirq": …, "noise": …}` as in [`crate::event::KernelFunction`]
//!
//! A **life** goes on with `what`:
//!
//! - `"started"`
//! - `"forked"`, with `parent`: `{"process": …, "thread": …}`
//! - `"exec"`, with `program`
//! - `"signal"` or `"killed"`, with `signal` (the number) and `name` (null when unknown)
//! - `"exited"`, with `status`
//!
//! A **mark** goes on with `what`:
//!
//! - `"said"`, with `text`
//! - `"gave"`, `"got"`, `"begin"` or `"end"`, with `name`
//! - `"saw_asleep"`, with `sleeper` (`{"process": …, "thread": …}`) and `call`
//!
//! A **state** is a TCP socket that goes from one state to another ([`crate::event::State`]). Its `process` and `thread` are
//! those in which the kernel did it, not always those whose socket it is; 0 where that is not known. It goes on with
//!
//! - `softirq`: true where it was done in a software interrupt, on top of whatever the thread did
//! - `local`, `peer`: addresses
//! - `from`, `to`: the states, as RFC 9293 writes them (`"SYN-SENT"`)
//! - `read_from_kernel`: false where it was only inferred from packets
//!
//! A **packet** ([`crate::event::Packet`]) has `process` and `thread` 0 and goes on with
//!
//! - `arrived`: when its receiver got it, where the wire is slow; null where that was at once
//! - `from`, `to`: addresses
//! - `length`: of the whole packet, its IP header included
//! - `protocol`: `"tcp"`, `"udp"`, `"icmp"`, or the number in the IP header
//! - for TCP `flags` (a list of names), `sequence`, `acknowledgement` (null without ACK), `relative_sequence`,
//!   `relative_acknowledgement` (null when the SYN was not seen), `window`; for TCP and UDP `data`, as of a value of type `bytes`
//! - for ICMP `type`, `code` and `about`: null, or `{"from": …, "to": …}` of the packet that an error is about
//!
//! A **held** is what the kernel held of a TCP socket after a call of this thread ([`crate::event::Held`]). It goes on with
//! `local`, `peer`, `state`, `receive_queue` and `send_queue`.
//!
//! A **value** is an object with a `type`:
//!
//! | type | further fields |
//! |---|---|
//! | `int`, `fd` | `value` |
//! | `null` | |
//! | `pointer` | `value`, a number |
//! | `name` | `name` (null when unknown), `value` |
//! | `flags` | `names`, `rest` (the bits without a name) |
//! | `address` | those of an address |
//! | `ip` | `value`, a string |
//! | `length` | `before`, `after` (null when not seen) |
//! | `bytes` | `text`, `hex`, `total` (how many there were; `text` may hold fewer) |
//! | `duration` | `seconds`, `nanoseconds` |
//! | `list` | `values` |
//! | `struct` | `fields`, an object from field names to values |
//!
//! An **address** has `text` (`"127.0.0.1:9000"`), `family` (`"AF_INET"`; null when not even that is known) and, by family,
//! `ip` and `port`, for AF_INET6 also `flowinfo` and `scope_id`; `path`; `abstract`; nothing for an unnamed AF_UNIX socket;
//! for any other `family_number` and `data`. `path`, `abstract` and `data` are objects `{"text": …, "hex": …}`.
//!
//! The **frames** of a stack stand from the outermost function to the innermost, each
//! `{"function": …, "layer": …, "file": …, "line": …, "inlined": …, "noise": …}` as in [`crate::event::Frame`];
//! `file` and `line` are null when unknown, `noise` is null, `"start"`, `"glue"`, `"interpreter"`, `"generated"` or `"harness"`.
//! `whole` is false where the way outwards was lost.
//!
//! Wherever bytes are written, `text` is the bytes themselves and `hex` is null if they are UTF-8.
//! If not, `text` has U+FFFD in place of what is not, and `hex` has all of them.

use crate::event::{
    Address, Call, Content, Data, Ends, Event, Frame, Held, KernelFunction, Life, Mark, Noise,
    Note, Outcome, Packet, Segment, Stack, State, Turn, Value, Who,
};
use crate::{names, text};
use serde_json::{Map, Value as Json, json};
use std::net::SocketAddr;

/// An event as one line, without a line end.
pub fn line(event: &Event) -> String {
    let mut object = Map::new();
    let who = event.who();
    let kind = match event {
        Event::Call(_) => "call",
        Event::Life(_) => "life",
        Event::Mark(_) => "mark",
        Event::State(_) => "state",
        Event::Packet(_) => "packet",
        Event::Held(_) => "held",
    };
    put(&mut object, json!({ "event": kind, "at": event.at() }));
    put(
        &mut object,
        json!({ "process": who.process, "thread": who.thread }),
    );
    put(
        &mut object,
        match event {
            Event::Call(call) => from_call(call),
            Event::Life(Life { what, .. }) => from_turn(what),
            Event::Mark(Mark { what, .. }) => from_note(what),
            Event::State(state) => from_state(state),
            Event::Packet(packet) => from_packet(packet),
            Event::Held(held) => from_held(held),
        },
    );
    Json::Object(object).to_string()
}

/// Adds the fields of one object to another.
fn put(object: &mut Map<String, Json>, fields: Json) {
    if let Json::Object(fields) = fields {
        object.extend(fields);
    }
}

fn from_call(call: &Call) -> Json {
    let arg =
        |arg: &crate::event::Arg| json!({ "name": arg.name, "value": from_value(&arg.value) });
    let mut object = json!({
        "name": call.name,
        "text": format!("{call:#}"),
        "left": call.left,
        "args": call.args.iter().map(arg).collect::<Vec<_>>(),
        "outcome": from_outcome(&call.outcome),
        "ends": call.ends.as_ref().map(from_ends),
        "by_runtime": call.by_runtime,
    });
    if let Some(stack) = &call.stack {
        object["stack"] = from_stack(stack);
    }
    if let Some(functions) = &call.kernel {
        object["kernel"] = functions.iter().map(from_kernel_function).collect();
    }
    object
}

fn from_kernel_function(function: &KernelFunction) -> Json {
    json!({
        "name": function.name,
        "depth": function.depth,
        "softirq": function.softirq,
        "noise": function.noise,
    })
}

fn from_state(state: &State) -> Json {
    json!({
        "softirq": state.context.is_some_and(|context| context.softirq),
        "local": from_address(&Address::Inet(state.local)),
        "peer": from_address(&Address::Inet(state.peer)),
        "from": state.from.name(),
        "to": state.to.name(),
        "read_from_kernel": state.read_from_kernel,
    })
}

fn from_packet(packet: &Packet) -> Json {
    let address = |address| from_address(&Address::Inet(address));
    let mut object = Map::new();
    put(
        &mut object,
        json!({
            "arrived": packet.arrived,
            "from": address(packet.from),
            "to": address(packet.to),
            "length": packet.length,
        }),
    );
    let what = match &packet.what {
        Content::Tcp(segment) => json!({
            "protocol": "tcp",
            "flags": text::control_bits(segment.flags),
            "sequence": segment.sequence,
            "acknowledgement": segment.has(Segment::ACK).then_some(segment.acknowledgement),
            "relative_sequence": segment.relative_sequence,
            "relative_acknowledgement": segment.relative_acknowledgement,
            "window": segment.window,
            "data": from_data(&segment.data),
        }),
        Content::Udp { data } => json!({ "protocol": "udp", "data": from_data(data) }),
        Content::Icmp { kind, code, about } => json!({
            "protocol": "icmp",
            "type": kind,
            "code": code,
            "about": about.map(|(from, to)| json!({ "from": address(from), "to": address(to) })),
        }),
        Content::Other(number) => json!({ "protocol": number }),
    };
    put(&mut object, what);
    Json::Object(object)
}

fn from_data(data: &Data) -> Json {
    let mut object = Map::new();
    put(&mut object, json!({ "type": "bytes" }));
    put(&mut object, from_bytes(&data.first));
    put(&mut object, json!({ "total": data.total }));
    Json::Object(object)
}

fn from_held(held: &Held) -> Json {
    json!({
        "local": from_address(&Address::Inet(held.local)),
        "peer": from_address(&Address::Inet(held.peer)),
        "state": held.state.name(),
        "receive_queue": held.receive_queue,
        "send_queue": held.send_queue,
    })
}

fn from_stack(stack: &Stack) -> Json {
    let frame = |frame: &Frame| {
        let noise = frame.noise.map(|noise| match noise {
            Noise::Start => "start",
            Noise::Glue => "glue",
            Noise::Interpreter => "interpreter",
            Noise::Generated => "generated",
            Noise::Harness => "harness",
        });
        json!({
            "function": frame.function,
            "layer": frame.layer,
            "file": frame.file,
            "line": frame.line,
            "inlined": frame.inlined,
            "noise": noise,
        })
    };
    json!({
        "whole": stack.whole,
        "frames": stack.frames.iter().map(frame).collect::<Vec<_>>(),
    })
}

fn from_outcome(outcome: &Outcome) -> Json {
    match *outcome {
        Outcome::Returned(value) => json!({ "type": "returned", "value": value }),
        Outcome::Failed(errno) => json!({
            "type": "failed",
            "errno": errno,
            "name": text::errno_name(errno),
            "words": text::errno_words(errno),
        }),
        Outcome::Restarted => json!({ "type": "restarted" }),
        Outcome::Unfinished => json!({ "type": "unfinished" }),
    }
}

fn from_ends(ends: &Ends) -> Json {
    json!({
        "local": ends.local.as_ref().map(from_address),
        "peer": ends.peer.as_ref().map(from_address),
    })
}

fn from_turn(turn: &Turn) -> Json {
    let signal =
        |what, signal| json!({ "what": what, "signal": signal, "name": text::signal_name(signal) });
    match turn {
        Turn::Started => json!({ "what": "started" }),
        Turn::Forked { parent } => json!({ "what": "forked", "parent": from_who(*parent) }),
        Turn::Exec { program } => json!({ "what": "exec", "program": program }),
        Turn::Signal(number) => signal("signal", *number),
        Turn::Exited { status } => json!({ "what": "exited", "status": status }),
        Turn::Killed { signal: number } => signal("killed", *number),
    }
}

fn from_note(note: &Note) -> Json {
    match note {
        Note::Said(text) => json!({ "what": "said", "text": text }),
        Note::Gave(name) => json!({ "what": "gave", "name": name }),
        Note::Got(name) => json!({ "what": "got", "name": name }),
        Note::SawAsleep { sleeper, call } => {
            json!({ "what": "saw_asleep", "sleeper": from_who(*sleeper), "call": call })
        }
        Note::Begin(name) => json!({ "what": "begin", "name": name }),
        Note::End(name) => json!({ "what": "end", "name": name }),
    }
}

fn from_who(who: Who) -> Json {
    json!({ "process": who.process, "thread": who.thread })
}

fn from_value(value: &Value) -> Json {
    match value {
        Value::Int(value) => json!({ "type": "int", "value": value }),
        Value::Fd(fd) => json!({ "type": "fd", "value": fd }),
        Value::Null => json!({ "type": "null" }),
        Value::Pointer(address) => json!({ "type": "pointer", "value": address }),
        Value::Name { name, raw } => {
            let name = Some(name).filter(|name| !name.is_empty());
            json!({ "type": "name", "name": name, "value": raw })
        }
        Value::Flags { names, rest } => json!({ "type": "flags", "names": names, "rest": rest }),
        Value::Address(address) => {
            let mut object = Map::new();
            put(&mut object, json!({ "type": "address" }));
            put(&mut object, from_address(address));
            Json::Object(object)
        }
        Value::Ip(ip) => json!({ "type": "ip", "value": ip.to_string() }),
        Value::Length { before, after } => {
            json!({ "type": "length", "before": before, "after": after })
        }
        Value::Bytes { data, total } => {
            let mut object = Map::new();
            put(&mut object, json!({ "type": "bytes" }));
            put(&mut object, from_bytes(data));
            put(&mut object, json!({ "total": total }));
            Json::Object(object)
        }
        Value::Duration {
            seconds,
            nanoseconds,
        } => {
            json!({ "type": "duration", "seconds": seconds, "nanoseconds": nanoseconds })
        }
        Value::List(values) => {
            json!({ "type": "list", "values": values.iter().map(from_value).collect::<Vec<_>>() })
        }
        Value::Struct(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| ((*name).into(), from_value(value)));
            json!({ "type": "struct", "fields": fields.collect::<Map<_, _>>() })
        }
    }
}

fn from_address(address: &Address) -> Json {
    let text = address.to_string();
    match address {
        Address::Inet(SocketAddr::V4(v4)) => json!({
            "text": text,
            "family": "AF_INET",
            "ip": v4.ip().to_string(),
            "port": v4.port(),
        }),
        Address::Inet(SocketAddr::V6(v6)) => json!({
            "text": text,
            "family": "AF_INET6",
            "ip": v6.ip().to_string(),
            "port": v6.port(),
            "flowinfo": v6.flowinfo(),
            "scope_id": v6.scope_id(),
        }),
        Address::UnixPath(path) => {
            json!({ "text": text, "family": "AF_UNIX", "path": from_bytes(path) })
        }
        Address::UnixAbstract(name) => {
            json!({ "text": text, "family": "AF_UNIX", "abstract": from_bytes(name) })
        }
        Address::UnixUnnamed => json!({ "text": text, "family": "AF_UNIX" }),
        Address::Other { family, data } => json!({
            "text": text,
            "family": family.and_then(names::family),
            "family_number": family,
            "data": from_bytes(data),
        }),
    }
}

fn from_bytes(bytes: &[u8]) -> Json {
    match str::from_utf8(bytes) {
        Ok(text) => json!({ "text": text, "hex": null }),
        Err(_) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            json!({ "text": String::from_utf8_lossy(bytes), "hex": hex })
        }
    }
}
