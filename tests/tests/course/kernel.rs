//! `--kernel`: the kernel's own functions below the taught call, and the TCP states.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use course_tests::record::parse;
use course_tests::temp::Temp;
use course_tests::{Output, Play, Run, not_run, played, played_in, run};
use serde_json::Value;

use crate::steps::asked_of;
use crate::user::ordinary;

for_each_step! {
    plays_all_the_same_without_the_right
    is_seen_only_where_it_was_asked_for
}

/// Where the instances are.
const INSTANCES: &str = "/sys/kernel/tracing/instances";

/// Whether one can look into the kernel here; where not, a line says that this was not run.
#[track_caller]
fn can_look(what: &str) -> bool {
    let output = played("step01-socket", &["--kernel", "--layer", "libc"]).exits(0);
    let why = output.stderr.lines().find(|line| line.starts_with("not "));
    if let Some(why) = why {
        not_run(what, why);
    }
    why.is_none()
}

/// The plays of a step's main scene with the kernel's functions.
#[track_caller]
fn plays(step: &str) -> Vec<Play> {
    let output = played(step, &["--kernel", "--json"]).exits(0);
    parse(&output.stdout).expect("JSON lines")
}

/// The names of the kernel's functions of a call.
fn functions(call: &Value) -> Vec<&str> {
    let functions = call["kernel"].as_array().into_iter().flatten();
    functions
        .filter_map(|function| function["name"].as_str())
        .collect()
}

/// The instances that this process has made.
fn instances_of(process: u32) -> Vec<PathBuf> {
    let mark = format!(".{process}.");
    let instances = fs::read_dir(INSTANCES).into_iter().flatten().flatten();
    let own = instances.filter(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with("socket-course.") && name.contains(&mark)
    });
    own.map(|entry| entry.path()).collect()
}

fn plays_all_the_same_without_the_right(step: &str) {
    // SAFETY: geteuid(2) takes nothing, touches no memory and cannot fail.
    let root = unsafe { libc::geteuid() } == 0;
    let temp = Temp::new();
    let with = ordinary(&temp, step).args(["--kernel"]).output().exits(0);
    if with.stderr.starts_with("not traced: ") || with.stdout.contains("not on this machine") {
        return;
    }
    if !root && !with.stderr.contains("not shown: ") {
        return not_run(
            "--kernel for an ordinary user",
            "this user may look into the kernel",
        );
    }
    let one = with.stderr.lines().count() == 1;
    with.check(
        one && with.stderr.starts_with("not shown: ") && with.stderr.contains("root and tracefs"),
        "does not say in one line what it needs",
    );
    with.check(with.stdout.contains("Next"), "does not play to its end");
    with.check(
        !with.stdout.contains("in the kernel:"),
        "shows what it cannot see",
    );
}

fn is_seen_only_where_it_was_asked_for(step: &str) {
    let without = played(step, &["--json", "--no-wire"]).exits(0);
    without.check(
        !without.stdout.contains("\"kernel\":[") && !without.stdout.contains("\"event\":\"state\""),
        "looks into the kernel",
    );
    let drawn = played(step, &[]).exits(0);
    drawn.check(
        !drawn.stdout.contains("in the kernel:"),
        "looks into the kernel",
    );
    if !can_look(&format!("the kernel's functions in {step}")) {
        return;
    }
    for columns in ["60", "80", "100"] {
        let drawn = played_in(columns, step, &["--kernel"]).exits(0);
        let words = asked_of(step).in_kernel;
        drawn.check(drawn.stdout.contains(words), "shows no function");
        let room: usize = columns.parse().expect("a number");
        let longest = drawn.stdout.lines().map(|line| line.chars().count()).max();
        drawn.check(
            longest <= Some(room),
            &format!("is too wide for {columns} columns"),
        );
        both_agree(&drawn);
    }
}

/// Every drawing of the kernel's functions begins where a call enters the kernel.
#[track_caller]
fn both_agree(drawn: &Output) {
    let mut lines = drawn.stdout.lines();
    while lines.by_ref().any(|line| line.trim() == "in the kernel:") {
        let first = lines.next().unwrap_or("").trim();
        drawn.check(
            first.starts_with("__") && first.contains("sys_") || first.starts_with("task_work_run"),
            &format!("begins with {first}"),
        );
    }
}

#[test]
fn accept_goes_through_accept() {
    if !can_look("the kernel's functions of accept") {
        return;
    }
    for play in plays("step03-accept") {
        let calls = play.named(&["accept", "accept4"]);
        play.check(!calls.is_empty(), "has no accept");
        for call in calls {
            let functions = functions(call);
            play.check(
                functions.iter().any(|name| name.contains("accept")),
                &format!("accept went through {functions:?}"),
            );
            let depths = call["kernel"].as_array().into_iter().flatten();
            let depths: Vec<u64> = depths.filter_map(|f| f["depth"].as_u64()).collect();
            play.check(
                depths.windows(2).all(|two| two[1] <= two[0] + 1),
                &format!("nobody called some of {depths:?}"),
            );
        }
    }
    // Beside the functions of the program.
    let both = run("step03-accept", &["--kernel", "--stack"]).exits(0);
    both.check(both.stdout.contains("-> the kernel"), "shows no stack");
    both.check(
        both.stdout.contains("in the kernel:"),
        "shows nothing of the kernel",
    );
}

#[test]
fn connect_goes_from_syn_sent_to_established() {
    if !can_look("the states of connect") {
        return;
    }
    for play in plays("step04-connect") {
        let states = play.events.iter().filter(|event| event["event"] == "state");
        let states: Vec<&Value> = states.collect();
        let went = |from: &str, to: &str| {
            states
                .iter()
                .find(|state| state["from"] == from && state["to"] == to)
        };
        let opened = went("SYN-SENT", "ESTABLISHED");
        play.check(opened.is_some(), &format!("not established: {states:?}"));
        play.check(went("CLOSED", "SYN-SENT").is_some(), "sent no SYN");
        play.check(
            states.iter().all(|state| state["read_from_kernel"] == true),
            "infers a state",
        );
        // It lies in the call, and the call's own end is the socket's.
        let opened = opened.expect("checked");
        for call in play.named(&["connect"]) {
            let (at, of) = (opened["at"].as_u64(), opened["thread"].as_u64());
            play.check(
                at >= call["at"].as_u64()
                    && at <= call["left"].as_u64()
                    && of == call["thread"].as_u64(),
                "became established outside of connect",
            );
            play.check(
                opened["local"]["text"] == call["ends"]["local"]["text"],
                "another socket became established",
            );
        }
    }
    let drawn = run("step04-connect", &["--kernel"]).exits(0);
    drawn.check(
        drawn.stdout.contains("SYN-SENT -> ESTABLISHED"),
        "shows no state",
    );
}

#[test]
fn the_lens_alone_shows_it_too() {
    if !can_look("lens --kernel") {
        return;
    }
    let step = course_tests::program("step03-accept").display().to_string();
    let output = Run::new("lens")
        .args(["--kernel", &step, "--no-lens"])
        .output()
        .exits(0);
    output.check(
        output.stderr.contains("in the kernel:"),
        "shows nothing of the kernel",
    );
    output.check(output.stderr.contains("accept"), "shows no accept");
}

#[test]
fn a_half_says_that_it_cannot() {
    let output = run("step05-send-recv", &["serve", "--kernel"]).exits(2);
    output.check(
        output.stderr.contains("--kernel"),
        "does not name the option",
    );
}

#[test]
fn nothing_is_left_behind() {
    if !can_look("the removal of the instances") {
        return;
    }
    let mut ends = vec![None];
    ends.extend([libc::SIGINT, libc::SIGTERM, libc::SIGKILL].map(Some));
    for signal in ends {
        // It sleeps until it is ended, or ends by itself at the end of its input.
        let mut run = Run::new("lens").args(["--kernel", "cat"]);
        let command = run.command();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("lens can be started");
        wait_until("the instance is there", || {
            !instances_of(child.id()).is_empty()
        });
        if let Some(signal) = signal {
            // SAFETY: kill(2) takes two numbers; the child has not been waited for, so the id is its own.
            unsafe { libc::kill(child.id() as i32, signal) };
        }
        drop(child.stdin.take());
        let mut text = String::new();
        let errors = child.stderr.as_mut().expect("piped");
        errors.read_to_string(&mut text).expect("text");
        child.wait().expect("it is a child");
        // A guard removes it where the program itself could not, a moment later.
        wait_until("the instance is gone", || {
            instances_of(child.id()).is_empty()
        });
    }
}

#[test]
fn what_the_dead_have_left_is_removed_by_the_next() {
    if !can_look("the removal of leftovers") {
        return;
    }
    let namespace = fs::read_link("/proc/self/ns/pid").expect("a namespace");
    let namespace = namespace.to_string_lossy();
    let namespace: String = namespace.chars().filter(char::is_ascii_digit).collect();
    // This test lives, but it did not begin at that time: the number was another's.
    let process = std::process::id();
    let left = Path::new(INSTANCES).join(format!("socket-course.{namespace}.{process}.1.0"));
    fs::create_dir(&left).expect("an instance");
    let output = run("step01-socket", &["--kernel", "--layer", "libc"]).exits(0);
    let there = left.exists();
    if there {
        fs::remove_dir(&left).expect("removed by the test");
    }
    output.check(!there, "leaves what another has left");
}

/// Looks again and again, for a long time: a busy machine is no fault of the program.
#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < until, "{what}: not so");
        std::thread::sleep(Duration::from_millis(1));
    }
}
