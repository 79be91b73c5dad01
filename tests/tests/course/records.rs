//! The scenes really do what they announce: asked of the record, not of the text.

use std::collections::HashMap;
use std::os::unix::process::CommandExt;

use course_tests::record::{arg, parse, returned};
use course_tests::scenes::LAYERS;
use course_tests::{Play, Run, each_scene, not_run, played, record, scenes};
use serde_json::Value;

for_each_step! {
    records_are_in_order
    descriptors_are_the_actors_own
}

/// The record of each scene of a step that can be watched here.
#[track_caller]
fn records(step: &str) -> Vec<Play> {
    // They are played side by side, for some wait, and looked at in turn.
    each_scene(step, |scene| drop(played(step, &[&scene.name, "--json"])));
    let scenes = scenes(step);
    let plays = scenes.iter().flat_map(|scene| record(step, &scene.name));
    let plays: Vec<Play> = plays.filter(Play::is_played).collect();
    if plays.iter().any(|play| !play.is_traced()) {
        not_run(&format!("the record of {step}"), "nothing is traced here");
        return Vec::new();
    }
    plays
}

#[track_caller]
fn records_are_in_order(step: &str) {
    for play in records(step) {
        play.check(play.head["as_announced"] == true, "not as announced");
        play.check(
            LAYERS.iter().any(|layer| play.is("layer", layer)),
            "no layer that there is",
        );
        let mut last: HashMap<(i64, i64), u64> = HashMap::new();
        for event in &play.events {
            let number = |key: &str| event[key].as_i64().unwrap_or(-1);
            // What is on the wire is in no thread.
            let in_a_thread = event["event"] != "packet" && event["event"] != "state";
            play.check(
                !in_a_thread || number("process") > 0 && number("thread") > 0,
                "nobody did it",
            );
            if event["event"] != "call" {
                continue;
            }
            let at = event["at"].as_u64().unwrap_or(0);
            let left = event["left"].as_u64().unwrap_or(at);
            let before = last.insert((number("process"), number("thread")), left);
            play.check(
                before.is_none_or(|before| before <= at) && at <= left,
                &format!("time goes back: {}", event["text"]),
            );
        }
        play.check(!last.is_empty(), "no call");
    }
}

/// Every descriptor that a value names.
fn descriptors(value: &Value, found: &mut Vec<i64>) {
    match value {
        Value::Object(fields) => {
            if value["type"] == "fd" {
                found.extend(value["value"].as_i64());
            }
            fields.values().for_each(|field| descriptors(field, found));
        }
        Value::Array(values) => values.iter().for_each(|value| descriptors(value, found)),
        _ => {}
    }
}

/// No call names the lab's own descriptor, and the first socket of each actor is 3.
#[track_caller]
fn clean_table(play: &Play) {
    for call in play.calls() {
        let mut named = Vec::new();
        descriptors(&call["args"], &mut named);
        if call["name"] == "dup" || call["name"] == "socket" {
            named.extend(returned(call));
        }
        play.check(
            named.iter().all(|descriptor| *descriptor < 100),
            &format!("a descriptor that no learner made: {}", call["text"]),
        );
    }
    for (actor, process) in play.actors() {
        let sockets = play.named(&["socket"]);
        let mut own = sockets.iter().filter(|call| call["process"] == process);
        let first = own.find_map(|call| returned(call));
        play.check(
            first.is_none_or(|descriptor| descriptor == 3),
            &format!("{actor}'s first socket is {first:?}"),
        );
    }
}

#[track_caller]
fn descriptors_are_the_actors_own(step: &str) {
    for play in records(step) {
        clean_table(&play);
    }
    // Whatever the shell left open is not the actors'.
    let mut run = Run::new(step).args(["--json"]);
    let leave_open = || {
        for number in [3, 4, 9] {
            // SAFETY: dup2 works on descriptor numbers only; async-signal-safe, as fork and exec ask.
            if unsafe { libc::dup2(0, number) } == -1 {
                return Err(std::io::Error::last_os_error());
            }
        }
        Ok(())
    };
    // SAFETY: the closure makes async-signal-safe system calls only and allocates nothing.
    unsafe { run.command().pre_exec(leave_open) };
    let output = run.output().exits(0);
    for play in parse(&output.stdout).expect("JSON lines") {
        if play.is_played() && play.is_traced() {
            clean_table(&play);
        }
    }
}

const SENDS: &[&str] = &["sendto", "sendmsg", "write", "writev"];
const RECVS: &[&str] = &["recvfrom", "recvmsg", "read", "readv"];
const ACCEPTS: &[&str] = &["accept", "accept4"];

/// What the raw layer's record of a scene must hold. The second argument tells the broken form.
type Holds = fn(&Play, bool);

#[test]
fn scenes_do_what_they_announce() {
    let table: &[(&str, &str, Holds)] = &[
        ("step01-socket", "socket", |play, _| {
            let numbers: Vec<_> = play.named(&["socket"]).into_iter().map(returned).collect();
            play.check(
                numbers == [Some(3), Some(4), Some(3)],
                "the lowest free number is not given again",
            );
        }),
        ("step01-socket", "families", |play, _| {
            for errno in ["EAFNOSUPPORT", "ESOCKTNOSUPPORT"] {
                play.check(!play.failed(&["socket"], errno).is_empty(), errno);
            }
        }),
        ("step01-socket", "wrong-protocol", |play, broken| {
            fails(play, &["socket"], "EPROTONOSUPPORT", broken);
        }),
        ("step02-bind-listen", "bind-listen", |play, _| {
            play.check(
                ports(play, "bind") == [0],
                "bind asks for another port than 0",
            );
            play.check(ports(play, "getsockname")[0] != 0, "no port was given");
            play.check(
                returns(play, &["connect"]) == [0],
                "the client is not connected",
            );
            play.check(play.named(ACCEPTS).is_empty(), "somebody accepts");
        }),
        ("step02-bind-listen", "no-htons", |play, broken| {
            let port = if broken { 36895 } else { 8080 };
            play.check(ports(play, "bind") == [port], "bind gets another port");
        }),
        ("step02-bind-listen", "htonl-port", |play, broken| {
            let port = if broken { 0 } else { 9999 };
            play.check(ports(play, "bind") == [port], "bind gets another port");
        }),
        ("step02-bind-listen", "address-in-use", |play, broken| {
            fails(play, &["bind"], "EADDRINUSE", broken);
            let binds = ports(play, "bind");
            let had = ports(play, "getsockname");
            play.check(
                had.contains(binds.last().unwrap_or(&-1)) == broken,
                "the port is not the one that the earlier server has",
            );
        }),
        ("step02-bind-listen", "privileged-port", |play, broken| {
            fails(play, &["bind"], "EACCES", broken);
            let low = ports(play, "bind")
                .iter()
                .any(|port| (1..1024).contains(port));
            play.check(low == broken, "another port");
        }),
        ("step02-bind-listen", "any-or-loopback", |play, broken| {
            fails(play, &["connect"], "ECONNREFUSED", broken);
            let ip = if broken { "127.0.0.1" } else { "0.0.0.0" };
            let bind = play.named(&["bind"]);
            play.check(arg(bind[0], "addr")["ip"] == ip, "bound to another address");
        }),
        ("step02-bind-listen", "backlog", |play, broken| {
            let waits = play
                .named(&["connect"])
                .into_iter()
                .filter(|c| unfinished(c))
                .count();
            play.check(waits == usize::from(broken), "a client waits, or none");
        }),
        ("step03-accept", "accept", |play, _| {
            let accept = play.named(ACCEPTS)[0];
            play.check(returned(accept) == Some(4), "another descriptor");
            let listens = ports(play, "getsockname")[0];
            play.check(
                accept["ends"]["local"]["port"] == listens,
                "the new socket has another port than the listener",
            );
        }),
        ("step03-accept", "connected-before-accept", |play, _| {
            let sent = play.named(SENDS)[0]["left"].as_u64();
            let accepts = play.named(ACCEPTS)[0]["at"].as_u64();
            play.check(
                sent < accepts,
                "accept was called before the bytes were sent",
            );
            play.check(returns(play, RECVS).contains(&5), "the bytes are not there");
        }),
        ("step03-accept", "same-port", |play, _| {
            let accepts = play.named(ACCEPTS);
            let local = |call: &&Value| call["ends"]["local"]["port"].clone();
            let all: Vec<Value> = accepts.iter().map(local).collect();
            play.check(all.len() > 1, "one client only");
            play.check(all.iter().all(|port| *port == all[0]), "several ports");
        }),
        ("step03-accept", "forgot-listen", |play, broken| {
            fails(play, ACCEPTS, "EINVAL", broken);
            play.check(
                play.named(&["listen"]).is_empty() == broken,
                "listens, or not",
            );
        }),
        ("step03-accept", "talk-to-listener", |play, broken| {
            fails(play, RECVS, "ENOTCONN", broken);
        }),
        ("step03-accept", "accept-datagram", |play, broken| {
            fails(play, ACCEPTS, "EOPNOTSUPP", broken);
        }),
        ("step03-accept", "addrlen", |play, broken| {
            let short = play.named(ACCEPTS).into_iter().any(|call| {
                let length = arg(call, "addrlen");
                length["before"].as_u64() < length["after"].as_u64()
            });
            play.check(short == broken, "the length before and after accept");
        }),
        ("step03-accept", "too-many-files", |play, broken| {
            fails(play, ACCEPTS, "EMFILE", broken);
        }),
        ("step03-accept", "emfile-spin", |play, broken| {
            let failed = play.failed(ACCEPTS, "EMFILE").len();
            play.check((failed > 1) == broken, "how often accept fails");
        }),
        ("step03-accept", "one-at-a-time", |play, broken| {
            let accepts = play.named(ACCEPTS);
            let closed = play.named(&["close"]).into_iter().find(|call| {
                call["process"] == accepts[0]["process"] && arg(call, "fd")["value"] == 4
            });
            let (second, closed) = (accepts[1]["left"].as_u64(), closed.map(|call| &call["at"]));
            let after = closed.and_then(Value::as_u64) < second;
            play.check(after == broken, "when the second client is accepted");
        }),
        ("step04-connect", "connect", |play, _| {
            let connect = play.named(&["connect"])[0];
            let port = connect["ends"]["local"]["port"].as_i64().unwrap_or(0);
            play.check(port > 0, "no port of the client's own");
        }),
        ("step04-connect", "refused", |play, broken| {
            fails(play, &["connect"], "ECONNREFUSED", broken);
        }),
        ("step04-connect", "timeout", |play, broken| {
            let waits = play.named(&["connect"]).into_iter().any(unfinished);
            play.check(waits == broken, "whether connect waits for ever");
            fails(play, &["connect"], "EINPROGRESS", !broken);
        }),
        ("step04-connect", "self-connect", |play, _| {
            let ends = &play.named(&["connect"])[0]["ends"];
            play.check(ends["local"]["text"].is_string(), "no address");
            play.check(ends["local"] == ends["peer"], "not connected to itself");
        }),
        ("step05-send-recv", "send-recv", |play, _| {
            play.check(returns(play, SENDS) == [5, 2], "hello and hi are not sent");
        }),
        ("step05-send-recv", "one-recv", |play, _| {
            let (sent, received) = (returns(play, SENDS), returns(play, RECVS));
            let sum = |list: &[i64]| list.iter().sum::<i64>();
            play.check(sum(&sent) == sum(&received), "not all arrives");
            play.check(sent.len() != received.len(), "as many recvs as sends");
        }),
        ("step05-send-recv", "end-of-stream", |play, broken| {
            let ends = returns(play, RECVS).into_iter().filter(|n| *n == 0).count();
            play.check(ends > 0 && (ends > 1) == broken, "how often recv returns 0");
        }),
        ("step05-send-recv", "whole-buffer", |play, _| {
            play.check(
                returns(play, RECVS) == [5, 2],
                "the second message is not the shorter",
            );
        }),
        ("step05-send-recv", "short-write", |play, _| {
            let short = play.named(SENDS).into_iter().any(|call| {
                let length = arg(call, "len")
                    .get("value")
                    .or(arg(call, "size").get("value"));
                let length = length.and_then(Value::as_i64);
                returned(call).is_some_and(|sent| length.is_some_and(|length| sent < length))
            });
            play.check(short, "no send took less than it was given");
        }),
        ("step05-send-recv", "sigpipe", |play, broken| {
            play.check(!play.failed(SENDS, "EPIPE").is_empty(), "no EPIPE");
            play.check(play.was_killed(13) == broken, "killed by SIGPIPE, or not");
        }),
        ("step05-send-recv", "eintr", |play, broken| {
            play.check(!play.failed(RECVS, "EINTR").is_empty(), "no EINTR");
            play.check(
                returns(play, RECVS).is_empty() == broken,
                "tries again, or not",
            );
        }),
        ("step05-send-recv", "first-write", |play, broken| {
            play.check(
                returns(play, SENDS).first() == Some(&3),
                "the first send fails",
            );
            fails(play, SENDS, "EPIPE", broken);
        }),
        ("step05-send-recv", "both-wait", |play, broken| {
            let waits = play
                .named(RECVS)
                .into_iter()
                .filter(|c| unfinished(c))
                .count();
            play.check(waits == if broken { 2 } else { 0 }, "who waits");
        }),
        ("step05-send-recv", "both-send", |play, broken| {
            let waits = play
                .named(SENDS)
                .into_iter()
                .filter(|c| unfinished(c))
                .count();
            play.check(waits == if broken { 2 } else { 0 }, "who waits");
        }),
        ("step05-send-recv", "sent-not-received", |play, _| {
            play.check(returns(play, SENDS) == [5], "send does not return 5");
            play.check(returns(play, RECVS).is_empty(), "somebody receives");
        }),
        ("step06-close", "close", |play, _| {
            play.check(returns(play, RECVS).contains(&0), "no end of stream");
        }),
        ("step06-close", "half-close", |play, broken| {
            play.check(
                play.named(&["shutdown"]).is_empty() == broken,
                "shutdown, or not",
            );
            let waits = play
                .named(RECVS)
                .into_iter()
                .filter(|c| unfinished(c))
                .count();
            play.check(waits == if broken { 2 } else { 0 }, "who waits");
        }),
        ("step06-close", "unread-reset", |play, broken| {
            fails(play, RECVS, "ECONNRESET", broken);
        }),
        ("step06-close", "linger-zero", |play, broken| {
            fails(play, RECVS, "ECONNRESET", broken);
        }),
        ("step06-close", "time-wait", |play, broken| {
            fails(play, &["bind"], "EADDRINUSE", broken);
            let again = ports(play, "bind").last().copied();
            let had = ports(play, "getsockname").first().copied();
            play.check(again == had, "not the port that the earlier server had");
        }),
        ("step06-close", "dup-keeps-open", |play, broken| {
            play.check(!play.named(&["dup", "fcntl"]).is_empty(), "no copy is made");
            let waits = play
                .named(RECVS)
                .into_iter()
                .filter(|c| unfinished(c))
                .count();
            play.check((waits > 0) == broken, "who waits");
        }),
        ("step06-close", "exec-leak", |play, broken| {
            play.check(!play.lives("exec").is_empty(), "no exec");
            let ends = returns(play, RECVS).contains(&0);
            play.check(ends != broken, "whether the client sees the end");
        }),
        ("step06-close", "close-twice", |play, broken| {
            fails(play, SENDS, "EBADF", broken);
        }),
        ("step11-unix", "unix", |play, _| {
            let named = |names: &[&str]| arg(play.named(names)[0], "addr")["text"].clone();
            play.check(named(&["bind"]) == "unix:chat", "bound elsewhere");
            play.check(named(&["connect"]) == "unix:chat", "connects elsewhere");
            play.check(named(ACCEPTS) == "unnamed", "the client has a name");
            play.check(returns(play, SENDS) == [5, 2], "hello and hi are not sent");
        }),
        ("step11-unix", "stale-path", |play, broken| {
            play.check(
                !play.failed(&["bind"], "EADDRINUSE").is_empty(),
                "bind works",
            );
            fails(play, &["connect"], "ECONNREFUSED", !broken);
            let bound = returns(play, &["bind"]).len();
            play.check(bound == if broken { 1 } else { 2 }, "who could bind");
        }),
        ("step11-unix", "abstract", |play, _| {
            let binds = play.named(&["bind"]);
            let name = |call: &&Value| arg(call, "addr")["text"].to_string();
            let names: Vec<String> = binds.iter().map(name).collect();
            play.check(returns(play, &["bind"]) == [0, 0], "not bound twice");
            play.check(names[0] == names[1], "two names");
            play.check(names[0].contains("unix:@"), "not an abstract name");
        }),
        ("step11-unix", "credentials", |play, _| {
            let client = play.named(&["connect"])[0]["process"].clone();
            let told = arg(play.named(&["getsockopt"])[0], "optval").to_string();
            play.check(
                told.contains(&client.to_string()),
                "not the client's process",
            );
            play.check(play.named(SENDS).is_empty(), "the client says something");
        }),
        ("step11-unix", "pass-descriptor", |play, _| {
            let (sent, arrived) = (rights(play, "sendmsg"), rights(play, "recvmsg"));
            play.check(sent.len() == 1 && arrived.len() == 1, "not one descriptor");
            play.check(sent != arrived, "the same number");
            let ports = ports(play, "getsockname");
            play.check(ports.len() == 2 && ports[0] == ports[1], "two sockets");
        }),
        ("step11-unix", "descriptor-as-text", |play, broken| {
            play.check(rights(play, "recvmsg").is_empty() == broken, "what arrives");
            play.check(
                ports(play, "getsockname").is_empty() == broken,
                "which socket",
            );
        }),
        ("step11-unix", "control-truncated", |play, broken| {
            let truncated = play.named(&["recvmsg"])[0]["text"].to_string();
            play.check(truncated.contains("MSG_CTRUNC") == broken, "MSG_CTRUNC");
            play.check(rights(play, "sendmsg").len() == 1, "nothing is sent");
            play.check(rights(play, "recvmsg").is_empty() == broken, "what arrives");
        }),
        ("step11-unix", "pair", |play, _| {
            let parent = play.named(&["socketpair"])[0]["process"].clone();
            let sends = play.named(SENDS);
            let own = sends
                .iter()
                .filter(|call| call["process"] == parent)
                .count();
            play.check((own, sends.len()) == (1, 2), "who sends");
        }),
        ("step11-unix", "kept-end", |play, broken| {
            let waits = play.named(RECVS).into_iter().any(unfinished);
            play.check(waits == broken, "whether the parent waits for ever");
            play.check(
                returns(play, RECVS).contains(&0) != broken,
                "whether there is an end",
            );
        }),
        ("step11-unix", "no-return-address", |play, broken| {
            let from = arg(play.named(&["recvfrom"])[0], "src_addr")["text"].clone();
            let name = if broken { "no address" } else { "unix:reply" };
            play.check(from == name, "the sender's name");
            let answered = returns(play, SENDS).contains(&2);
            play.check(answered != broken, "whether it is answered");
        }),
        ("step11-unix", "path-too-long", |play, broken| {
            let path = arg(play.named(&["bind"])[0], "addr")["text"].to_string();
            let length = path.trim_matches('"').trim_start_matches("unix:").len();
            play.check(length == if broken { 108 } else { 4 }, "another path");
        }),
        ("step11-unix", "abstract-length", |play, broken| {
            fails(play, &["connect"], "ECONNREFUSED", broken);
            let length = arg(play.named(&["bind"])[0], "addrlen")["value"].as_i64();
            play.check((length == Some(110)) == broken, "another length");
        }),
        ("step06-close", "late-errno", |play, _| {
            play.check(
                !play.failed(&["connect"], "ECONNREFUSED").is_empty(),
                "not refused",
            );
            play.check(
                !play.failed(&["shutdown"], "ENOTCONN").is_empty(),
                "errno stays",
            );
        }),
        ("step09-names", "names", |play, _| {
            let connect = play.named(&["connect"]).into_iter().rfind(own);
            let address = connect.map(|call| arg(call, "addr")["text"].clone());
            let listens = arg(play.named(&["getsockname"])[0], "addr")["text"].clone();
            play.check(
                address == Some(listens),
                "connect is not given what was found",
            );
        }),
        ("step09-names", "localhost-v6", |play, broken| {
            let tried = play.named(&["connect"]).into_iter().filter(own);
            let tried: Vec<&Value> = tried.map(|call| &arg(call, "addr")["family"]).collect();
            let expected = ["AF_INET6", "AF_INET"];
            let count = if broken { 1 } else { 2 };
            play.check(tried == expected[..count], "which families are tried");
            fails(play, &["connect"], "ECONNREFUSED", true);
        }),
        ("step09-names", "connect-each", |play, _| {
            let refused = play.failed(&["connect"], "ECONNREFUSED").len();
            play.check(refused == 2, "how many refuse");
            let sockets = play.named(&["socket"]).into_iter().filter(own);
            play.check(sockets.count() == 4, "not a socket for each");
        }),
        ("step09-names", "not-found", |play, _| {
            fails(play, &["connect"], "ECONNREFUSED", true);
            play.check(play.named(&["sendto"]).is_empty(), "somebody is asked");
        }),
        ("step09-names", "static-buffer", |play, _| {
            let ends = &play.named(ACCEPTS)[0]["ends"];
            let ip = |end: &str| {
                let text = ends[end]["text"].as_str().unwrap_or_default();
                text.rsplit_once(':').map(|(ip, _)| ip.to_owned())
            };
            play.check(ip("local") != ip("peer"), "both ends have one address");
        }),
        ("step09-names", "old-pair", |play, _| {
            let own = play.named(&["connect"]).into_iter().filter(own);
            let families: Vec<&Value> = own.map(|call| &arg(call, "addr")["family"]).collect();
            play.check(families == ["AF_INET"], "not one connect, over IPv4");
        }),
        ("step09-names", "dual-stack", |play, _| {
            let families: Vec<&str> = play.named(ACCEPTS).iter().map(address).collect();
            let mapped = |text: &&str| text.starts_with("[::ffff:127.0.0.1]:");
            play.check(
                families.iter().filter(|t| mapped(t)).count() == 1,
                "not mapped",
            );
            play.check(families.len() == 2, "not two clients");
        }),
        ("step09-names", "v6only", |play, broken| {
            fails(play, &["bind"], "EADDRINUSE", broken);
            let clients: Vec<&str> = play.named(ACCEPTS).iter().map(address).collect();
            let mapped = clients.iter().any(|text| text.contains("ffff"));
            play.check(clients.is_empty() == broken && !mapped, "who comes to whom");
        }),
        ("step08-options", "options", |play, _| {
            let values = options(play, "getsockopt", "TCP_NODELAY");
            play.check(values == [0, 1, 0], "not off, on, and off the other one");
        }),
        ("step08-options", "defaults", |play, _| {
            play.check(play.named(&["setsockopt"]).is_empty(), "something is set");
            let read = returns(play, &["getsockopt"]).len();
            play.check(read >= 50, "few options have a value");
        }),
        ("step08-options", "buffer-doubling", |play, _| {
            let wished = options(play, "setsockopt", "SO_RCVBUF");
            let got = options(play, "getsockopt", "SO_RCVBUF");
            play.check(got[0] == 2 * wished[0], "not doubled");
            play.check(got[1] > wished[1] && got[2] < wished[2], "no limits");
        }),
        ("step08-options", "timeouts", |play, _| {
            fails(play, RECVS, "EAGAIN", true);
            play.check(returns(play, RECVS) == [5], "the second recv");
        }),
        ("step08-options", "zero-timeout", |play, broken| {
            let waits = play.named(RECVS).into_iter().any(unfinished);
            play.check(waits == broken, "whether recv waits for ever");
            fails(play, RECVS, "EAGAIN", !broken);
        }),
        ("step08-options", "one-byte-flag", |play, broken| {
            fails(play, &["setsockopt"], "EINVAL", broken);
        }),
        ("step08-options", "nagle", |play, broken| {
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
        ("step08-options", "keepalive", |play, _| {
            play.check(
                options(play, "setsockopt", "SO_KEEPALIVE") == [1],
                "not turned on",
            );
            play.check(play.named(&["setsockopt"]).len() == 4, "not four options");
        }),
        ("step08-options", "silent-peer", |play, broken| {
            let waits = play.named(RECVS).into_iter().any(unfinished);
            play.check(waits == broken, "whether recv waits for ever");
            fails(play, RECVS, "ETIMEDOUT", !broken);
        }),
        ("step08-options", "reuse-address", |play, broken| {
            fails(play, &["bind"], "EADDRINUSE", broken);
            let again = ports(play, "bind").last().copied();
            let had = ports(play, "getsockname").first().copied();
            play.check(again == had, "not the port that the earlier server had");
        }),
        ("step08-options", "reuse-port", |play, broken| {
            fails(play, &["bind"], "EADDRINUSE", broken);
            let listening = returns(play, &["listen"]).len();
            play.check(listening == if broken { 1 } else { 2 }, "who listens");
        }),
        ("step08-options", "so-error", |play, broken| {
            let taken = options(play, "getsockopt", "SO_ERROR");
            let reset = i64::from(libc::ECONNRESET);
            let expected = if broken { vec![reset, 0] } else { vec![reset] };
            play.check(taken == expected, "what SO_ERROR says");
        }),
        ("step07-chat", "chat", |play, _| {
            play.check(texts(play, SENDS) == ["hello", "hi"], "what is said");
            play.check(returns(play, RECVS).contains(&0), "nobody says goodbye");
            let last = play.named(ACCEPTS).pop();
            play.check(last.is_some_and(unfinished), "nobody else is waited for");
        }),
        ("step07-chat", "merged", |play, broken| {
            let (sent, arrived) = (texts(play, SENDS), texts(play, RECVS));
            if broken {
                play.check(sent == ["hello", "hi"], "what is sent");
                play.check(arrived == ["hellohi", ""], "not merged");
            } else {
                play.check(sent == ["hello\n", "hi\n"], "what is sent");
                play.check(arrived.concat() == "hello\nhi\n", "what arrives");
            }
        }),
        ("step07-chat", "cut", |play, broken| {
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
        ("step07-chat", "utf8-split", |play, broken| {
            let first = arg(play.named(RECVS)[0], "buf")["hex"].clone();
            play.check(first == "e4bda0e5", "not cut inside the second letter");
            let ends = texts(play, SENDS).concat().ends_with('\n');
            play.check(ends != broken, "whether a newline ends it");
        }),
        ("step07-chat", "empty-line", |play, broken| {
            let waits = play.named(RECVS).into_iter().filter(|c| unfinished(c));
            play.check(waits.count() == if broken { 2 } else { 0 }, "who waits");
            let expected: &[&str] = if broken { &[""] } else { &["\n", "hi\n"] };
            play.check(texts(play, SENDS) == expected, "what is sent");
        }),
        ("step07-chat", "host-order-length", |play, broken| {
            let network_order = texts(play, SENDS) == ["\0\0\0\x05hello"];
            play.check(
                network_order != broken || cfg!(target_endian = "big"),
                "the order of the length",
            );
            play.check(returns(play, RECVS) == [9], "what arrives");
        }),
        ("step07-chat", "struct-padding", |play, broken| {
            let sizes = if broken { [8, 5] } else { [5, 5] };
            play.check(returns(play, SENDS) == sizes, "the size of the head");
            let secret = texts(play, RECVS).concat().contains("sec");
            play.check(secret == broken, "whether a secret arrives");
        }),
        ("step10-udp", "udp", |play, _| {
            play.check(texts(play, SENDS) == ["hello", "hi"], "what is said");
            let connected = play.named(&["connect", "listen", "accept", "accept4"]);
            play.check(connected.is_empty(), "there is a connection");
            let from = &arg(play.named(RECVS)[0], "src_addr")["text"];
            let answered = &arg(play.named(SENDS)[1], "dest_addr")["text"];
            play.check(from == answered, "the answer goes to somebody else");
        }),
        ("step10-udp", "boundaries", |play, _| {
            let sent = play.named(SENDS)[1]["left"].as_u64();
            let received = play.named(RECVS)[0]["at"].as_u64();
            play.check(sent < received, "received before both were sent");
            play.check(texts(play, RECVS) == ["hello", "hi"], "merged, or cut");
        }),
        ("step10-udp", "truncated", |play, broken| {
            play.check(texts(play, SENDS) == ["hello", "hi"], "what is sent");
            let first = if broken { "hell" } else { "hello" };
            play.check(texts(play, RECVS) == [first, "hi"], "what arrives");
        }),
        ("step10-udp", "real-length", |play, _| {
            let call = play.named(RECVS)[0];
            let room = arg(call, "len")["value"].as_i64();
            play.check(returned(call) > room, "not more than there was room for");
            let asked = arg(call, "flags")["names"].to_string();
            play.check(asked.contains("MSG_TRUNC"), "not asked for");
        }),
        ("step10-udp", "empty-datagram", |play, broken| {
            play.check(returns(play, SENDS) == [0, 5], "what is sent");
            let expected: &[i64] = if broken { &[0] } else { &[0, 5] };
            play.check(returns(play, RECVS) == expected, "what is received");
        }),
        ("step10-udp", "lost", |play, broken| {
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
        ("step10-udp", "connected", |play, _| {
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
        ("step10-udp", "nobody-there", |play, broken| {
            play.check(returns(play, SENDS) == [5], "sendto does not succeed");
            let waits = play.named(RECVS).into_iter().any(unfinished);
            play.check(waits == broken, "whether the client waits for ever");
            fails(play, RECVS, "ECONNREFUSED", !broken);
        }),
        ("step10-udp", "late-error", |play, broken| {
            play.check(texts(play, SENDS)[0] == "one", "the first fails");
            fails(play, SENDS, "ECONNREFUSED", true);
            let arrived = texts(play, RECVS).contains(&"two".into());
            play.check(arrived != broken, "whether the second arrives");
            play.check(
                returned(play.named(SENDS)[1]).is_none(),
                "the error does not come with the second",
            );
        }),
        ("step10-udp", "broadcast", |play, broken| {
            fails(play, SENDS, "EACCES", broken);
            let allowed = options(play, "setsockopt", "SO_BROADCAST");
            play.check(allowed.is_empty() == broken, "whether it is allowed");
            let expected: &[&str] = if broken { &[] } else { &["hello", "hello"] };
            play.check(texts(play, RECVS) == expected, "who receives");
        }),
        ("step10-udp", "multicast", |play, _| {
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
    ];
    for (step, scene, holds) in table {
        let plays = record(step, scene);
        if plays
            .iter()
            .any(|play| play.is_played() && !play.is_traced())
        {
            return not_run("what the scenes do", "nothing is traced here");
        }
        for play in plays.iter().filter(|play| play.is("layer", "libc")) {
            play.check(play.is_played(), "not in the raw layer");
            play.check(!play.events.is_empty(), "no record");
            holds(play, play.is("variant", "broken"));
        }
    }
    // Every scene is asked, or it is said which is not.
    for step in course_tests::STEPS {
        for scene in scenes(step) {
            let asked = table
                .iter()
                .any(|(s, name, _)| *s == step && *name == scene.name);
            if !asked && step != "step00-hello" {
                not_run(
                    &format!("the record of {step} {}", scene.name),
                    "no question is written",
                );
            }
        }
    }
}

/// Some call fails with this error exactly where it should.
#[track_caller]
fn fails(play: &Play, names: &[&str], errno: &str, expected: bool) {
    let failed = !play.failed(names, errno).is_empty();
    play.check(failed == expected, &format!("{}: {errno}", names[0]));
}

/// What the calls of this name returned, without those that failed or never did.
fn returns(play: &Play, names: &[&str]) -> Vec<i64> {
    play.named(names).into_iter().filter_map(returned).collect()
}

/// The bytes of the calls of this name that did not fail, as text. Of long ones only the beginning.
fn texts(play: &Play, names: &[&str]) -> Vec<String> {
    let calls = play.named(names).into_iter();
    let calls = calls.filter(|call| returned(call).is_some());
    calls
        .map(|call| arg(call, "buf")["text"].as_str().unwrap_or_default())
        .map(str::to_owned)
        .collect()
}

/// Not what a runtime or the resolver does on its own account.
fn own(call: &&Value) -> bool {
    call["by_runtime"] == false
}

/// The address of a call in figures.
fn address<'a>(call: &&'a Value) -> &'a str {
    arg(call, "addr")["text"].as_str().unwrap_or_default()
}

/// The ports in the addresses of the calls of this name.
fn ports(play: &Play, name: &str) -> Vec<i64> {
    let port = |call: &Value| arg(call, "addr")["port"].as_i64();
    play.named(&[name]).into_iter().filter_map(port).collect()
}

/// The values that the calls of this name have of an option.
fn options(play: &Play, name: &str, option: &str) -> Vec<i64> {
    let calls = play.named(&[name]).into_iter();
    let calls = calls.filter(|call| arg(call, "optname")["name"] == option);
    calls
        .filter_map(|call| arg(call, "optval")["value"].as_i64())
        .collect()
}

/// The descriptors in the control messages of the calls of this name.
fn rights(play: &Play, name: &str) -> Vec<i64> {
    let mut found = Vec::new();
    for call in play.named(&[name]) {
        descriptors(arg(call, "msg"), &mut found);
    }
    found
}

fn unfinished(call: &Value) -> bool {
    call["outcome"]["type"] == "unfinished"
}

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
