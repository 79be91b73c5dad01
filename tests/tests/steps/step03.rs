//! What is asked of step 3 alone.

use course_tests::record::{arg, returned};
use serde_json::Value;

use crate::asked::{Asked, Serves, core, scene};
use crate::question::{ACCEPTS, RECVS, SENDS, fails, ports, returns};

pub(crate) const ASKED: Asked = Asked {
    scenes: &[
        core("accept", |play, _| {
            let accept = play.named(ACCEPTS)[0];
            play.check(returned(accept) == Some(4), "another descriptor");
            let listens = ports(play, "getsockname")[0];
            play.check(
                accept["ends"]["local"]["port"] == listens,
                "the new socket has another port than the listener",
            );
        }),
        core("connected-before-accept", |play, _| {
            let sent = play.named(SENDS)[0]["left"].as_u64();
            let accepts = play.named(ACCEPTS)[0]["at"].as_u64();
            play.check(
                sent < accepts,
                "accept was called before the bytes were sent",
            );
            play.check(returns(play, RECVS).contains(&5), "the bytes are not there");
        }),
        core("same-port", |play, _| {
            let accepts = play.named(ACCEPTS);
            let local = |call: &&Value| call["ends"]["local"]["port"].clone();
            let all: Vec<Value> = accepts.iter().map(local).collect();
            play.check(all.len() > 1, "one client only");
            play.check(all.iter().all(|port| *port == all[0]), "several ports");
        }),
        core("forgot-listen", |play, broken| {
            fails(play, ACCEPTS, "EINVAL", broken);
            play.check(
                play.named(&["listen"]).is_empty() == broken,
                "listens, or not",
            );
        }),
        scene("talk-to-listener", |play, broken| {
            fails(play, RECVS, "ENOTCONN", broken);
        }),
        scene("accept-datagram", |play, broken| {
            fails(play, ACCEPTS, "EOPNOTSUPP", broken);
        }),
        scene("addrlen", |play, broken| {
            let short = play.named(ACCEPTS).into_iter().any(|call| {
                let length = arg(call, "addrlen");
                length["before"].as_u64() < length["after"].as_u64()
            });
            play.check(short == broken, "the length before and after accept");
        }),
        scene("too-many-files", |play, broken| {
            fails(play, ACCEPTS, "EMFILE", broken);
        }),
        scene("emfile-spin", |play, broken| {
            let failed = play.failed(ACCEPTS, "EMFILE").len();
            play.check((failed > 1) == broken, "how often accept fails");
        }),
        core("one-at-a-time", |play, broken| {
            let accepts = play.named(ACCEPTS);
            let closed = play.named(&["close"]).into_iter().find(|call| {
                call["process"] == accepts[0]["process"] && arg(call, "fd")["value"] == 4
            });
            let (second, closed) = (accepts[1]["left"].as_u64(), closed.map(|call| &call["at"]));
            let after = closed.and_then(Value::as_u64) < second;
            play.check(after == broken, "when the second client is accepted");
        }),
    ],
    taught: &[&["accept", "accept4"]],
    typed: &["serve [ADDR]"],
    // It says who called, and ends the connection.
    serves: Serves::Streams(|answer| answer.is_empty()),
    ..Asked::USUAL
};
