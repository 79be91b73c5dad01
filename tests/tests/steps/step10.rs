//! What is asked of step 10 alone.

use std::net::UdpSocket;

use course_tests::record::{arg, returned};
use course_tests::scenes::LAYERS;
use course_tests::{run, side_by_side};
use serde_json::Value;

use crate::asked::{Asked, Serves, core, scene};
use crate::question::{RECVS, SENDS, fails, options, returns, texts, waits};

#[path = "step10/chat.rs"]
mod chat;

pub(crate) const ASKED: Asked = Asked {
    scenes: &[
        core("udp", |play, _| {
            play.check(texts(play, SENDS) == ["hello", "hi"], "what is said");
            let connected = play.named(&["connect", "listen", "accept", "accept4"]);
            play.check(connected.is_empty(), "there is a connection");
            let from = &arg(play.named(RECVS)[0], "src_addr")["text"];
            let answered = &arg(play.named(SENDS)[1], "dest_addr")["text"];
            play.check(from == answered, "the answer goes to somebody else");
        }),
        core("boundaries", |play, _| {
            let sent = play.named(SENDS)[1]["left"].as_u64();
            let received = play.named(RECVS)[0]["at"].as_u64();
            play.check(sent < received, "received before both were sent");
            play.check(texts(play, RECVS) == ["hello", "hi"], "merged, or cut");
        }),
        core("truncated", |play, broken| {
            play.check(texts(play, SENDS) == ["hello", "hi"], "what is sent");
            let first = if broken { "hell" } else { "hello" };
            play.check(texts(play, RECVS) == [first, "hi"], "what arrives");
        }),
        scene("real-length", |play, _| {
            let call = play.named(RECVS)[0];
            let room = arg(call, "len")["value"].as_i64();
            play.check(returned(call) > room, "not more than there was room for");
            let asked = arg(call, "flags")["names"].to_string();
            play.check(asked.contains("MSG_TRUNC"), "not asked for");
        }),
        core("empty-datagram", |play, broken| {
            play.check(returns(play, SENDS) == [0, 5], "what is sent");
            let expected: &[i64] = if broken { &[0] } else { &[0, 5] };
            play.check(returns(play, RECVS) == expected, "what is received");
        }),
        core("lost", |play, broken| {
            let numbers = |names| {
                let all = texts(play, names).into_iter();
                all.filter(|text| text != "ok").collect::<Vec<_>>()
            };
            let (sent, arrived) = (numbers(SENDS), numbers(RECVS));
            play.check(sent.concat() == "123456", "not everything is sent");
            play.check(!arrived.is_empty(), "nothing arrives");
            play.check((arrived != sent) == broken, "whether some are lost");
            fails(play, RECVS, "EAGAIN", broken);
        }),
        core("connected", |play, _| {
            let client = play.process("client");
            let of_client = |call: &&Value| call["process"].as_i64() == client;
            let mut sends = play.named(SENDS).into_iter().filter(of_client);
            let named = sends.any(|call| arg(call, "dest_addr")["type"] == "address");
            play.check(!named, "send is given an address");
            play.check(texts(play, SENDS).contains(&"spam".into()), "no stranger");
            let heard = texts(play, RECVS);
            play.check(!heard.contains(&"spam".into()), "the stranger is heard");
            play.check(heard.contains(&"hi".into()), "the peer is not heard");
        }),
        scene("nobody-there", |play, broken| {
            play.check(returns(play, SENDS) == [5], "sendto does not succeed");
            play.check(
                (waits(play, RECVS) > 0) == broken,
                "whether the client waits for ever",
            );
            fails(play, RECVS, "ECONNREFUSED", !broken);
        }),
        core("late-error", |play, broken| {
            play.check(texts(play, SENDS)[0] == "one", "the first fails");
            fails(play, SENDS, "ECONNREFUSED", true);
            let arrived = texts(play, RECVS).contains(&"two".into());
            play.check(arrived != broken, "whether the second arrives");
            play.check(
                returned(play.named(SENDS)[1]).is_none(),
                "the error does not come with the second",
            );
        }),
        scene("broadcast", |play, broken| {
            fails(play, SENDS, "EACCES", broken);
            let allowed = options(play, "setsockopt", "SO_BROADCAST");
            play.check(allowed.is_empty() == broken, "whether it is allowed");
            let expected: &[&str] = if broken { &[] } else { &["hello", "hello"] };
            play.check(texts(play, RECVS) == expected, "who receives");
        }),
        scene("multicast", |play, _| {
            let set = play.named(&["setsockopt"]).into_iter();
            let set: Vec<&Value> = set.map(|call| &arg(call, "optname")["name"]).collect();
            play.check(
                set == ["IP_ADD_MEMBERSHIP", "IP_MULTICAST_IF"],
                "who joins, and by which interface",
            );
            let group = &arg(play.named(&["bind"])[0], "addr")["ip"];
            let to = &arg(play.named(SENDS)[0], "dest_addr")["ip"];
            play.check(group == to, "sent to another group");
            play.check(texts(play, RECVS) == ["hello"], "what arrives");
        }),
    ],
    taught: &[&["recvfrom", "recvmsg"], &["sendto", "sendmsg"]],
    typed: &[
        "serve [ADDR]",
        "connect [ADDR]",
        "chat [--me ADDR] [--peer ADDR]",
    ],
    serves: Serves::Datagrams,
    ..Asked::USUAL
};

/// A server that takes the datagrams and says nothing: the client notices by its own clock.
#[test]
fn connect_gives_up_when_no_answer_comes() {
    side_by_side(LAYERS.len(), LAYERS, |layer| {
        let silent = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let address = silent.local_addr().expect("a bound socket has a name");
        let address = address.to_string();
        let output = run("step10-udp", &["connect", &address, "--layer", layer]).exits(1);
        let [line] = output.complaints()[..] else {
            panic!("{}: not one line\n{}", output.shown, output.all());
        };
        let says = [&address, "3 times sent", "no answer"];
        output.check(
            says.iter().all(|part| line.contains(part)),
            "does not say what happened",
        );
        let mut buffer = [0; 16];
        for _ in 0..3 {
            let count = silent.recv(&mut buffer).expect("three datagrams");
            assert_eq!(&buffer[..count], b"hello\n", "{layer}");
        }
    });
}
