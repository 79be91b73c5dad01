//! The rows of a drawing stand in the order of cause and effect, whatever the clock says of the rest.

use std::borrow::Cow;

use proptest::prelude::*;
use record::event::{Address, Arg, Call, Ends, Event, Life, Mark, Note, Outcome, Turn, Value, Who};
use show::lanes::{Style, draw};
use show::order::{Lane, Part, Row, by_time, causal, waited};

const SERVER: i32 = 100;
const CLIENT: i32 = 200;

fn who(process: i32) -> Who {
    Who {
        process,
        thread: process,
    }
}

fn lanes() -> Vec<Lane> {
    [("server", SERVER), ("client", CLIENT)]
        .map(|(name, process)| Lane {
            name: name.into(),
            processes: vec![process],
        })
        .to_vec()
}

fn address(port: u16) -> Address {
    Address::Inet(([127, 0, 0, 1], port).into())
}

/// A call of a process on a descriptor, from one time to another.
fn call(process: i32, name: &'static str, fd: i32, times: (u64, u64), returned: i64) -> Call {
    Call {
        who: who(process),
        name: Cow::Borrowed(name),
        entered: times.0,
        left: Some(times.1),
        args: vec![Arg {
            name: "sockfd",
            value: Value::Fd(fd),
        }],
        outcome: Outcome::Returned(returned),
        ends: None,
        by_runtime: false,
        stack: None,
        kernel: None,
    }
}

fn connected(mut call: Call, local: u16, peer: u16) -> Event {
    call.ends = Some(Ends {
        local: Some(address(local)),
        peer: Some(address(peer)),
    });
    Event::Call(call)
}

fn mark(process: i32, at: u64, what: Note) -> Event {
    Event::Mark(Mark {
        at,
        who: who(process),
        what,
    })
}

/// hello and the end of it: what the two did, at these times. Ten times are enough for both.
fn hello(t: &[u64]) -> Vec<Event> {
    let mut events = vec![
        Event::Call(call(SERVER, "listen", 3, (t[0], t[1]), 0)),
        mark(SERVER, t[2], Note::Gave("listening".into())),
        mark(CLIENT, t[3], Note::Got("listening".into())),
        connected(call(SERVER, "accept", 3, (t[4], t[9]), 4), 9000, 40000),
        connected(call(CLIENT, "connect", 3, (t[5], t[6]), 0), 40000, 9000),
        Event::Call(call(CLIENT, "sendto", 3, (t[7], t[8]), 5)),
        Event::Call(call(SERVER, "recvfrom", 4, (t[10], t[11]), 5)),
        Event::Call(call(CLIENT, "close", 3, (t[12], t[13]), 0)),
        Event::Call(call(SERVER, "recvfrom", 4, (t[14], t[15]), 0)),
    ];
    events.sort_by_key(Event::at);
    events
}

/// The rows as `server listen`, `server accept…` (an entry), `server …accept` (an exit).
fn names(events: &[Event], rows: &[Row]) -> Vec<String> {
    let names = rows.iter().map(|row| {
        let Event::Call(call) = &events[row.event] else {
            return "a mark".to_owned();
        };
        let lane = ["server", "client"][row.lane];
        match row.part {
            Part::Whole => format!("{lane} {}", call.name),
            Part::Entry { .. } => format!("{lane} {}…", call.name),
            _ => format!("{lane} …{}", call.name),
        }
    });
    names.collect()
}

const IN_ORDER: [u64; 16] = [
    10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160,
];

#[test]
fn a_row_stands_after_its_cause_and_a_lane_goes_on_as_long_as_it_can() {
    let events = hello(&IN_ORDER);
    let rows = causal(&events, &lanes(), false);
    let expected = [
        "server listen",
        "server accept…",
        "client connect",
        "client sendto",
        "client close",
        "server …accept",
        "server recvfrom",
        "server recvfrom",
    ];
    assert_eq!(names(&events, &rows), expected);
}

#[test]
fn by_time_the_rows_stand_as_they_were_seen() {
    let events = hello(&IN_ORDER);
    let rows = by_time(&events, &lanes(), false);
    let expected = [
        "server listen",
        "server accept…",
        "client connect",
        "client sendto",
        "server …accept",
        "server recvfrom",
        "client close",
        "server recvfrom",
    ];
    assert_eq!(names(&events, &rows), expected);
}

#[test]
fn a_call_waited_if_what_it_brought_came_later() {
    let waits = |events: &[Event]| -> Vec<String> {
        let waited = waited(events, &lanes());
        let calls = waited.into_iter().filter_map(|index| match &events[index] {
            Event::Call(call) => Some(call.name.to_string()),
            _ => None,
        });
        calls.collect()
    };
    // accept was entered at 50 and connect at 60: it waited. The recv at 110 found what was sent at 80.
    assert_eq!(waits(&hello(&IN_ORDER)), ["accept"]);
    // accept entered at 75, after connect: nothing to wait for.
    let mut late = IN_ORDER;
    late[4] = 75;
    assert_eq!(waits(&hello(&late)), Vec::<String>::new());
}

#[test]
fn a_sleeper_that_was_seen_is_drawn_before_who_saw_it() {
    let mut events = hello(&IN_ORDER);
    let saw = Note::SawAsleep {
        sleeper: who(SERVER),
        call: "accept".into(),
    };
    events.push(mark(CLIENT, 55, saw));
    events.sort_by_key(Event::at);
    let rows = causal(&events, &lanes(), false);
    let accept = rows
        .iter()
        .find(|row| row.part == Part::Entry { asleep: true });
    assert!(accept.is_some(), "{:?}", names(&events, &rows));
    let text = draw(
        &events,
        &rows,
        &lanes(),
        &Style {
            width: 100,
            ..Style::default()
        },
    );
    assert!(text.contains("accept(3) … sleeps\n"), "{text}");
}

/// A socketpair, one end of which a child has: neither end has an address.
#[test]
fn the_ends_of_a_socketpair_are_known_without_a_name() {
    let pair = Value::List(vec![Value::Fd(3), Value::Fd(4)]);
    let mut made = call(SERVER, "socketpair", 0, (10, 11), 0);
    made.args = vec![Arg {
        name: "sv",
        value: pair,
    }];
    let born = Life {
        at: 12,
        who: who(CLIENT),
        what: Turn::Forked {
            parent: who(SERVER),
        },
    };
    let events = [
        Event::Call(made),
        Event::Life(born),
        Event::Call(call(SERVER, "recvfrom", 3, (13, 30), 5)),
        Event::Call(call(CLIENT, "sendto", 4, (20, 21), 5)),
        Event::Call(call(SERVER, "sendto", 3, (31, 32), 2)),
        Event::Call(call(CLIENT, "recvfrom", 4, (22, 33), 2)),
    ];
    let rows = causal(&events, &lanes(), false);
    let shown: Vec<(usize, Part)> = rows.iter().map(|row| (row.event, row.part)).collect();
    let entry = Part::Entry { asleep: false };
    let expected = [
        (0, Part::Whole),
        (2, entry),
        (3, Part::Whole),
        (5, entry),
        (2, Part::Exit),
        (4, Part::Whole),
        (5, Part::Exit),
    ];
    assert_eq!(shown, expected);
}

#[test]
fn no_line_is_wider_than_the_screen_and_every_row_is_drawn() {
    let events = hello(&IN_ORDER);
    let rows = causal(&events, &lanes(), false);
    for width in [40, 60, 79, 80, 81, 100] {
        let text = draw(
            &events,
            &rows,
            &lanes(),
            &Style {
                width,
                ..Style::default()
            },
        );
        assert!(
            text.lines().all(|line| line.chars().count() <= width),
            "{width}\n{text}"
        );
        assert_eq!(text.matches("recvfrom(4").count(), 2, "{text}");
        assert_eq!(
            text.contains("client: connect(3)"),
            width < 80,
            "{width}\n{text}"
        );
    }
}

/// Times that keep what must be kept: each lane's own order, and each effect's exit after its cause's entry.
fn times() -> impl Strategy<Value = Vec<u64>> {
    proptest::collection::vec(1_u64..1000, 16).prop_map(|gaps| {
        let mut t = [0; 16];
        // Each time with those it must come after.
        let after: [&[usize]; 16] = [
            &[],
            &[0],
            &[1],
            &[2],
            &[2],
            &[3],
            &[5],
            &[6],
            &[7],
            &[4, 5],
            &[9],
            &[10, 7],
            &[8],
            &[12],
            &[11],
            &[14, 12],
        ];
        for (index, before) in after.iter().enumerate() {
            t[index] = before.iter().map(|b| t[*b]).max().unwrap_or(0) + gaps[index];
        }
        // No two moments at one time: the clock counts nanoseconds.
        t.iter()
            .enumerate()
            .map(|(index, time)| time * 16 + index as u64)
            .collect()
    })
}

proptest! {
    #[test]
    fn the_same_causes_give_the_same_drawing_whatever_the_clock_says(once in times(), again in times()) {
        let (once, again) = (hello(&once), hello(&again));
        let rows = |events: &[Event]| names(events, &causal(events, &lanes(), false));
        prop_assert_eq!(rows(&once), rows(&again));
    }

    #[test]
    fn every_moment_of_every_call_is_drawn_once(t in times()) {
        let events = hello(&t);
        for rows in [causal(&events, &lanes(), false), by_time(&events, &lanes(), false)] {
            let moments: usize = rows.iter().map(|row| if row.part == Part::Whole { 2 } else { 1 }).sum();
            prop_assert_eq!(moments, 14);
        }
    }
}

/// A call on a socket for datagrams, with its address argument.
fn datagram(mut call: Call, argument: &'static str, port: u16) -> Event {
    let value = Value::Address(address(port));
    call.args.push(Arg {
        name: argument,
        value,
    });
    Event::Call(call)
}

fn datagram_socket(process: i32, times: (u64, u64)) -> Event {
    let mut call = call(process, "socket", 0, times, 3);
    call.args = vec![Arg {
        name: "type",
        value: Value::Flags {
            names: vec![Cow::Borrowed("SOCK_DGRAM")],
            rest: 0,
        },
    }];
    Event::Call(call)
}

/// The client has no address until it sends, and the record learns it from the server's recvfrom.
/// The tracer may hear late of a return, as here of the server's: the answer has come before.
#[test]
fn a_datagram_and_its_answer_are_cause_and_effect() {
    let hello = |server_returned: u64| {
        vec![
            datagram_socket(SERVER, (10, 11)),
            datagram(call(SERVER, "bind", 3, (12, 13), 0), "addr", 9000),
            datagram_socket(CLIENT, (14, 15)),
            datagram(
                call(SERVER, "recvfrom", 3, (20, server_returned), 5),
                "src_addr",
                40000,
            ),
            datagram(call(CLIENT, "sendto", 3, (30, 31), 5), "dest_addr", 9000),
            datagram(call(CLIENT, "recvfrom", 3, (32, 60), 2), "src_addr", 9000),
            datagram(call(SERVER, "sendto", 3, (50, 51), 2), "dest_addr", 40000),
            Event::Call(call(CLIENT, "close", 3, (70, 71), 0)),
        ]
    };
    let expected = [
        "server socket",
        "server bind",
        "server recvfrom…",
        "client socket",
        "client sendto",
        "client recvfrom…",
        "server …recvfrom",
        "server sendto",
        "client …recvfrom",
        "client close",
    ];
    for server_returned in [31, 40, 49] {
        let events = hello(server_returned);
        let rows = causal(&events, &lanes(), false);
        assert_eq!(names(&events, &rows), expected, "{server_returned}");
        // Both recvfroms began before the send that woke them.
        assert_eq!(waited(&events, &lanes()), [3, 5]);
    }
}

/// A stranger's datagram to a connected socket goes nowhere: it is not what the socket received.
#[test]
fn a_datagram_of_somebody_else_is_no_cause() {
    let events = vec![
        datagram_socket(SERVER, (1, 2)),
        datagram(call(SERVER, "bind", 3, (3, 4), 0), "addr", 9000),
        datagram_socket(CLIENT, (5, 6)),
        connected(call(CLIENT, "connect", 3, (7, 8), 0), 40000, 9001),
        datagram(call(SERVER, "sendto", 3, (10, 11), 4), "dest_addr", 40000),
        Event::Call(call(CLIENT, "recvfrom", 3, (9, 30), 4)),
    ];
    assert!(waited(&events, &lanes()).is_empty());
}
