//! `--wire`: packets among the calls, the states of both ends, and what there is where a private network cannot be had.

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use course_tests::programs::installed;
use course_tests::record::parse;
use course_tests::refuse::refuse_namespaces;
use course_tests::scenes::LAYERS;
use course_tests::temp::Temp;
use course_tests::{Output, Play, Run, not_run, played, run, scenes, side_by_side};
use serde_json::Value;

use crate::user::ordinary;

for_each_step! {
    the_calls_are_the_same_with_packets_among_them
    the_core_scenes_go_as_announced_on_a_slow_wire
}

fn is_root() -> bool {
    // SAFETY: geteuid(2) takes nothing, touches no memory and cannot fail.
    unsafe { libc::geteuid() == 0 }
}

/// The plays of a run with packets; `None`, and a printed line, where they cannot be had here.
#[track_caller]
fn plays(what: &str, run: Run) -> Option<Vec<Play>> {
    let output = run.output().exits(0);
    let missing = [
        "no packets: ",
        "not traced: ",
        "user namespaces",
        "a slow wire",
    ];
    let why = output
        .stderr
        .lines()
        .find(|line| missing.iter().any(|words| line.contains(words)));
    if let Some(why) = why {
        not_run(what, why);
        return None;
    }
    let output = output.quiet();
    Some(parse(&output.stdout).expect("JSON lines"))
}

fn packets(play: &Play) -> impl Iterator<Item = &Value> {
    play.events
        .iter()
        .filter(|event| event["event"] == "packet")
}

/// Each actor's calls, and how they ended.
fn lanes(play: &Play) -> Vec<Vec<String>> {
    let lane = |process: i64| {
        let own = play.calls().filter(move |call| call["process"] == process);
        let told = own.map(|call| format!("{} {}", call["name"], call["outcome"]["type"]));
        told.collect()
    };
    let actors = play.actors().into_iter();
    actors.map(|(_, process)| lane(process)).collect()
}

/// Whether the socket of a call is one of TCP: the last one that its process was given this descriptor for.
fn is_stream(play: &Play, call: &Value) -> bool {
    let descriptor = &call["args"][0]["value"]["value"];
    let made = play.named(&["socket"]).into_iter().rfind(|socket| {
        socket["process"] == call["process"]
            && socket["outcome"]["value"] == *descriptor
            && socket["at"].as_u64() < call["at"].as_u64()
    });
    made.is_some_and(|socket| {
        socket["text"]
            .as_str()
            .is_some_and(|text| text.contains("SOCK_STREAM"))
    })
}

/// Each connect of TCP that came about has its SYN between its entry and its exit.
#[track_caller]
fn each_connect_has_its_syn(play: &Play) {
    let connects = play.named(&["connect"]).into_iter();
    for connect in connects.filter(|connect| is_stream(play, connect)) {
        let (Some(entered), Some(left)) = (connect["at"].as_u64(), connect["left"].as_u64()) else {
            continue;
        };
        let peer = &connect["ends"]["peer"]["text"];
        if connect["outcome"]["type"] != "returned" || connect["ends"]["peer"]["port"].is_null() {
            continue;
        }
        let local = &connect["ends"]["local"]["text"];
        let mut syns = packets(play).filter(|packet| {
            packet["from"]["text"] == *local
                && packet["to"]["text"] == *peer
                && packet["flags"] == serde_json::json!(["SYN"])
        });
        let syn = syns.next().and_then(|syn| syn["at"].as_u64());
        play.check(
            syn.is_some_and(|at| entered < at && at < left) && syns.next().is_none(),
            &format!("no SYN, or not in time, or two: {connect}"),
        );
    }
}

fn the_calls_are_the_same_with_packets_among_them(step: &str) {
    let without = played(step, &["--json", "--no-wire"]).exits(0);
    let without = parse(&without.stdout).expect("JSON lines");
    let Some(with) = plays("packets", Run::new(step).args(["--wire", "--json"])) else {
        return;
    };
    assert_eq!(with.len(), without.len());
    for (with, without) in with.iter().zip(&without) {
        without.check(packets(without).next().is_none(), "packets without --wire");
        with.check(
            lanes(with) == lanes(without),
            &format!("other calls than without --wire:\n{}", without.text()),
        );
        each_connect_has_its_syn(with);
    }
}

fn the_core_scenes_go_as_announced_on_a_slow_wire(step: &str) {
    let scenes = scenes(step);
    // Each in a network of its own, and each waits for its own wire.
    side_by_side(8, scenes.iter().filter(|scene| scene.core), |scene| {
        let run = Run::new(step).args([scene.name.as_str(), "--slow", "--json", "--layer", "libc"]);
        // Its exit status says that it went so.
        let plays = plays(&format!("{step} {} on a slow wire", scene.name), run);
        let plays = plays.into_iter().flatten();
        for play in plays.filter(|play| play.is_played()) {
            each_connect_has_its_syn(&play);
        }
    });
}

/// The states of each end, from its first packet on.
fn states<'a>(play: &'a Play, local: &str, peer: &str) -> Vec<&'a Value> {
    let states = play.events.iter().filter(|event| {
        event["event"] == "state"
            && event["local"]["text"] == local
            && event["peer"]["text"] == peer
    });
    states.collect()
}

/// Whoever calls it, at whichever of its addresses, over IPv4 or IPv6: it is one socket, and it began to listen once.
#[test]
fn a_listener_at_every_address_is_one_socket() {
    for (step, scene) in [
        (
            "step02-bind-listen",
            ["any-or-loopback", "--repaired"].as_slice(),
        ),
        ("step09-names", &["dual-stack"]),
    ] {
        let run = Run::new(step)
            .args(scene)
            .args(["--wire", "--json", "--layer", "std"]);
        let Some(plays) = plays("packets", run) else {
            return;
        };
        for play in plays.iter().filter(|play| play.is_played()) {
            let listens: Vec<&Value> = play
                .events
                .iter()
                .filter(|event| event["event"] == "state" && event["to"] == "LISTEN")
                .collect();
            let ip = |event: &Value| event["local"]["ip"].clone();
            play.check(
                listens.len() == 1 && ["0.0.0.0", "::"].iter().any(|any| ip(listens[0]) == *any),
                &format!("one socket listens, at every address: {listens:#?}"),
            );
            // What others saw of it, too, is under the address that is its own.
            let waits = play
                .events
                .iter()
                .filter(|event| event["event"] == "held" && event["state"] == "LISTEN");
            for held in waits {
                play.check(
                    ip(held) == ip(listens[0]),
                    &format!("another listener: {held}"),
                );
            }
        }
    }
}

#[test]
fn the_states_of_a_slow_close_are_those_of_the_rfc() {
    side_by_side(LAYERS.len(), LAYERS, |layer| {
        let run = Run::new("step06-close").args(["close", "--slow", "--json", "--layer", layer]);
        let Some(plays) = plays("a slow wire", run) else {
            return;
        };
        let [play] = &plays[..] else {
            panic!("{layer}: {} plays instead of one", plays.len());
        };
        let syn = packets(play).next().expect("packets");
        let [client, server] = ["from", "to"].map(|end| syn[end]["text"].as_str().expect("text"));
        let names = |states: &[&Value]| {
            let mut names: Vec<_> = states.iter().map(|state| state["to"].clone()).collect();
            names.insert(
                0,
                states
                    .first()
                    .map_or(Value::Null, |first| first["from"].clone()),
            );
            serde_json::json!(names)
        };
        let of_client = states(play, client, server);
        let of_server = states(play, server, client);
        play.check(
            names(&of_client)
                == serde_json::json!([
                    "CLOSED",
                    "SYN-SENT",
                    "ESTABLISHED",
                    "FIN-WAIT-1",
                    "FIN-WAIT-2",
                    "TIME-WAIT"
                ]),
            &format!("the client's states: {of_client:#?}"),
        );
        play.check(
            names(&of_server)
                == serde_json::json!([
                    "LISTEN",
                    "SYN-RECEIVED",
                    "ESTABLISHED",
                    "CLOSE-WAIT",
                    "LAST-ACK",
                    "CLOSED"
                ]),
            &format!("the server's states: {of_server:#?}"),
        );
        // Where a state lasts for a packet's way at least, the kernel was asked meanwhile. CLOSED is no socket at all.
        for state in of_client.iter().chain(&of_server) {
            let short = ["FIN-WAIT-2", "CLOSED"].contains(&state["to"].as_str().unwrap_or(""));
            play.check(
                short || state["read_from_kernel"] == true,
                &format!("the kernel was not seen in it: {state}"),
            );
        }
        for packet in packets(play) {
            let at = packet["at"].as_u64().expect("a time");
            let arrived = packet["arrived"].as_u64().expect("it arrives");
            play.check(arrived - at >= 99_000_000, "too fast for a slow wire");
        }
    });
}

#[test]
fn without_a_tun_device_the_wire_is_as_fast_as_ever_and_that_is_said() {
    let what = "a slow wire without /dev/net/tun";
    if !is_root() || !can_trace() || !Path::new("/dev/net").is_dir() {
        return not_run(
            what,
            "not root, or not traced, or there is no /dev/net to hide",
        );
    }
    let script = "mount -t tmpfs none /dev/net || exit 9; exec \"$@\"";
    let run = Run::path("unshare".into()).args(["--mount", "sh", "-c", script, "sh"]);
    let program = course_tests::program("step06-close");
    let output = run
        .args([program])
        .args(["--slow", "--json", "--layer", "std"])
        .output();
    if !output.stderr.contains("slow wire") {
        return not_run(what, output.stderr.lines().next().unwrap_or("it is slow"));
    }
    says(&output, &["/dev/net/tun", "modprobe tun", "at full speed"]);
    let plays = parse(&output.exits(0).stdout).expect("JSON lines");
    let all = || packets(&plays[0]);
    assert!(all().next().is_some() && all().all(|packet| packet["arrived"].is_null()));
}

#[test]
fn tshark_reads_the_same_packets() {
    let Some(tshark) = installed("tshark") else {
        return not_run("the file of --pcap", "tshark is not installed");
    };
    let temp = Temp::new();
    let file = temp.path().join("close.pcap");
    for (step, scene) in [("step06-close", "close"), ("step04-connect", "refused")] {
        let run = Run::new(step)
            .args([scene, "--json", "--wire", "--pcap"])
            .args([&file]);
        let Some(plays) = plays("the file of --pcap", run) else {
            return;
        };
        let fields = [
            "tcp.flags",
            "tcp.seq",
            "tcp.ack",
            "tcp.len",
            "frame.len",
            "tcp.srcport",
        ];
        let mut tshark = Run::path(tshark.clone()).args(["-r"]).args([&file]);
        tshark = tshark.args(["-T", "fields"]);
        for field in fields {
            tshark = tshark.args(["-e", field]);
        }
        let output = tshark.output().exits(0);
        let complaints = output.stderr.lines();
        let complaints = complaints.filter(|line| !line.starts_with("Running as user"));
        assert_eq!(complaints.collect::<Vec<_>>(), Vec::<&str>::new());
        let bits = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
        let expected: Vec<String> = packets(&plays[0])
            .map(|packet| {
                let flags = packet["flags"].as_array().expect("TCP").iter();
                let flags = flags.filter_map(|name| bits.iter().position(|bit| name == bit));
                let flags: u32 = flags.map(|bit| 1 << bit).sum();
                let number = |name: &str, unknown| packet[name].as_u64().unwrap_or(unknown);
                format!(
                    "0x{flags:04x}\t{}\t{}\t{}\t{}\t{}",
                    // Where no SYN was seen, as of an end that only refuses, tshark begins with 1.
                    number("relative_sequence", 1),
                    number("relative_acknowledgement", 0),
                    packet["data"]["total"],
                    packet["length"],
                    packet["from"]["port"],
                )
            })
            .collect();
        assert!(!expected.is_empty());
        assert_eq!(
            output.stdout.lines().collect::<Vec<_>>(),
            expected,
            "{step}"
        );
    }
}

#[test]
fn the_packets_of_a_guest_alone_are_written_too() {
    if installed("python3").is_none() {
        return not_run("the file of --pcap", "python3 is not installed");
    }
    let temp = Temp::new();
    let file = temp.path().join("guest.pcap");
    let run = Run::new("step06-close").args(["--layer", "python", "--json", "--wire", "--pcap"]);
    let Some(plays) = plays("the file of --pcap", run.args([&file])) else {
        return;
    };
    // A header of 24 bytes, and one of 16 before each packet; its length is that of the packet itself.
    let lengths =
        packets(&plays[0]).map(|packet| 16 + packet["length"].as_u64().expect("a length"));
    let expected = 24 + lengths.sum::<u64>();
    assert!(expected > 24);
    assert_eq!(fs::metadata(&file).expect("it was made").len(), expected);
}

#[test]
fn a_file_that_cannot_be_written_is_named_before_anything_is_played() {
    let output = run("step06-close", &["--pcap", "/nowhere/x"]).exits(1);
    says(&output, &["/nowhere/x", "No such file", "another file"]);
    assert!(output.stdout.is_empty());
    let lens = Run::new("lens").args(["--wire", "--pcap", "/nowhere/x", "true"]);
    says(&lens.output().exits(2), &["/nowhere/x", "No such file"]);
}

/// One line on standard error that has all of these words.
#[track_caller]
fn says(output: &Output, words: &[&str]) {
    let one = output.stderr.lines().count() == 1;
    let all = words.iter().all(|word| output.stderr.contains(word));
    output.check(one && all, &format!("does not say {words:?} in one line"));
}

/// Whether programs are traced here at all.
fn can_trace() -> bool {
    !played("step06-close", &["close", "--layer", "libc"])
        .stderr
        .contains("not traced: ")
}

#[test]
fn an_ordinary_user_sees_packets() {
    let temp = Temp::new();
    // What a user may do is the same in each layer, and a slow wire takes its time.
    for (options, what) in [
        (&["--wire"][..], "packets for an ordinary user"),
        (
            &["--slow", "--layer", "libc"],
            "a slow wire for an ordinary user",
        ),
    ] {
        let run = ordinary(&temp, "step06-close")
            .args(["--json"])
            .args(options);
        let Some(plays) = plays(what, run) else {
            continue;
        };
        for play in &plays {
            play.check(packets(play).count() >= 8, "a handshake, data, two FINs");
            each_connect_has_its_syn(play);
        }
    }
}

#[test]
fn without_namespaces_an_ordinary_user_is_told_why_there_are_no_packets() {
    if !can_trace() {
        return not_run("namespaces forbidden", "not traced");
    }
    let temp = Temp::new();
    let mut run = ordinary(&temp, "step06-close").args(["--wire", "--json"]);
    refuse_namespaces(run.command());
    let output = run.output().exits(0);
    says(
        &output,
        &[
            "no packets: ",
            "user namespaces are forbidden",
            "CAP_NET_RAW",
            "as root",
        ],
    );
    let plays = parse(&output.stdout).expect("JSON lines");
    assert!(plays.iter().all(|play| packets(play).next().is_none()));
    assert!(plays.iter().all(|play| play.calls().next().is_some()));
}

#[test]
fn where_no_more_namespaces_may_be_made_the_limit_is_named() {
    let what = "a limit of no namespaces";
    if !can_trace() || installed("unshare").is_none() || installed("setpriv").is_none() {
        return not_run(what, "not traced, or util-linux is not installed");
    }
    // In a user namespace of its own, which has limits of its own, and without the rights that would go past them.
    let script = "echo 0 > /proc/sys/user/max_user_namespaces || exit 9; \
         exec setpriv --bounding-set -sys_admin,-net_admin,-net_raw \"$@\"";
    let program = course_tests::program("step06-close");
    let run = Run::path("unshare".into()).args(["-Ur", "sh", "-c", script, "sh"]);
    let output = run.args([program]).args(["--wire", "--json"]).output();
    if output.status.code() != Some(0) && !output.stderr.contains("no packets") {
        return not_run(what, output.stderr.lines().next().unwrap_or("refused"));
    }
    let words = [
        "no packets: ",
        "sysctl user.max_user_namespaces",
        "CAP_NET_RAW",
    ];
    says(&output.exits(0), &words);
}

#[test]
fn without_namespaces_root_sees_those_of_the_machines_network() {
    if !is_root() || !can_trace() {
        return not_run("the machine's own network", "not root, or not traced");
    }
    let mut run = Run::new("step06-close").args(["--wire", "--json"]);
    refuse_namespaces(run.command());
    let output = run.output().exits(0);
    if output.stderr.contains("no packets: ") {
        return not_run("the machine's own network", output.stderr.trim());
    }
    says(
        &output,
        &["user namespaces are forbidden", "the machine's own network"],
    );
    for play in parse(&output.stdout).expect("JSON lines") {
        each_connect_has_its_syn(&play);
    }
}

#[test]
fn without_the_right_to_it_the_machines_network_is_not_shown() {
    if !can_trace() {
        return not_run("--share-net", "not traced");
    }
    let temp = Temp::new();
    let output = ordinary(&temp, "step06-close")
        .args(["--share-net", "--json"])
        .output()
        .exits(0);
    says(
        &output,
        &["no packets: ", "CAP_NET_RAW", "leave out --share-net"],
    );
}

#[test]
fn of_the_machines_network_only_the_programs_packets_are_shown() {
    if !is_root() {
        return not_run("--share-net", "not root");
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("bind");
    let address = listener.local_addr().expect("getsockname");
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        // Somebody else on the same machine.
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let client = TcpStream::connect(address);
                drop((client, listener.accept()));
            }
        });
        let run = Run::new("step06-close").args(["--share-net", "--json"]);
        let plays = plays("--share-net", run);
        over.store(true, Ordering::Relaxed);
        for play in plays.into_iter().flatten() {
            let own: HashSet<_> = play
                .calls()
                .filter_map(|call| call["ends"]["local"]["text"].as_str())
                .collect();
            for packet in packets(&play) {
                let is_own = |end: &str| own.contains(packet[end]["text"].as_str().unwrap_or(""));
                play.check(
                    is_own("from") && is_own("to"),
                    &format!("another's: {packet}"),
                );
            }
            each_connect_has_its_syn(&play);
        }
    });
}

/// The processes that run this program, or are in this network.
fn left(program: &Path, network: Option<&Path>) -> Vec<String> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let left = processes.filter(|process| {
        let read = |file: &str| fs::read_link(process.path().join(file)).ok();
        read("exe").is_some_and(|exe| exe.starts_with(program))
            || network.is_some_and(|network| read("ns/net").as_deref() == Some(network))
    });
    left.map(|process| process.file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn nothing_is_left_behind_also_after_a_kill() {
    let temp = Temp::new();
    let lens = temp.copy_of("lens");
    for (slow, kill) in [(false, false), (false, true), (true, true)] {
        let script = "readlink /proc/self/ns/net; read line";
        let mut command = Command::new(&lens);
        command.arg("--wire").args(slow.then_some("--slow"));
        command.args(["-o", "/dev/null", "sh", "-c", script]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().expect("it starts");
        let mut network = String::new();
        let mut stdout = child.stdout.take().expect("a pipe");
        let mut byte = [0];
        while stdout.read(&mut byte).expect("it writes") == 1 && byte != *b"\n" {
            network.push(char::from(byte[0]));
        }
        let own = fs::read_link("/proc/self/ns/net").expect("/proc");
        if Path::new(&network) == own {
            child.kill().expect("it lives");
            child.wait().expect("it ends");
            return not_run("what is left of a private network", "there is none here");
        }
        assert!(!left(&lens, Some(Path::new(&network))).is_empty());
        if kill {
            child.kill().expect("it lives");
        }
        drop(child.stdin.take());
        child.wait().expect("it ends");
        let until = Instant::now() + Duration::from_secs(30);
        while !left(&lens, Some(Path::new(&network))).is_empty() {
            assert!(
                Instant::now() < until,
                "{:?}",
                left(&lens, Some(Path::new(&network)))
            );
            thread::yield_now();
        }
    }
}

/// What a program can find out about itself.
const SELF: &str = "id; cat /proc/self/uid_map /proc/self/gid_map; ls /proc/self/fd; env | sort; \
     grep -E '^(Cap(Inh|Prm|Eff|Amb)|Groups)' /proc/self/status; umask; pwd";

#[test]
fn the_command_is_the_same_user_with_the_same_rights() {
    let temp = Temp::new();
    let lens = temp.copy_of("lens");
    for user in [None, Some(65534)] {
        if user.is_some() && !is_root() {
            continue;
        }
        let of = |options: &[&str]| {
            let mut run = Run::path(lens.clone());
            if let Some(user) = user {
                run.command().uid(user).gid(user).current_dir("/");
            }
            let args = ["-o", "/dev/null"]
                .iter()
                .chain(options)
                .chain(&["sh", "-c", SELF]);
            run.args(args).output().exits(0)
        };
        let (with, without) = (of(&["--wire"]), of(&[]));
        if with.stderr.contains("no packets") {
            return not_run("the command in a private network", with.stderr.trim());
        }
        let without_maps = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| {
                !line.trim_start().starts_with(|c: char| c.is_ascii_digit()) || line.len() < 4
            });
            lines.map(str::to_owned).collect()
        };
        assert_eq!(without_maps(&with.stdout), without_maps(&without.stdout));
    }
}
