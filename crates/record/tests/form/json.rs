//! Events as JSON.

use super::text::call;
use record::event::{
    Address, Content, Data, Ends, Event, Held, Life, Mark, Note, Outcome, Packet, Segment,
    TcpState, Turn, Value, Who,
};
use record::json::line;
use serde_json::{Value as Json, json};
use std::net::SocketAddr;
use std::sync::Arc;

const WHO: Who = Who {
    process: 10,
    thread: 11,
};

/// The event's line, read back. It must be one line.
fn read(event: &Event) -> Json {
    let line = line(event);
    assert!(!line.contains('\n'), "{line}");
    serde_json::from_str(&line).expect("a JSON object")
}

#[test]
fn a_call_has_all_its_fields_in_a_fixed_order() {
    let mut connect = call(
        "connect",
        vec![
            ("sockfd", Value::Fd(3)),
            (
                "addr",
                Value::Address(Address::Inet("127.0.0.1:9000".parse().expect("an address"))),
            ),
            ("addrlen", Value::Int(16)),
        ],
        Outcome::Failed(libc::ECONNREFUSED),
    );
    connect.ends = Some(Ends {
        local: Some(Address::UnixUnnamed),
        peer: None,
    });
    let expected = concat!(
        r#"{"event":"call","at":1700000000123456789,"process":10,"thread":11,"name":"connect","#,
        r#""text":"connect(3, 127.0.0.1:9000, 16) = -1 ECONNREFUSED (connection refused)","left":1700000000123456999,"#,
        r#""args":[{"name":"sockfd","value":{"type":"fd","value":3}},"#,
        r#"{"name":"addr","value":{"type":"address","text":"127.0.0.1:9000","family":"AF_INET","ip":"127.0.0.1","port":9000}},"#,
        r#"{"name":"addrlen","value":{"type":"int","value":16}}],"#,
        r#""outcome":{"type":"failed","errno":111,"name":"ECONNREFUSED","words":"connection refused"},"#,
        r#""ends":{"local":{"text":"unnamed","family":"AF_UNIX"},"peer":null},"by_runtime":false}"#,
    );
    let expected = expected.replace("111", &libc::ECONNREFUSED.to_string());
    assert_eq!(line(&Event::Call(connect)), expected);
}

/// How one value is written.
fn value(value: Value) -> Json {
    let event = Event::Call(call("test", vec![("arg", value)], Outcome::Unfinished));
    read(&event)["args"][0]["value"].clone()
}

#[test]
fn values() {
    let bytes = |data: &[u8], total| Value::Bytes {
        data: data.to_vec(),
        total,
    };
    let cases = [
        (Value::Null, json!({"type": "null"})),
        (
            Value::Pointer(u64::MAX),
            json!({"type": "pointer", "value": u64::MAX}),
        ),
        (
            Value::Name {
                name: "AF_INET".into(),
                raw: 2,
            },
            json!({"type": "name", "name": "AF_INET", "value": 2}),
        ),
        (
            Value::Name {
                name: "".into(),
                raw: -7,
            },
            json!({"type": "name", "name": null, "value": -7}),
        ),
        (
            Value::Flags {
                names: vec!["MSG_PEEK".into()],
                rest: 4096,
            },
            json!({"type": "flags", "names": ["MSG_PEEK"], "rest": 4096}),
        ),
        (
            Value::Ip([127, 0, 0, 1].into()),
            json!({"type": "ip", "value": "127.0.0.1"}),
        ),
        (
            Value::Length {
                before: Some(16),
                after: None,
            },
            json!({"type": "length", "before": 16, "after": null}),
        ),
        (
            bytes(b"hi\n\x1b", 4),
            json!({"type": "bytes", "text": "hi\n\u{1b}", "hex": null, "total": 4}),
        ),
        (
            bytes(b"\xff\0", 900),
            json!({"type": "bytes", "text": "\u{fffd}\0", "hex": "ff00", "total": 900}),
        ),
        (
            Value::Duration {
                seconds: 1,
                nanoseconds: 5,
            },
            json!({"type": "duration", "seconds": 1, "nanoseconds": 5}),
        ),
        (
            Value::List(vec![Value::Fd(3)]),
            json!({"type": "list", "values": [{"type": "fd", "value": 3}]}),
        ),
        (
            Value::Struct(vec![("l_onoff", Value::Int(1)), ("a", Value::Null)]),
            json!({"type": "struct", "fields": {"l_onoff": {"type": "int", "value": 1}, "a": {"type": "null"}}}),
        ),
        (
            Value::Address(Address::UnixAbstract(b"n\xff".to_vec())),
            json!({
                "type": "address", "text": r"unix:@n\xff", "family": "AF_UNIX",
                "abstract": {"text": "n\u{fffd}", "hex": "6eff"},
            }),
        ),
        (
            Value::Address(Address::Inet("[fe80::1%3]:9".parse().expect("an address"))),
            json!({
                "type": "address", "text": "[fe80::1%3]:9", "family": "AF_INET6",
                "ip": "fe80::1", "port": 9, "flowinfo": 0, "scope_id": 3,
            }),
        ),
        (
            Value::Address(Address::Other {
                family: Some(9999),
                data: vec![65],
            }),
            json!({
                "type": "address", "text": "{9999, \"A\"}", "family": null,
                "family_number": 9999, "data": {"text": "A", "hex": null},
            }),
        ),
    ];
    for (given, expected) in cases {
        assert_eq!(value(given), expected);
    }
}

#[test]
fn the_life_of_a_process() {
    let life = |what| {
        let mut object = read(&Event::Life(Life {
            at: 5,
            who: WHO,
            what,
        }));
        for (key, value) in [
            ("event", json!("life")),
            ("at", json!(5)),
            ("process", json!(10)),
            ("thread", json!(11)),
        ] {
            assert_eq!(
                object.as_object_mut().expect("an object").remove(key),
                Some(value)
            );
        }
        object
    };
    assert_eq!(life(Turn::Started), json!({"what": "started"}));
    assert_eq!(
        life(Turn::Forked { parent: WHO }),
        json!({"what": "forked", "parent": {"process": 10, "thread": 11}})
    );
    assert_eq!(
        life(Turn::Exec {
            program: "/bin/sh".into()
        }),
        json!({"what": "exec", "program": "/bin/sh"})
    );
    assert_eq!(
        life(Turn::Signal(libc::SIGPIPE)),
        json!({"what": "signal", "signal": libc::SIGPIPE, "name": "SIGPIPE"})
    );
    assert_eq!(
        life(Turn::Exited { status: 7 }),
        json!({"what": "exited", "status": 7})
    );
    assert_eq!(
        life(Turn::Killed { signal: 999 }),
        json!({"what": "killed", "signal": 999, "name": null})
    );
}

#[test]
fn marks() {
    let mark = |what| {
        read(&Event::Mark(Mark {
            at: 5,
            who: WHO,
            what,
        }))
    };
    assert_eq!(
        mark(Note::Said("hi \"you\"\n".into()))["text"],
        "hi \"you\"\n"
    );
    for (note, what) in [
        (Note::Gave("x".into()), "gave"),
        (Note::Got("x".into()), "got"),
        (Note::Begin("x".into()), "begin"),
        (Note::End("x".into()), "end"),
    ] {
        let object = mark(note);
        assert_eq!(
            (&object["what"], &object["name"]),
            (&json!(what), &json!("x"))
        );
    }
    let object = mark(Note::SawAsleep {
        sleeper: WHO,
        call: "accept".into(),
    });
    assert_eq!(object["what"], "saw_asleep");
    assert_eq!(object["sleeper"], json!({"process": 10, "thread": 11}));
    assert_eq!(object["call"], "accept");
}

#[test]
fn packets_and_what_the_kernel_holds() {
    let end = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let segment = Segment {
        flags: Segment::SYN | Segment::ACK,
        sequence: 7_000_000,
        acknowledgement: 9_000_001,
        relative_sequence: Some(0),
        relative_acknowledgement: Some(1),
        window: 65_483,
        data: Data {
            first: Vec::new(),
            total: 0,
        },
    };
    let packet = |what| {
        let packet = Packet {
            arrived: None,
            at: 5,
            from: end(9000),
            to: end(40_000),
            what,
            bytes: Arc::from([]),
            length: 60,
        };
        read(&Event::Packet(packet))
    };
    let json = packet(Content::Tcp(segment));
    assert_eq!(
        (&json["event"], &json["process"]),
        (&json!("packet"), &json!(0))
    );
    assert_eq!(json["from"]["text"], "127.0.0.1:9000");
    assert_eq!(json["flags"], json!(["SYN", "ACK"]));
    assert_eq!(json["relative_acknowledgement"], 1);
    assert_eq!(json["data"]["total"], 0);
    let json = packet(Content::Icmp {
        kind: 3,
        code: 3,
        about: Some((end(40_000), end(9))),
    });
    assert_eq!(json["about"]["to"]["port"], 9);
    assert_eq!(packet(Content::Other(132))["protocol"], 132);
    let json = read(&Event::Held(Held {
        at: 6,
        who: WHO,
        local: end(9000),
        peer: end(0),
        state: TcpState::Listen,
        receive_queue: 2,
        send_queue: 5,
    }));
    assert_eq!(
        (&json["event"], &json["state"]),
        (&json!("held"), &json!("LISTEN"))
    );
    assert_eq!(
        (&json["receive_queue"], &json["send_queue"]),
        (&json!(2), &json!(5))
    );
}
