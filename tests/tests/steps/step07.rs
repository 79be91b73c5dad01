//! What is asked of step 7 alone.

use course_tests::record::arg;

use crate::asked::{Asked, core, scene};
use crate::question::{ACCEPTS, RECVS, SENDS, returns, texts, unfinished, waits};

#[path = "step07/chat.rs"]
mod chat;
#[path = "step07/commands.rs"]
mod commands;

pub(crate) const ASKED: Asked = Asked {
    scenes: &[
        core("chat", |play, _| {
            play.check(texts(play, SENDS) == ["hello", "hi"], "what is said");
            play.check(returns(play, RECVS).contains(&0), "nobody says goodbye");
            let last = play.named(ACCEPTS).pop();
            play.check(last.is_some_and(unfinished), "nobody else is waited for");
        }),
        core("merged", |play, broken| {
            let (sent, arrived) = (texts(play, SENDS), texts(play, RECVS));
            if broken {
                play.check(sent == ["hello", "hi"], "what is sent");
                play.check(arrived == ["hellohi", ""], "not merged");
            } else {
                play.check(sent == ["hello\n", "hi\n"], "what is sent");
                play.check(arrived.concat() == "hello\nhi\n", "what arrives");
            }
        }),
        core("cut", |play, broken| {
            let (sent, arrived) = (returns(play, SENDS), returns(play, RECVS));
            play.check(arrived == [1024, sent[0] - 1024, 0], "not cut at the room");
            play.check(
                sent == [if broken { 1500 } else { 1504 }],
                "not one message",
            );
            let begins = arg(play.named(SENDS)[0], "buf")["hex"].as_str();
            let counted = begins.is_some_and(|hex| hex.starts_with("000005dc"));
            play.check(counted != broken, "whether its length goes in front");
        }),
        scene("utf8-split", |play, broken| {
            let first = arg(play.named(RECVS)[0], "buf")["hex"].clone();
            play.check(first == "e4bda0e5", "not cut inside the second letter");
            let ends = texts(play, SENDS).concat().ends_with('\n');
            play.check(ends != broken, "whether a newline ends it");
        }),
        core("empty-line", |play, broken| {
            play.check(
                waits(play, RECVS) == if broken { 2 } else { 0 },
                "who waits",
            );
            let expected: &[&str] = if broken { &[""] } else { &["\n", "hi\n"] };
            play.check(texts(play, SENDS) == expected, "what is sent");
        }),
        scene("host-order-length", |play, broken| {
            let network_order = texts(play, SENDS) == ["\0\0\0\x05hello"];
            play.check(
                network_order != broken || cfg!(target_endian = "big"),
                "the order of the length",
            );
            play.check(returns(play, RECVS) == [9], "what arrives");
        }),
        scene("struct-padding", |play, broken| {
            let sizes = if broken { [8, 5] } else { [5, 5] };
            play.check(returns(play, SENDS) == sizes, "the size of the head");
            let secret = texts(play, RECVS).concat().contains("sec");
            play.check(secret == broken, "whether a secret arrives");
        }),
    ],
    taught: &[&["recvfrom", "read"], &["sendto", "write"]],
    typed: &[
        "server [ADDR] [--framing none|lines|length]",
        "client [ADDR] [--framing none|lines|length]",
    ],
    ..Asked::USUAL
};
