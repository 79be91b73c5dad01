//! A record as the lens would keep it: a server and a client, hello, and an orderly close, with its packets.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;

use record::event::{
    Address, Arg, Call, Content, Data, Ends, Event, Frame, Held, Mark, Note, Outcome, Packet,
    Segment, Stack, State, TcpState, Value, Who,
};
use show::order::Lane;

pub(crate) const SERVER: i32 = 100;
pub(crate) const CLIENT: i32 = 200;

pub(crate) fn who(process: i32) -> Who {
    Who {
        process,
        thread: process,
    }
}

pub(crate) fn lanes() -> Vec<Lane> {
    [("server", SERVER), ("client (a helper)", CLIENT)]
        .map(|(name, process)| Lane {
            name: name.into(),
            processes: vec![process],
        })
        .to_vec()
}

pub(crate) fn at(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

pub(crate) fn call(
    process: i32,
    name: &'static str,
    args: Vec<Arg>,
    times: (u64, u64),
    returned: i64,
) -> Call {
    Call {
        who: who(process),
        name: Cow::Borrowed(name),
        entered: times.0,
        left: Some(times.1),
        args,
        outcome: Outcome::Returned(returned),
        ends: None,
        by_runtime: false,
        stack: None,
        kernel: None,
    }
}

pub(crate) fn fd(number: i32) -> Arg {
    Arg {
        name: "sockfd",
        value: Value::Fd(number),
    }
}

pub(crate) fn address(port: u16) -> Arg {
    Arg {
        name: "addr",
        value: Value::Address(Address::Inet(at(port))),
    }
}

pub(crate) fn bytes(data: &[u8]) -> Arg {
    Arg {
        name: "buf",
        value: Value::Bytes {
            data: data.to_vec(),
            total: data.len() as u64,
        },
    }
}

pub(crate) fn with_ends(mut call: Call, local: u16, peer: Option<u16>) -> Event {
    call.ends = Some(Ends {
        local: Some(Address::Inet(at(local))),
        peer: peer.map(|port| Address::Inet(at(port))),
    });
    Event::Call(call)
}

/// Gives every call a stack.
pub(crate) fn with_stacks(mut events: Vec<Event>) -> Vec<Event> {
    for event in &mut events {
        if let Event::Call(call) = event {
            let functions = ["main".to_owned(), format!("std::net::{}_of_std", call.name)];
            let frames = functions.map(|function| Frame {
                function,
                layer: "yours".to_owned(),
                file: Some("src/main.rs".to_owned()),
                line: Some(7),
                inlined: false,
                noise: None,
            });
            call.stack = Some(Arc::new(Stack {
                frames: frames.to_vec(),
                whole: true,
            }));
        }
    }
    events
}

pub(crate) fn segment(
    time: u64,
    ports: (u16, u16),
    flags: u8,
    seq: u32,
    ack: u32,
    data: &[u8],
) -> Event {
    Event::Packet(Packet {
        at: time,
        arrived: None,
        from: at(ports.0),
        to: at(ports.1),
        what: Content::Tcp(Segment {
            flags,
            sequence: seq.wrapping_add(u32::from(ports.0)),
            acknowledgement: ack.wrapping_add(u32::from(ports.1)),
            relative_sequence: Some(seq),
            relative_acknowledgement: (flags & Segment::ACK != 0).then_some(ack),
            window: 512,
            data: Data {
                first: data.to_vec(),
                total: data.len() as u32,
            },
        }),
        bytes: Arc::new([]),
        length: 40 + data.len() as u32,
    })
}

pub(crate) fn state(
    time: u64,
    ports: (u16, u16),
    from: TcpState,
    to: TcpState,
    read: bool,
) -> Event {
    Event::State(State {
        at: time,
        context: None,
        local: at(ports.0),
        peer: at(ports.1),
        from,
        to,
        read_from_kernel: read,
    })
}

pub(crate) fn held(
    time: u64,
    process: i32,
    ports: (u16, u16),
    state: TcpState,
    queues: (u32, u32),
) -> Event {
    Event::Held(Held {
        at: time,
        who: who(process),
        local: at(ports.0),
        peer: at(ports.1),
        state,
        receive_queue: queues.0,
        send_queue: queues.1,
    })
}

/// The whole conversation. Nothing is left out that the kernel does; the second ACK of the data comes from a timer.
pub(crate) fn hello() -> Vec<Event> {
    use TcpState::*;
    const SYN: u8 = Segment::SYN;
    const ACK: u8 = Segment::ACK;
    const FIN: u8 = Segment::FIN;
    const PSH: u8 = Segment::PSH;
    let (server, client) = ((9000, 40000), (40000, 9000));
    let mut events = vec![
        with_ends(
            call(
                SERVER,
                "bind",
                vec![fd(3), address(9000)],
                (1_000, 2_000),
                0,
            ),
            9000,
            None,
        ),
        with_ends(
            call(
                SERVER,
                "listen",
                vec![
                    fd(3),
                    Arg {
                        name: "backlog",
                        value: Value::Int(5),
                    },
                ],
                (3_000, 4_000),
                0,
            ),
            9000,
            None,
        ),
        state(4_100, (9000, 0), Closed, Listen, true),
        Event::Mark(Mark {
            at: 5_000,
            who: who(SERVER),
            what: Note::Gave("listening".into()),
        }),
        Event::Mark(Mark {
            at: 6_000,
            who: who(CLIENT),
            what: Note::Got("listening".into()),
        }),
        with_ends(
            call(
                CLIENT,
                "connect",
                vec![fd(3), address(9000)],
                (10_000, 20_000),
                0,
            ),
            40000,
            Some(9000),
        ),
        segment(11_000, client, SYN, 0, 0, b""),
        state(11_000, client, Closed, SynSent, false),
        state(11_000, server, Listen, SynReceived, false),
        segment(12_000, server, SYN | ACK, 0, 1, b""),
        state(12_000, client, SynSent, Established, false),
        segment(13_000, client, ACK, 1, 1, b""),
        state(13_000, server, SynReceived, Established, false),
        held(20_500, CLIENT, (9000, 0), Listen, (1, 5)),
        Event::Mark(Mark {
            at: 21_000,
            who: who(CLIENT),
            what: Note::Gave("connected".into()),
        }),
        Event::Mark(Mark {
            at: 22_000,
            who: who(SERVER),
            what: Note::Got("connected".into()),
        }),
        with_ends(
            call(
                SERVER,
                "accept",
                vec![fd(3), address(40000)],
                (30_000, 31_000),
                4,
            ),
            9000,
            Some(40000),
        ),
        Event::Call(call(
            CLIENT,
            "sendto",
            vec![fd(3), bytes(b"<hello> & \"hi\"\n")],
            (40_000, 50_000),
            15,
        )),
        segment(41_000, client, ACK | PSH, 1, 1, b"<hello> & \"hi\"\n"),
        segment(42_000, server, ACK, 1, 16, b""),
        Event::Call(call(
            SERVER,
            "recvfrom",
            vec![fd(4), bytes(b"<hello> & \"hi\"\n")],
            (60_000, 61_000),
            15,
        )),
        Event::Call(call(
            SERVER,
            "recvfrom",
            vec![fd(4), bytes(b"")],
            (62_000, 81_000),
            0,
        )),
        Event::Call(call(CLIENT, "close", vec![fd(3)], (70_000, 80_000), 0)),
        segment(71_000, client, FIN | ACK, 16, 1, b""),
        state(71_000, client, Established, FinWait1, false),
        state(71_000, server, Established, CloseWait, false),
        segment(72_000, server, ACK, 1, 17, b""),
        state(72_000, client, FinWait1, FinWait2, false),
        Event::Call(call(SERVER, "close", vec![fd(4)], (90_000, 100_000), 0)),
        segment(91_000, server, FIN | ACK, 1, 17, b""),
        state(91_000, server, CloseWait, LastAck, false),
        state(91_000, client, FinWait2, TimeWait, false),
        segment(92_000, client, ACK, 17, 2, b""),
        state(92_000, server, LastAck, Closed, false),
    ];
    events.sort_by_key(Event::at);
    events
}

/// The same so much later, and with another port of the client's.
pub(crate) fn later(mut events: Vec<Event>, by: u64, port: u16) -> Vec<Event> {
    let other = |address: &mut SocketAddr| {
        if address.port() == 40000 {
            address.set_port(port);
        }
    };
    for event in &mut events {
        match event {
            Event::Call(call) => {
                call.entered += by;
                call.left = call.left.map(|left| left + by);
                if let Some(ends) = &mut call.ends {
                    for end in [&mut ends.local, &mut ends.peer].into_iter().flatten() {
                        if let Address::Inet(address) = end {
                            other(address);
                        }
                    }
                }
            }
            Event::Mark(mark) => mark.at += by,
            Event::Life(life) => life.at += by,
            Event::State(state) => {
                state.at += by;
                other(&mut state.local);
                other(&mut state.peer);
            }
            Event::Packet(packet) => {
                packet.at += by;
                other(&mut packet.from);
                other(&mut packet.to);
            }
            Event::Held(held) => {
                held.at += by;
                other(&mut held.local);
                other(&mut held.peer);
            }
        }
    }
    events
}
