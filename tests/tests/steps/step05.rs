//! What is asked of step 5 alone.

use course_tests::record;
use course_tests::record::{arg, returned};
use serde_json::Value;

use crate::asked::{Asked, Serves, core, scene};
use crate::question::{RECVS, SENDS, fails, returns, waits};

pub(crate) const ASKED: Asked = Asked {
    scenes: &[
        core("send-recv", |play, _| {
            play.check(returns(play, SENDS) == [5, 2], "hello and hi are not sent");
        }),
        core("one-recv", |play, _| {
            let (sent, received) = (returns(play, SENDS), returns(play, RECVS));
            let sum = |list: &[i64]| list.iter().sum::<i64>();
            play.check(sum(&sent) == sum(&received), "not all arrives");
            play.check(sent.len() != received.len(), "as many recvs as sends");
        }),
        core("end-of-stream", |play, broken| {
            let ends = returns(play, RECVS).into_iter().filter(|n| *n == 0).count();
            play.check(ends > 0 && (ends > 1) == broken, "how often recv returns 0");
        }),
        scene("whole-buffer", |play, _| {
            play.check(
                returns(play, RECVS) == [5, 2],
                "the second message is not the shorter",
            );
        }),
        scene("short-write", |play, _| {
            let short = play.named(SENDS).into_iter().any(|call| {
                let length = arg(call, "len")
                    .get("value")
                    .or(arg(call, "size").get("value"));
                let length = length.and_then(Value::as_i64);
                returned(call).is_some_and(|sent| length.is_some_and(|length| sent < length))
            });
            play.check(short, "no send took less than it was given");
        }),
        core("sigpipe", |play, broken| {
            play.check(!play.failed(SENDS, "EPIPE").is_empty(), "no EPIPE");
            play.check(play.was_killed(13) == broken, "killed by SIGPIPE, or not");
        }),
        scene("eintr", |play, broken| {
            play.check(!play.failed(RECVS, "EINTR").is_empty(), "no EINTR");
            play.check(
                returns(play, RECVS).is_empty() == broken,
                "tries again, or not",
            );
        }),
        core("first-write", |play, broken| {
            play.check(
                returns(play, SENDS).first() == Some(&3),
                "the first send fails",
            );
            fails(play, SENDS, "EPIPE", broken);
        }),
        scene("both-wait", |play, broken| {
            play.check(
                waits(play, RECVS) == if broken { 2 } else { 0 },
                "who waits",
            );
        }),
        scene("both-send", |play, broken| {
            play.check(
                waits(play, SENDS) == if broken { 2 } else { 0 },
                "who waits",
            );
        }),
        scene("sent-not-received", |play, _| {
            play.check(returns(play, SENDS) == [5], "send does not return 5");
            play.check(returns(play, RECVS).is_empty(), "somebody receives");
        }),
    ],
    taught: &[&["recvfrom", "read"], &["sendto", "write"]],
    typed: &["serve [ADDR]", "connect [ADDR]"],
    serves: Serves::Streams(|answer| answer == "hello\n"),
    ..Asked::USUAL
};

/// What each layer protects from and what it does not: SIGPIPE.
#[test]
fn only_std_protects_from_sigpipe() {
    for play in record("step05-send-recv", "sigpipe") {
        if !play.is_played() || !play.is_traced() {
            continue;
        }
        let killed = !play.is("layer", "std") && play.is("variant", "broken");
        play.check(play.was_killed(13) == killed, "killed by SIGPIPE, or not");
    }
}
