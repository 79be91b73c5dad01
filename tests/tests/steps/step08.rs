//! What is asked of step 8 alone.

use course_tests::record::{arg, parse};
use course_tests::scenes::LAYERS;
use course_tests::{not_run, run};
use serde_json::Value;

use crate::asked::{Asked, core, scene};
use crate::question::{RECVS, SENDS, fails, layer, options, ports, returns, waits};

pub(crate) const ASKED: Asked = Asked {
    scenes: &[
        core("options", |play, _| {
            let values = options(play, "getsockopt", "TCP_NODELAY");
            play.check(values == [0, 1, 0], "not off, on, and off the other one");
        }),
        core("defaults", |play, _| {
            play.check(play.named(&["setsockopt"]).is_empty(), "something is set");
            // Not every layer has a name for each, and a fresh socket has no value for some.
            let names = match layer(play) {
                "libc" => 50,
                "std" => 9,
                _ => 45,
            };
            let read = returns(play, &["getsockopt"]).len();
            play.check(read >= names, "few options have a value");
        }),
        core("buffer-doubling", |play, _| {
            let wished = options(play, "setsockopt", "SO_RCVBUF");
            let got = options(play, "getsockopt", "SO_RCVBUF");
            play.check(got[0] == 2 * wished[0], "not doubled");
            play.check(got[1] > wished[1] && got[2] < wished[2], "no limits");
        }),
        core("timeouts", |play, _| {
            fails(play, RECVS, "EAGAIN", true);
            play.check(returns(play, RECVS) == [5], "the second recv");
        }),
        scene("zero-timeout", |play, broken| {
            play.check(
                (waits(play, RECVS) > 0) == broken,
                "whether recv waits for ever",
            );
            fails(play, RECVS, "EAGAIN", !broken);
        }),
        core("one-byte-flag", |play, broken| {
            fails(play, &["setsockopt"], "EINVAL", broken);
        }),
        core("nagle", |play, broken| {
            let held = arg(play.named(&["ioctl"])[0], "argp")["value"].as_i64();
            let first = play.named(SENDS)[0];
            let answer = play
                .named(RECVS)
                .into_iter()
                .rfind(|call| call["process"] == first["process"]);
            let answered = answer.and_then(|call| call["left"].as_u64());
            let took = answered.unwrap_or(0) - first["at"].as_u64().unwrap_or(0);
            // On a machine that stood still in between, the delay is there and the sight of it is not.
            play.check(
                !broken || held > Some(0) || took > 36_000_000,
                "nothing waits",
            );
            play.check(broken || held == Some(0), "something is held back");
        }),
        scene("keepalive", |play, _| {
            play.check(
                options(play, "setsockopt", "SO_KEEPALIVE") == [1],
                "not turned on",
            );
            play.check(play.named(&["setsockopt"]).len() == 4, "not four options");
        }),
        core("silent-peer", |play, broken| {
            play.check(
                (waits(play, RECVS) > 0) == broken,
                "whether recv waits for ever",
            );
            fails(play, RECVS, "ETIMEDOUT", !broken);
        }),
        core("reuse-address", |play, broken| {
            fails(play, &["bind"], "EADDRINUSE", broken);
            let again = ports(play, "bind").last().copied();
            let had = ports(play, "getsockname").first().copied();
            play.check(again == had, "not the port that the earlier server had");
        }),
        scene("reuse-port", |play, broken| {
            fails(play, &["bind"], "EADDRINUSE", broken);
            let listening = returns(play, &["listen"]).len();
            play.check(listening == if broken { 1 } else { 2 }, "who listens");
        }),
        core("so-error", |play, broken| {
            let taken = options(play, "getsockopt", "SO_ERROR");
            let reset = i64::from(libc::ECONNRESET);
            let expected = if broken { vec![reset, 0] } else { vec![reset] };
            play.check(taken == expected, "what SO_ERROR says");
        }),
    ],
    taught: &[&["setsockopt"], &["getsockopt"]],
    typed: &["serve [ADDR]"],
    // An option is set and read without memory, a packet or a wait: the calls pass no point that is shown.
    in_kernel: "In the kernel the calls",
    ..Asked::USUAL
};

// The table of options: every name that a layer has for an option leads to that option in the kernel.

const STEP: &str = "step08-options";

/// The rows of the table are said in the order in which they were read.
/// So the n-th row and the n-th getsockopt must speak of the same option.
#[test]
fn names_lead_to_their_options() {
    for layer in LAYERS {
        let output = run(STEP, &["defaults", "--layer", layer, "--json"]).exits(0);
        let plays = parse(&output.stdout).expect("JSON lines");
        let [play] = &plays[..] else {
            panic!("{layer}: {} plays instead of one", plays.len());
        };
        if !play.is_traced() {
            return not_run("the names of options", "nothing is traced here");
        }
        let asked: Vec<&str> = play
            .named(&["getsockopt"])
            .into_iter()
            .map(option)
            .collect();
        let said: Vec<&str> = play.events.iter().filter_map(row).collect();
        assert!(asked.len() >= 9, "{layer}: {asked:?}");
        assert_eq!(asked, said, "{layer}: what was asked and what was said");
    }
}

/// The option's name in a call.
fn option(call: &Value) -> &str {
    let args = call["args"].as_array().into_iter().flatten();
    let mut names = args.filter(|arg| arg["name"] == "optname");
    let name = names.next().and_then(|arg| arg["value"]["name"].as_str());
    name.unwrap_or("?")
}

/// The option's name in a row of the table: the first of several words, and no level's.
fn row(event: &Value) -> Option<&str> {
    let text = (event["what"] == "said").then(|| event["text"].as_str())??;
    let (name, rest) = text.split_once(' ')?;
    let is_level = name == "SOL_SOCKET" || name.starts_with("IPPROTO_");
    (rest.starts_with(' ') && name.contains('_') && !is_level).then_some(name)
}
