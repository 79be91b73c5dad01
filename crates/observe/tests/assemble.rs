//! The record that comes of what a run has left.

use observe::assemble::{Sources, assemble};
use observe::kernel::trace::Trace;
use observe::{Known, Record};
use record::calls;
use record::event::{
    Call, Context, Event, Held, Life, Mark, Note, Outcome, TcpState, Time, Turn, Value, Who,
};
use std::collections::HashMap;
use std::net::SocketAddr;

const FIRST: Who = Who {
    process: 1,
    thread: 1,
};
const SECOND: Who = Who {
    process: 1,
    thread: 2,
};

fn call(who: Who, fd: i32, entered: Time, left: Option<Time>) -> Call {
    Call {
        who,
        name: "recvfrom".into(),
        entered,
        left,
        role: calls::role("recvfrom"),
        args: calls::args("recvfrom", [("sockfd", Value::Fd(fd))]),
        outcome: Outcome::Returned(1),
        ends: None,
        by_runtime: false,
        stack: None,
        kernel: None,
    }
}

fn mark(who: Who, at: Time) -> Mark {
    Mark {
        at,
        who,
        what: Note::Said("here".into()),
    }
}

/// A thread of that process, but nobody knows which.
fn unknown() -> Who {
    Who { thread: 0, ..FIRST }
}

fn kinds(record: &Record) -> Vec<(&'static str, Time, Who)> {
    let kind = |event: &Event| match event {
        Event::Call(_) => "call",
        Event::Life(_) => "life",
        Event::Mark(_) => "mark",
        Event::State(_) => "state",
        Event::Packet(_) => "packet",
        Event::Held(_) => "held",
    };
    let events = record.events.iter();
    events
        .map(|event| (kind(event), event.at(), event.who()))
        .collect()
}

#[test]
fn all_is_in_order_of_time_and_what_happens_at_once_in_that_of_the_sources() {
    let nobody = SocketAddr::from(([0; 4], 0));
    let record = assemble(Sources {
        calls: vec![call(SECOND, 3, 20, Some(30)), call(FIRST, 3, 10, Some(40))],
        lives: vec![Life {
            at: 20,
            who: SECOND,
            what: Turn::Started,
        }],
        held: vec![Held {
            at: 20,
            who: SECOND,
            local: nobody,
            peer: nobody,
            state: TcpState::Established,
            receive_queue: 0,
            send_queue: 0,
        }],
        known: Known {
            marks: vec![mark(SECOND, 20), mark(FIRST, 5)],
            ..Known::default()
        },
        ..Sources::default()
    });
    let expected = [
        ("mark", 5, FIRST),
        ("call", 10, FIRST),
        ("life", 20, SECOND),
        ("call", 20, SECOND),
        ("held", 20, SECOND),
        ("mark", 20, SECOND),
    ];
    assert_eq!(kinds(&record), expected);
}

#[test]
fn a_mark_without_a_thread_goes_to_the_last_call_that_is_part_of_the_run() {
    let record = assemble(Sources {
        // The second is hidden, the third one's thread is in it when the mark comes.
        calls: vec![
            call(FIRST, 3, 10, Some(15)),
            call(SECOND, 9, 20, Some(25)),
            call(SECOND, 3, 40, Some(60)),
        ],
        hide: Some(9),
        known: Known {
            marks: [5, 30, 50].map(|at| mark(unknown(), at)).into(),
            ..Known::default()
        },
        ..Sources::default()
    });
    let expected = [
        ("mark", 5, FIRST),
        ("call", 10, FIRST),
        ("mark", 30, FIRST),
        ("mark", 39, SECOND),
        ("call", 40, SECOND),
    ];
    assert_eq!(kinds(&record), expected);
}

#[test]
fn what_came_before_a_process_had_begun_is_left_out_but_tells_whose_its_threads_are() {
    let text = " a-2 [000] .....  0.000150: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP \
                sport=1 dport=2 saddr=127.0.0.1 daddr=127.0.0.1 oldstate=TCP_SYN_SENT newstate=TCP_ESTABLISHED\n";
    let record = assemble(Sources {
        calls: vec![call(SECOND, 3, 10, Some(20))],
        lives: vec![Life {
            at: 5,
            who: FIRST,
            what: Turn::Started,
        }],
        kernel: Some(Trace {
            text: text.into(),
            ahead: 0,
        }),
        known: Known {
            begun: HashMap::from([(1, 100)]),
            ..Known::default()
        },
        ..Sources::default()
    });
    let [Event::State(state)] = &record.events[..] else {
        panic!("{:?}", record.events);
    };
    let context = Context {
        who: SECOND,
        softirq: false,
    };
    assert_eq!(state.context, Some(context));
}

#[test]
fn a_run_that_is_broken_off_ends_there() {
    let record = assemble(Sources {
        calls: vec![
            call(FIRST, 3, 10, Some(20)),
            call(FIRST, 3, 30, Some(50)),
            call(SECOND, 3, 45, Some(46)),
        ],
        known: Known {
            marks: vec![mark(FIRST, 41)],
            end: Some(40),
            ..Known::default()
        },
        ..Sources::default()
    });
    let calls: Vec<_> = record
        .events
        .iter()
        .map(|event| match event {
            Event::Call(call) => (call.entered, call.left, call.outcome.clone()),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        (10, Some(20), Outcome::Returned(1)),
        (30, None, Outcome::Unfinished),
    ];
    assert_eq!(calls, expected);
}
