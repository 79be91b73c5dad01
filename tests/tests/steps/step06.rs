//! What is asked of step 6 alone.

use crate::asked::{Asked, core, scene};
use crate::question::{RECVS, SENDS, fails, ports, returns, waits};

pub(crate) const ASKED: Asked = Asked {
    scenes: &[
        core("close", |play, _| {
            play.check(returns(play, RECVS).contains(&0), "no end of stream");
        }),
        core("half-close", |play, broken| {
            play.check(
                play.named(&["shutdown"]).is_empty() == broken,
                "shutdown, or not",
            );
            play.check(
                waits(play, RECVS) == if broken { 2 } else { 0 },
                "who waits",
            );
        }),
        core("unread-reset", |play, broken| {
            fails(play, RECVS, "ECONNRESET", broken);
        }),
        scene("linger-zero", |play, broken| {
            fails(play, RECVS, "ECONNRESET", broken);
        }),
        core("time-wait", |play, broken| {
            fails(play, &["bind"], "EADDRINUSE", broken);
            let again = ports(play, "bind").last().copied();
            let had = ports(play, "getsockname").first().copied();
            play.check(again == had, "not the port that the earlier server had");
        }),
        scene("dup-keeps-open", |play, broken| {
            play.check(!play.named(&["dup", "fcntl"]).is_empty(), "no copy is made");
            play.check((waits(play, RECVS) > 0) == broken, "who waits");
        }),
        scene("exec-leak", |play, broken| {
            play.check(!play.lives("exec").is_empty(), "no exec");
            let ends = returns(play, RECVS).contains(&0);
            play.check(ends != broken, "whether the client sees the end");
        }),
        scene("close-twice", |play, broken| {
            fails(play, SENDS, "EBADF", broken);
        }),
        scene("late-errno", |play, _| {
            play.check(
                !play.failed(&["connect"], "ECONNREFUSED").is_empty(),
                "not refused",
            );
            play.check(
                !play.failed(&["shutdown"], "ENOTCONN").is_empty(),
                "errno stays",
            );
        }),
    ],
    taught: &[&["close"]],
    typed: &["serve [ADDR]", "connect [ADDR]"],
    ..Asked::USUAL
};
