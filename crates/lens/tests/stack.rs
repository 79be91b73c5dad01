//! The functions under a call, of programs that do one thing each.
//!
//! Some programs are this test's own executable, run again with a role (`tracer/roles.rs` of the crate observe), others are compiled here;
//! where the compiler is missing, a line says so.

#![cfg(target_os = "linux")]

#[path = "../../observe/tests/support/cast.rs"]
#[macro_use]
mod cast;
#[path = "../../observe/tests/tracer/roles.rs"]
#[expect(dead_code, reason = "the roles are those of another test's programs")]
mod roles;
#[path = "../../../tests/src/skip.rs"]
mod skip;
#[path = "stack/traced.rs"]
mod traced;

use observe::Options;
use record::event::{Call, Event, Noise, Outcome};
use roles::{Role, actor};
use skip::not_run;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use traced::{Scratch, calls, find, in_order, shown, stack, stacks, trace};

#[test]
fn std_is_named_function_by_function() {
    let record = trace(actor(Role::Talk));
    let call = find(&record, "accept4");
    let stack = stack(call);
    assert!(stack.whole, "{stack:#?}");
    in_order(
        stack,
        &[
            ("yours", "roles::talk"),
            ("std", "std::net::tcp::TcpListener::accept"),
            ("std", "::TcpListener::accept"),
            ("std", "::Socket::accept"),
            ("std", "::cvt_r"),
            ("libc", "accept4"),
        ],
    );
    let own = stack
        .frames
        .iter()
        .find(|frame| frame.function.ends_with("roles::talk"))
        .unwrap();
    assert_eq!(
        own.file.as_deref(),
        Some("crates/observe/tests/tracer/roles.rs")
    );
    assert!(own.line.is_some() && own.noise.is_none());
    for frame in stack.frames.iter().filter(|frame| frame.layer == "std") {
        let file = frame.file.as_deref().unwrap_or_default();
        assert!(file.starts_with("library/"), "{frame:?}");
        assert!(!frame.function.contains(['<', '$']) || frame.function.starts_with('<'));
    }
    // Each call of the talk has its own.
    for call in calls(&record) {
        assert!(call.stack.is_some(), "{call}");
    }
}

#[test]
fn without_being_asked_for_there_is_none() {
    let record = observe::start(vec![actor(Role::Talk)], &Options::default());
    let record = record.unwrap().wait().unwrap();
    assert!(calls(&record).all(|call| call.stack.is_none()));
}

#[test]
fn without_a_filter_it_is_the_same() {
    let options = Options {
        filter: false,
        ..stacks()
    };
    let record = observe::start(vec![actor(Role::Talk)], &options);
    let record = record.unwrap().wait().unwrap();
    in_order(
        stack(find(&record, "accept4")),
        &[("yours", "roles::talk"), ("libc", "accept4")],
    );
}

#[test]
fn calls_are_passed_on_with_their_stacks() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let options = Options {
        live: Some(sender),
        ..stacks()
    };
    let running = observe::start(vec![actor(Role::Talk)], &options).unwrap();
    drop(options);
    running.wait().unwrap();
    let accept = receiver.iter().find_map(|event| match event {
        Event::Call(call) if call.name == "accept4" => Some(call),
        _ => None,
    });
    in_order(stack(&accept.unwrap()), &[("yours", "roles::talk")]);
}

#[test]
fn one_killed_in_the_middle_of_a_call_has_its_stack() {
    let running = observe::start(vec![actor(Role::SleepInAccept)], &stacks()).unwrap();
    let process = running.processes()[0];
    roles::wait_until_asleep(process, process, libc::SYS_accept);
    running.kill_all();
    let record = running.wait().unwrap();
    assert_eq!(record.statuses[0].signal(), Some(libc::SIGKILL));
    let call = find(&record, "accept");
    assert_eq!(call.outcome, Outcome::Unfinished);
    in_order(
        stack(call),
        &[("yours", "roles::sleep_in_accept"), ("libc", "accept")],
    );
}

#[test]
fn a_program_that_becomes_another_is_named_by_the_new_one() {
    let talk = actor(Role::Talk);
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\""]).arg(talk.get_program());
    command.envs(
        talk.get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let record = trace(command);
    assert!(record.statuses[0].success());
    in_order(
        stack(find(&record, "listen")),
        &[("yours", "roles::talk"), ("libc", "listen")],
    );

    let record = trace(actor(Role::ExecInThread));
    assert_eq!(record.statuses[0].code(), Some(7));
    in_order(
        stack(find(&record, "accept")),
        &[("yours", "roles::exec_in_thread"), ("libc", "accept")],
    );
}

#[test]
fn threads_and_children_have_their_own() {
    let record = trace(actor(Role::Threads));
    let sockets: Vec<&Call> = calls(&record)
        .filter(|call| call.name == "socket")
        .collect();
    assert_eq!(sockets.len(), 4);
    for call in sockets {
        let stack = stack(call);
        assert!(stack.whole, "{stack:#?}");
        in_order(
            stack,
            &[
                ("yours", "roles::threads::{closure}::{closure}"),
                ("libc", "socket"),
            ],
        );
        let starts = stack
            .frames
            .iter()
            .take_while(|frame| frame.noise.is_some());
        assert!(starts.count() > 2, "{stack:#?}");
    }
    let record = trace(actor(Role::Fork));
    let call = find(&record, "write");
    assert_ne!(call.who.process, record.events[0].who().process);
    in_order(stack(call), &[("yours", "roles::fork"), ("libc", "write")]);
}

#[test]
fn a_program_that_is_deleted_while_it_runs_keeps_its_names() {
    let place = Scratch::new("deleted");
    let talk = actor(Role::SleepInAccept);
    let copy = place.file("copy");
    fs::copy(talk.get_program(), &copy).unwrap();
    let mut command = Command::new(&copy);
    command.envs(
        talk.get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let running = observe::start(vec![command], &stacks()).unwrap();
    let process = running.processes()[0];
    roles::wait_until_asleep(process, process, libc::SYS_accept);
    fs::remove_file(&copy).unwrap();
    fs::write(&copy, "something else").unwrap();
    running.kill_all();
    let record = running.wait().unwrap();
    in_order(
        stack(find(&record, "accept")),
        &[("yours", "roles::sleep_in_accept"), ("libc", "accept")],
    );
}

#[test]
fn one_that_was_deleted_before_its_first_call_is_found_too() {
    let place = Scratch::new("gone");
    let talk = actor(Role::Talk);
    let copy = place.file("copy");
    fs::copy(talk.get_program(), &copy).unwrap();
    // The shell is gone when the copy's first call comes, and so is the file.
    let mut command = Command::new("sh");
    command.args(["-c", "exec 9<\"$0\"; rm \"$0\"; exec /proc/self/fd/9"]);
    command.arg(&copy);
    command.envs(
        talk.get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let record = trace(command);
    assert!(record.statuses[0].success());
    in_order(
        stack(find(&record, "listen")),
        &[("yours", "roles::talk"), ("libc", "listen")],
    );
}

#[test]
fn a_stripped_library_is_never_given_a_wrong_name() {
    let place = Scratch::new("stripped");
    place.write(
        "library.c",
        "#include <sys/socket.h>
         __attribute__((noinline)) static int hidden(int fd) { return listen(fd, 3) + 1; }
         __attribute__((noinline)) int visible(int fd) { return hidden(fd) - 1; }",
    );
    place.write(
        "program.c",
        "#include <sys/socket.h>
         int visible(int fd);
         int main(void) { return visible(socket(AF_INET, SOCK_STREAM, 0)); }",
    );
    let (library, program) = (place.file("libnames.so"), place.file("program"));
    let compiled = place.run(
        "cc",
        &[
            "-O1",
            "-fno-optimize-sibling-calls",
            "-fPIC",
            "-shared",
            "-s",
            "-o",
        ],
        &[&library, &place.file("library.c")],
    ) && place.run(
        "cc",
        &["-g", "-O0", "-o"],
        &[&program, &place.file("program.c"), &library],
    );
    if !compiled {
        return not_run("the stack of a program in C", "no C compiler");
    }
    let record = trace(Command::new(&program));
    assert!(record.statuses[0].success());
    let stack = stack(find(&record, "listen"));
    let shown = shown(stack);
    let layers: Vec<&str> = shown.iter().map(|frame| frame.layer.as_str()).collect();
    assert_eq!(
        layers,
        ["yours", "libnames", "libnames", "libc"],
        "{stack:#?}"
    );
    let names: Vec<&str> = shown.iter().map(|frame| frame.function.as_str()).collect();
    assert_eq!(
        (names[0], names[1], names[3]),
        ("main", "visible", "listen")
    );
    assert!(names[2].starts_with("libnames.so+0x"), "{names:?}");
    assert_eq!(shown[0].line, Some(3));
    let file = shown[0].file.as_deref().unwrap();
    assert!(file.ends_with("program.c"), "{file}");
}

#[test]
fn release_builds_have_stacks_and_stripped_ones_no_wrong_names() {
    let place = Scratch::new("release");
    place.write(
        "small.rs",
        "use std::net::TcpListener;
         #[inline(never)]
         fn waits() -> TcpListener { TcpListener::bind((\"127.0.0.1\", 0)).unwrap() }
         fn main() { std::hint::black_box(waits()); }",
    );
    let program = place.file("small");
    let build = |options: &[&str]| {
        let mut words = vec!["--edition", "2024", "-O"];
        words.extend(options);
        words.push("-o");
        place.run("rustc", &words, &[&program, &place.file("small.rs")])
    };
    if !build(&[]) {
        return not_run("the stack of an optimised program", "no rustc");
    }
    let record = trace(Command::new(&program));
    in_order(
        stack(find(&record, "listen")),
        &[
            ("yours", "small::waits"),
            ("std", "::TcpListener::bind::inner"),
            ("libc", "listen"),
        ],
    );
    for mangling in ["legacy", "v0"] {
        let mangling = format!("-Csymbol-mangling-version={mangling}");
        // The older one is for nightly compilers only, from the version on that has made the newer one its own.
        if build(&["-g", &mangling]) {
            let record = trace(Command::new(&program));
            in_order(
                stack(find(&record, "listen")),
                &[
                    ("yours", "small::main"),
                    ("yours", "small::waits"),
                    ("libc", "listen"),
                ],
            );
        }
    }
    assert!(build(&["-Cstrip=symbols"]));
    let record = trace(Command::new(&program));
    let stack = stack(find(&record, "listen"));
    for frame in &stack.frames {
        assert!(
            frame.layer == "libc" || frame.function.starts_with("small+0x"),
            "{stack:#?}"
        );
    }
    assert_eq!(shown(stack).last().unwrap().function, "listen");
}

#[test]
fn a_library_that_comes_later_is_known() {
    let program = "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen()";
    let mut command = Command::new("python3");
    command.args(["-c", program]);
    if !Command::new("python3")
        .arg("-V")
        .output()
        .is_ok_and(|o| o.status.success())
    {
        return not_run("the stack of Python", "no python3");
    }
    let record = trace(command);
    let stack = stack(find(&record, "listen"));
    assert_eq!(shown(stack).last().unwrap().function, "listen");
    let of_socket = shown(stack).iter().any(|frame| frame.layer == "_socket");
    let built_in = fs::read_dir("/proc/self/fd").is_ok() && !of_socket && {
        let module = Command::new("python3")
            .args([
                "-c",
                "import _socket; print(getattr(_socket, '__file__', ''))",
            ])
            .output();
        module.is_ok_and(|module| module.stdout.trim_ascii().is_empty())
    };
    assert!(of_socket || built_in, "{stack:#?}");
    assert!(
        stack
            .frames
            .iter()
            .any(|frame| frame.noise == Some(Noise::Interpreter)),
        "{stack:#?}"
    );
}

#[test]
fn the_program_shows_them_when_it_is_asked() {
    let lens = |options: &[&str]| {
        let talk = actor(Role::Talk);
        let mut command = Command::new(env!("CARGO_BIN_EXE_lens"));
        command.args(options).arg(talk.get_program());
        command.envs(
            talk.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        let output = command.output().unwrap();
        assert!(output.status.success() && output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    let plain = lens(&[]);
    assert!(
        !plain.contains("->  the kernel") && !plain.contains("-> the kernel"),
        "{plain}"
    );
    let text = lens(&["--stack"]);
    let accept = text.split("\naccept4(").nth(1).unwrap();
    let accept: Vec<&str> = accept
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with(' '))
        .collect();
    assert!(accept[0].contains("folded: the start"), "{text}");
    assert!(
        accept
            .iter()
            .all(|line| line.starts_with("    ") && line.len() <= 110),
        "{text}"
    );
    assert!(
        accept
            .iter()
            .any(|line| line.contains("-> net::tcp::TcpListener::accept"))
    );
    assert_eq!(accept.last(), Some(&"    -> the kernel"), "{text}");
    // Taken away, the stacks leave what there was without them, but for ports.
    let without: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("    "))
        .collect();
    assert_eq!(without.len(), plain.lines().count(), "{text}{plain}");
    let all = lens(&["--stack", "--all"]);
    assert!(!all.contains("folded"), "{all}");
    let json = lens(&["--stack", "--json"]);
    assert!(json.contains("\"function\":\"std::net::tcp::TcpListener::accept\",\"layer\":\"std\""));
    assert!(!lens(&["--json"]).contains("\"stack\""));
}
