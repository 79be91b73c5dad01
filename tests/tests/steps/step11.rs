//! What is asked of step 11 alone.

use course_tests::record::arg;
use serde_json::Value;

use crate::asked::{Asked, core, scene};
use crate::question::{ACCEPTS, RECVS, SENDS, fails, layer, ports, returns, rights, waits};

#[path = "step11/paths.rs"]
mod paths;

pub(crate) const ASKED: Asked = Asked {
    scenes: &[
        core("unix", |play, _| {
            let named = |names: &[&str]| arg(play.named(names)[0], "addr")["text"].clone();
            play.check(named(&["bind"]) == "unix:chat", "bound elsewhere");
            play.check(named(&["connect"]) == "unix:chat", "connects elsewhere");
            // nix asks accept for no address.
            let nobody = if layer(play) == "nix" {
                Value::Null
            } else {
                "unnamed".into()
            };
            play.check(named(ACCEPTS) == nobody, "the client has a name");
            play.check(returns(play, SENDS) == [5, 2], "hello and hi are not sent");
        }),
        core("stale-path", |play, broken| {
            play.check(
                !play.failed(&["bind"], "EADDRINUSE").is_empty(),
                "bind works",
            );
            fails(play, &["connect"], "ECONNREFUSED", !broken);
            let bound = returns(play, &["bind"]).len();
            play.check(bound == if broken { 1 } else { 2 }, "who could bind");
        }),
        scene("abstract", |play, _| {
            let binds = play.named(&["bind"]);
            let name = |call: &&Value| arg(call, "addr")["text"].to_string();
            let names: Vec<String> = binds.iter().map(name).collect();
            play.check(returns(play, &["bind"]) == [0, 0], "not bound twice");
            play.check(names[0] == names[1], "two names");
            play.check(names[0].contains("unix:@"), "not an abstract name");
        }),
        scene("credentials", |play, _| {
            let client = play.named(&["connect"])[0]["process"].clone();
            let told = arg(play.named(&["getsockopt"])[0], "optval").to_string();
            play.check(
                told.contains(&client.to_string()),
                "not the client's process",
            );
            play.check(play.named(SENDS).is_empty(), "the client says something");
        }),
        core("pass-descriptor", |play, _| {
            let (sent, arrived) = (rights(play, "sendmsg"), rights(play, "recvmsg"));
            play.check(sent.len() == 1 && arrived.len() == 1, "not one descriptor");
            play.check(sent != arrived, "the same number");
            let ports = ports(play, "getsockname");
            play.check(ports.len() == 2 && ports[0] == ports[1], "two sockets");
        }),
        core("descriptor-as-text", |play, broken| {
            play.check(rights(play, "recvmsg").is_empty() == broken, "what arrives");
            play.check(
                ports(play, "getsockname").is_empty() == broken,
                "which socket",
            );
        }),
        scene("control-truncated", |play, broken| {
            let truncated = play.named(&["recvmsg"])[0]["text"].to_string();
            play.check(truncated.contains("MSG_CTRUNC") == broken, "MSG_CTRUNC");
            play.check(rights(play, "sendmsg").len() == 1, "nothing is sent");
            play.check(rights(play, "recvmsg").is_empty() == broken, "what arrives");
        }),
        scene("pair", |play, _| {
            let parent = play.named(&["socketpair"])[0]["process"].clone();
            let sends = play.named(SENDS);
            let own = sends
                .iter()
                .filter(|call| call["process"] == parent)
                .count();
            play.check((own, sends.len()) == (1, 2), "who sends");
        }),
        scene("kept-end", |play, broken| {
            play.check(
                (waits(play, RECVS) > 0) == broken,
                "whether the parent waits for ever",
            );
            play.check(
                returns(play, RECVS).contains(&0) != broken,
                "whether there is an end",
            );
        }),
        scene("no-return-address", |play, broken| {
            let from = arg(play.named(&["recvfrom"])[0], "src_addr")["text"].clone();
            let name = if broken { "no address" } else { "unix:reply" };
            play.check(from == name, "the sender's name");
            let answered = returns(play, SENDS).contains(&2);
            play.check(answered != broken, "whether it is answered");
        }),
        scene("path-too-long", |play, broken| {
            let path = arg(play.named(&["bind"])[0], "addr")["text"].to_string();
            let length = path.trim_matches('"').trim_start_matches("unix:").len();
            play.check(length == if broken { 108 } else { 4 }, "another path");
        }),
        scene("abstract-length", |play, broken| {
            fails(play, &["connect"], "ECONNREFUSED", broken);
            let length = arg(play.named(&["bind"])[0], "addrlen")["value"].as_i64();
            play.check((length == Some(110)) == broken, "another length");
        }),
    ],
    taught: &[&["bind"], &["listen"], &["accept", "accept4"]],
    typed: &["serve [PATH]", "connect [PATH]"],
    ..Asked::USUAL
};
