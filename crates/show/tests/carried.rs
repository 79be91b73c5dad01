//! Whatever call carries the bytes, a cause stands before its effect: each send before the receive that brings its bytes,
//! and the close before the receive that finds the end.

use std::borrow::Cow;

use proptest::prelude::*;
use proptest::sample::Index;
use record::calls::{self, CALLS};
use record::event::{Address, Call, Ends, Event, Outcome, Value, Who};
use record::role::Role;
use show::order::{Lane, Part, Row, causal};

/// The two sides, as places in lists. Side n is process n + 1.
const RECEIVER: Side = 0;
const SENDER: Side = 1;
/// The socket of each of the two, and the one that listens.
const SOCKET: i32 = 4;
const LISTENER: i32 = 3;

/// The calls of the table that send, or that receive; a call that moves does both.
fn calls_that(role: Role) -> Vec<&'static str> {
    let calls = CALLS.iter();
    let calls = calls.filter(|call| [role, Role::Moves].contains(&call.role));
    calls.map(|call| call.name).collect()
}

#[test]
fn these_calls_carry_bytes_and_no_others() {
    let mut sends = calls_that(Role::Sends);
    let mut receives = calls_that(Role::Receives);
    sends.sort_unstable();
    receives.sort_unstable();
    assert_eq!(
        sends,
        [
            "sendfile", "sendmmsg", "sendmsg", "sendto", "splice", "write", "writev"
        ]
    );
    assert_eq!(
        receives,
        [
            "read", "readv", "recvfrom", "recvmmsg", "recvmsg", "sendfile", "splice"
        ]
    );
}

fn who(side: Side) -> Who {
    let process = side as i32 + 1;
    Who {
        process,
        thread: process,
    }
}

fn address(port: u16) -> Value {
    Value::Address(Address::Inet(([127, 0, 0, 1], port).into()))
}

/// A call that is over, without its times.
fn call(side: Side, name: &'static str, args: Vec<(&'static str, Value)>, returned: i64) -> Call {
    Call {
        who: who(side),
        name: Cow::Borrowed(name),
        role: calls::role(name),
        entered: 0,
        left: None,
        args: calls::args(name, args),
        outcome: Outcome::Returned(returned),
        ends: None,
        by_runtime: false,
        stack: None,
        kernel: None,
    }
}

fn on(side: Side, name: &'static str, fd: i32, returned: i64) -> Call {
    call(side, name, vec![("sockfd", Value::Fd(fd))], returned)
}

fn with_ends(mut call: Call, local: u16, peer: u16) -> Call {
    let end = |port: u16| Some(Address::Inet(([127, 0, 0, 1], port).into()));
    call.ends = Some(Ends {
        local: end(local),
        peer: end(peer),
    });
    call
}

/// A call on [`SOCKET`] that carries messages of these lengths, with the arguments that the manual page has.
///
/// Only sendmmsg and recvmmsg carry several; of the others it is one message as long as all together.
/// `other` is the address of the other end, where the call has room for one.
fn carrying(side: Side, name: &'static str, lengths: &[u64], other: Option<u16>) -> Call {
    let other = || other.map_or(Value::Null, address);
    let header = || Value::Struct(vec![("msg_name", other())]);
    let message = |length: &u64| {
        let length = Value::Int(*length as i64);
        Value::Struct(vec![("msg_hdr", header()), ("msg_len", length)])
    };
    let total = lengths.iter().sum::<u64>() as i64;
    let fd = Value::Fd(SOCKET);
    // What is no socket of this record: a file, a pipe.
    let elsewhere = Value::Fd(9);
    let (args, returned) = match (name, side) {
        ("sendmmsg" | "recvmmsg", _) => {
            let messages = Value::List(lengths.iter().map(message).collect());
            let args = vec![("sockfd", fd), ("msgvec", messages)];
            (args, lengths.len() as i64)
        }
        ("sendmsg" | "recvmsg", _) => (vec![("sockfd", fd), ("msg", header())], total),
        ("sendfile", SENDER) => (vec![("out_fd", fd), ("in_fd", elsewhere)], total),
        ("sendfile", _) => (vec![("out_fd", elsewhere), ("in_fd", fd)], total),
        ("splice", SENDER) => (vec![("fd_in", elsewhere), ("fd_out", fd)], total),
        ("splice", _) => (vec![("fd_in", fd), ("fd_out", elsewhere)], total),
        ("sendto", _) => (vec![("sockfd", fd), ("dest_addr", other())], total),
        ("recvfrom", _) => (vec![("sockfd", fd), ("src_addr", other())], total),
        _ => (vec![("fd", fd)], total),
    };
    call(side, name, args, returned)
}

/// Who of the two, as a place in a list.
type Side = usize;

/// A call: whose, and the how many-th.
type Place = (Side, usize);

/// A run: what each of the two does, and what must stand before what.
#[derive(Debug)]
struct Run {
    calls: [Vec<Call>; 2],
    /// A call, and another in which it must have begun before this one ends.
    needs: Vec<(Place, Place)>,
}

impl Run {
    fn new(receiver: Vec<Call>, sender: Vec<Call>) -> Run {
        Run {
            calls: [receiver, sender],
            needs: Vec::new(),
        }
    }

    /// Where the next call of this side will stand.
    fn next(&self, side: Side) -> Place {
        (side, self.calls[side].len())
    }

    fn push(&mut self, side: Side, call: Call) {
        self.calls[side].push(call);
    }

    /// The sender waits until the receiver has come as far as this, and tells it.
    fn turn_back(&mut self) {
        let (told, asks) = (self.next(SENDER), self.next(RECEIVER));
        self.needs.push((told, asks));
        self.push(RECEIVER, carrying(RECEIVER, "sendto", &[1], Some(40000)));
        self.push(SENDER, carrying(SENDER, "recvfrom", &[1], Some(9000)));
    }
}

/// What is sent before the sender waits for the receiver: how many bytes with each call, message by message.
type Turn = Vec<Vec<u64>>;

/// Bytes over a connection: sent in these pieces, and received in others, however many calls that takes.
fn stream(sends: &'static str, turns: &[Turn], receives: &'static str, room: &[u64]) -> Run {
    // Who receives has connected: so nothing but the bytes holds it up.
    let connect = with_ends(on(RECEIVER, "connect", SOCKET, 0), 40000, 9000);
    let accept = with_ends(on(SENDER, "accept4", LISTENER, SOCKET.into()), 9000, 40000);
    let mut run = Run::new(vec![connect], vec![accept]);
    run.needs.push(((SENDER, 0), (RECEIVER, 0)));
    // Each send with the number of its first byte.
    let mut starts = Vec::new();
    let (mut sent, mut received) = (0, 0);
    let mut room = room.iter().cycle();
    for turn in turns {
        for lengths in turn {
            starts.push((run.next(SENDER), sent));
            sent += lengths.iter().sum::<u64>();
            run.push(SENDER, carrying(SENDER, sends, lengths, None));
        }
        while received < sent {
            let length = (sent - received).min(*room.next().unwrap_or(&1));
            received += length;
            // Two messages, where the call can have them.
            let lengths = [length - length / 2, length / 2];
            let lengths: Vec<u64> = lengths.into_iter().filter(|length| *length > 0).collect();
            let brought = starts.iter().filter(|(_, start)| *start < received);
            let effect = run.next(RECEIVER);
            (run.needs).extend(brought.map(|(cause, _)| (effect, *cause)));
            run.push(RECEIVER, carrying(RECEIVER, receives, &lengths, None));
        }
        run.turn_back();
    }
    // The end: the sender closes, and the receiver finds nothing more.
    run.needs.push((run.next(RECEIVER), run.next(SENDER)));
    run.push(SENDER, on(SENDER, "close", SOCKET, 0));
    run.push(RECEIVER, carrying(RECEIVER, receives, &[0], None));
    run
}

/// Datagrams: sent so many with each call, and received in the same order, so many with each call.
fn datagrams(sends: &'static str, turns: &[Turn], receives: &'static str, at_once: usize) -> Run {
    let kind = || Value::Flags {
        names: vec![Cow::Borrowed("SOCK_DGRAM")],
        rest: 0,
    };
    let socket = |side| call(side, "socket", vec![("type", kind())], SOCKET.into());
    let bound = vec![("sockfd", Value::Fd(SOCKET)), ("addr", address(9000))];
    let bind = call(RECEIVER, "bind", bound, 0);
    let connect = with_ends(on(SENDER, "connect", SOCKET, 0), 40000, 9000);
    let mut run = Run::new(vec![socket(RECEIVER), bind], vec![socket(SENDER), connect]);
    let at_once = if receives == "recvmmsg" { at_once } else { 1 };
    for turn in turns {
        // Each datagram with the call that sent it.
        let mut all = Vec::new();
        for lengths in turn {
            let lengths = if sends == "sendmmsg" {
                lengths
            } else {
                &lengths[..1]
            };
            all.extend(lengths.iter().map(|length| (*length, run.next(SENDER))));
            run.push(SENDER, carrying(SENDER, sends, lengths, Some(9000)));
        }
        for some in all.chunks(at_once) {
            let lengths: Vec<u64> = some.iter().map(|(length, _)| *length).collect();
            let effect = run.next(RECEIVER);
            (run.needs).extend(some.iter().map(|(_, cause)| (effect, *cause)));
            run.push(
                RECEIVER,
                carrying(RECEIVER, receives, &lengths, Some(40000)),
            );
        }
        run.turn_back();
    }
    run
}

/// Lets the two go on side by side, in any way in which each effect ends after its cause has begun,
/// and writes down what was seen. Gives the record and, for each need, the places of effect and cause in it.
fn played(run: Run, whose: &[bool], shuffle: &[Index]) -> (Vec<Event>, Vec<(usize, usize)>) {
    let mut calls = run.calls;
    // Each call has two moments; how many each side has behind it.
    let mut done = [0, 0];
    let mut whose = whose.iter().cycle();
    for now in 1.. {
        let can = |side: Side| {
            let at = done[side] / 2;
            let mut causes = run.needs.iter().filter(|(effect, _)| *effect == (side, at));
            let waits = causes.any(|(_, (by, cause))| done[*by] <= cause * 2);
            at < calls[side].len() && !(done[side] % 2 == 1 && waits)
        };
        let wanted = usize::from(*whose.next().unwrap_or(&true));
        let Some(side) = [wanted, 1 - wanted].into_iter().find(|side| can(*side)) else {
            break;
        };
        let call = &mut calls[side][done[side] / 2];
        match done[side] % 2 {
            0 => call.entered = now,
            _ => call.left = Some(now),
        }
        done[side] += 1;
    }
    // The record may have its calls in any order: their times tell which was when.
    let mut order: Vec<Place> = Vec::new();
    for (side, calls) in calls.iter().enumerate() {
        order.extend((0..calls.len()).map(|at| (side, at)));
    }
    for (at, with) in shuffle.iter().enumerate().take(order.len()) {
        order.swap(at, with.index(calls[0].len() + calls[1].len()));
    }
    let place = |of: &Place| order.iter().position(|at| at == of).expect("it was played");
    let needs = run.needs.iter();
    let needs = needs.map(|(effect, cause)| (place(effect), place(cause)));
    let needs = needs.collect();
    let events = order
        .iter()
        .map(|(side, at)| Event::Call(calls[*side][*at].clone()));
    (events.collect(), needs)
}

fn lanes() -> Vec<Lane> {
    [("receiver", RECEIVER), ("sender", SENDER)]
        .map(|(name, side)| Lane {
            name: name.into(),
            processes: vec![who(side).process],
        })
        .to_vec()
}

/// Whether the row in which the cause begins stands above the one in which the effect ends.
fn stands_before(rows: &[Row], cause: usize, effect: usize) -> bool {
    let begins = |row: &Row| row.event == cause && row.part != Part::Exit;
    let ends = |row: &Row| row.event == effect && !matches!(row.part, Part::Entry { .. });
    let found = rows.iter().position(begins).zip(rows.iter().position(ends));
    found.is_some_and(|(cause, effect)| cause < effect)
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let lengths = proptest::collection::vec(1_u64..50, 1..4);
    let turn = proptest::collection::vec(lengths, 1..4);
    proptest::collection::vec(turn, 1..4)
}

/// Whether each of the needs is met, whichever lane is the first.
fn check(run: Run, whose: &[bool], shuffle: &[Index]) -> Result<(), TestCaseError> {
    let (events, needs) = played(run, whose, shuffle);
    let mut lanes = lanes();
    for _ in 0..2 {
        let rows = causal(&events, &lanes, false);
        for (effect, cause) in &needs {
            prop_assert!(
                stands_before(&rows, *cause, *effect),
                "{:?} is not above {:?}",
                events[*cause],
                events[*effect]
            );
        }
        lanes.reverse();
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_cause_stands_before_its_effect_whichever_calls_carry_the_bytes(
        turns in turns(),
        room in proptest::collection::vec(1_u64..80, 1..4),
        at_once in 1_usize..4,
        whose in proptest::collection::vec(any::<bool>(), 1..40),
        shuffle in proptest::collection::vec(any::<Index>(), 0..20),
    ) {
        for sends in calls_that(Role::Sends) {
            for receives in calls_that(Role::Receives) {
                check(stream(sends, &turns, receives, &room), &whose, &shuffle)?;
                check(datagrams(sends, &turns, receives, at_once), &whose, &shuffle)?;
            }
        }
    }
}
