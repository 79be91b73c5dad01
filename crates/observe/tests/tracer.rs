//! The tracer, tried on programs that do one thing each.
//!
//! The programs are this test's own executable, run again with a role (`roles.rs`).

#![cfg(target_os = "linux")]

#[path = "support/cast.rs"]
#[macro_use]
mod cast;
#[path = "tracer/roles.rs"]
mod roles;
#[path = "../../../tests/src/skip.rs"]
mod skip;

use observe::{Options, Record};
use record::event::{Address, Call, Event, Outcome, Turn, Value};
use roles::{Role, actor};
use skip::not_run;
use std::fs;
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::Command;

/// The call that the C library's poll makes.
const POLL: &str = if cfg!(target_arch = "x86_64") {
    "poll"
} else {
    "ppoll"
};

#[test]
fn a_talk_over_tcp_is_told_call_by_call() {
    let record = trace(Role::Talk);
    let told = calls(&record);
    let names: Vec<&str> = told
        .iter()
        .filter(|call| !call.by_runtime)
        .map(|call| &*call.name)
        .collect();
    assert_eq!(
        names,
        [
            "socket",
            "setsockopt",
            "bind",
            "listen",
            "getsockname",
            "socket",
            "connect",
            "accept4",
            "sendto",
            "recvfrom",
            "close",
            "recvfrom",
            "close",
            "close"
        ]
    );
    assert!(
        told.iter()
            .all(|call| matches!(call.outcome, Outcome::Returned(_))),
        "{told:#?}"
    );
    assert!(
        told.iter()
            .all(|call| call.left.is_some_and(|left| left >= call.entered))
    );
    let sent = find(&told, "sendto");
    assert!(
        sent.args
            .iter()
            .any(|arg| matches!(&arg.value, Value::Bytes { data, total: 5 } if data == b"hello"))
    );
    assert!(record.statuses[0].success());
}

#[test]
fn the_addresses_of_a_socket_are_read_from_the_kernel() {
    let record = trace(Role::Talk);
    let told = calls(&record);
    let ends = |name| {
        find(&told, name)
            .ends
            .clone()
            .unwrap_or_else(|| panic!("{name} has no ends"))
    };

    // Bound with port 0: the port is the kernel's choice, and only the kernel can tell it.
    let listener = port(&ends("bind").local);
    assert_ne!(listener, 0);
    assert_eq!(port(&ends("listen").local), listener);
    assert_eq!(ends("listen").peer, None);
    assert_eq!(port(&ends("accept4").local), listener);
    assert_eq!(port(&ends("connect").peer), listener);
    assert_eq!(ends("connect").local, ends("accept4").peer);
    assert!(find(&told, "sendto").ends.is_none());
}

#[test]
fn what_is_not_a_socket_is_not_in_the_record() {
    let record = trace(Role::Files);
    assert_eq!(names(&record), Vec::<&str>::new());
    assert!(record.statuses[0].success());
}

#[test]
fn a_number_that_comes_to_mean_something_else_is_looked_at_again() {
    let record = trace(Role::Numbers);
    let told = calls(&record);
    let told: Vec<String> = told.iter().map(|call| call.to_string()).collect();
    let expected = [
        // Not the write to the file that had the number before.
        "socket", "write(", "close", // a socket in a file's place
        "socket", "dup", "write(", // a socket put in a file's place
        "dup",    // a file put in the socket's place, and then written to: not in the record
        "close",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told} is not {expected}");
    }
}

#[test]
fn closing_a_socket_twice_shows_both() {
    let record = trace(Role::CloseTwice);
    let told = calls(&record);
    let outcomes: Vec<&Outcome> = told
        .iter()
        .filter(|call| call.name == "close")
        .map(|call| &call.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [&Outcome::Returned(0), &Outcome::Failed(libc::EBADF)]
    );
}

#[test]
fn the_check_before_a_close_is_the_runtimes() {
    let record = trace(Role::CheckAndClose);
    let told = calls(&record);
    let marked: Vec<(&str, bool)> = told
        .iter()
        .map(|call| (&*call.name, call.by_runtime))
        .collect();
    assert_eq!(
        marked,
        [
            ("socket", false),
            // Asked and then used: asked by the program.
            ("fcntl", false),
            ("getsockname", false),
            // Asked, and something else closed between: not the runtime's either.
            ("fcntl", false),
            // Asked, and then closed.
            ("fcntl", true),
            ("close", false),
        ]
    );
}

#[test]
fn forks_and_their_descriptors_are_followed() {
    let record = trace(Role::Fork);
    let parent = processes(&record)[0];
    let child = processes(&record)[1];
    assert!(record.events.iter().any(|event| matches!(
        event,
        Event::Life(life) if life.who.process == child
            && matches!(life.what, Turn::Forked { parent: maker } if maker.process == parent)
    )));
    let by = |process: i32| -> Vec<String> {
        calls(&record)
            .iter()
            .filter(|call| call.who.process == process)
            .map(|c| c.name.to_string())
            .collect()
    };
    // The child writes to a socket that it has from its parent.
    assert_eq!(by(child), ["write", "close"]);
    assert_eq!(by(parent), ["socketpair", "close", "read"]);
    assert!(record.statuses[0].success());
}

#[test]
fn a_fork_and_exec_by_std_is_followed() {
    let record = trace(Role::Spawn);
    let programs: Vec<&str> = record
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Life(life) => match &life.what {
                Turn::Exec { program } => Some(program.as_str()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(programs.len(), 2, "{programs:?}");
    assert!(record.statuses[0].success());
}

#[test]
fn threads_are_followed() {
    let record = trace(Role::Threads);
    let told = calls(&record);
    let process = record_process(&record);
    for thread in 0..4 {
        let domain = if thread % 2 == 0 {
            "AF_INET,"
        } else {
            "AF_UNIX,"
        };
        assert!(told.iter().any(|call| call.to_string().contains(domain)));
    }
    let mut threads: Vec<i32> = told
        .iter()
        .filter(|call| call.name == "socket")
        .map(|call| call.who.thread)
        .collect();
    threads.sort_unstable();
    threads.dedup();
    assert_eq!(threads.len(), 4);
    assert!(told.iter().all(|call| call.who.process == process));
}

#[test]
fn an_exec_from_another_thread_ends_the_first_ones_call() {
    let record = trace(Role::ExecInThread);
    let told = calls(&record);
    let accept = find(&told, "accept");
    assert_eq!(accept.outcome, Outcome::Unfinished);
    assert_eq!(accept.left, None);
    let process = record_process(&record);
    let exec =
        record.events.iter().rev().find(
            |event| matches!(event, Event::Life(life) if matches!(life.what, Turn::Exec { .. })),
        );
    assert_eq!(exec.map(|event| event.who().thread), Some(process));
    assert_eq!(record.statuses[0].code(), Some(7));
}

#[test]
fn a_thread_killed_in_a_call_leaves_it_unfinished() {
    let running = observe::start(vec![actor(Role::SleepInAccept)], &Options::default()).unwrap();
    let process = running.processes()[0];
    roles::wait_until_asleep(process, process, libc::SYS_accept);
    running.kill_all();
    let record = running.wait().unwrap();
    assert_eq!(find(&calls(&record), "accept").outcome, Outcome::Unfinished);
    assert_eq!(record.statuses[0].signal(), Some(libc::SIGKILL));
    assert!(has_life(
        &record,
        &Turn::Killed {
            signal: libc::SIGKILL
        }
    ));
}

#[test]
fn a_handler_without_sa_restart_gives_eintr() {
    let record = trace(Role::Interrupted);
    let told = calls(&record);
    let outcomes: Vec<&Outcome> = of(&told, "accept").map(|call| &call.outcome).collect();
    assert_eq!(outcomes, [&Outcome::Failed(libc::EINTR)]);
    assert!(has_life(&record, &Turn::Signal(libc::SIGUSR1)));
    assert!(
        record.statuses[0].success(),
        "the program saw it otherwise: {:?}",
        record.statuses
    );
}

#[test]
fn a_handler_with_sa_restart_starts_the_call_again() {
    let record = trace(Role::Restarted);
    let told = calls(&record);
    let outcomes: Vec<&Outcome> = of(&told, "accept").map(|call| &call.outcome).collect();
    assert!(
        matches!(outcomes[..], [Outcome::Restarted, Outcome::Returned(_)]),
        "{outcomes:?}"
    );
    assert!(record.statuses[0].success());
}

#[test]
fn poll_gives_eintr_even_with_sa_restart() {
    let record = trace(Role::PollInterrupted);
    let told = calls(&record);
    let outcomes: Vec<&Outcome> = of(&told, POLL).map(|call| &call.outcome).collect();
    assert_eq!(outcomes, [&Outcome::Failed(libc::EINTR)]);
    assert!(record.statuses[0].success());
}

#[test]
fn a_handler_that_is_used_once_is_forgotten() {
    // The second signal finds the default action of SIGCHLD, which is nothing.
    let record = trace(Role::HandlerOnce);
    let told = calls(&record);
    let outcomes: Vec<&Outcome> = of(&told, "accept").map(|call| &call.outcome).collect();
    assert!(
        matches!(
            outcomes[..],
            [Outcome::Failed(libc::EINTR), Outcome::Returned(_)]
        ),
        "{outcomes:?}"
    );
}

#[test]
fn a_signal_that_does_nothing_leaves_one_call_in_the_record() {
    let record = trace(Role::Trifle);
    let told = calls(&record);
    assert_eq!(of(&told, "accept").count(), 1);
    assert!(matches!(
        find(&told, "accept").outcome,
        Outcome::Returned(_)
    ));
    assert!(!has_life(&record, &Turn::Signal(libc::SIGWINCH)));
    assert!(record.statuses[0].success());
}

#[test]
fn a_stopped_and_continued_call_goes_on() {
    // poll is the harder case: it goes on by restart_syscall.
    for (role, name) in [
        (Role::StoppedInAccept, "accept"),
        (Role::StoppedInPoll, POLL),
    ] {
        let record = trace(role);
        let told = calls(&record);
        let outcomes: Vec<&Outcome> = of(&told, name).map(|call| &call.outcome).collect();
        assert!(
            matches!(outcomes[..], [Outcome::Restarted, Outcome::Returned(_)]),
            "{name}: {outcomes:?}"
        );
        assert!(has_life(&record, &Turn::Signal(libc::SIGSTOP)));
        assert!(record.statuses[0].success());
    }
}

#[test]
fn a_real_time_signal_arrives() {
    let record = trace(Role::RealTime);
    assert!(has_life(&record, &Turn::Signal(libc::SIGRTMIN() + 3)));
    assert!(record.statuses[0].success());
}

#[test]
fn a_signal_that_kills_is_the_status() {
    let record = trace(Role::Abort);
    assert_eq!(record.statuses[0].signal(), Some(libc::SIGABRT));
    assert!(has_life(
        &record,
        &Turn::Killed {
            signal: libc::SIGABRT
        }
    ));
}

#[test]
fn a_hidden_descriptor_neither_stops_nor_shows() {
    for filter in [true, false] {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut command = actor(Role::TalkOnHidden);
        let fd = theirs.as_raw_fd();
        // SAFETY: dup2 is async-signal-safe and touches no memory.
        unsafe { command.pre_exec(move || roles::move_to_hidden(fd)) };
        let options = Options {
            filter,
            hide: Some(roles::HIDDEN),
            ..Options::default()
        };
        let running = observe::start(vec![command], &options).unwrap();
        drop(theirs);
        let mut said = String::new();
        (&ours).read_to_string(&mut said).unwrap();
        let record = running.wait().unwrap();
        assert_eq!(said, "heard");
        assert_eq!(
            names(&record),
            ["socketpair", "write", "close", "close"],
            "filter: {filter}"
        );
    }
}

#[test]
fn without_the_filter_the_record_is_the_same() {
    let with = trace(Role::Talk);
    let options = Options {
        filter: false,
        ..Options::default()
    };
    let without = trace_with(vec![actor(Role::Talk)], &options);
    assert_eq!(names(&with), names(&without));
    let interrupted = trace_with(vec![actor(Role::Interrupted)], &options);
    assert_eq!(
        find(&calls(&interrupted), "accept").outcome,
        Outcome::Failed(libc::EINTR)
    );
}

#[test]
fn a_pinned_program_runs_on_one_processor() {
    let mut command = Command::new("nproc");
    let (mut reader, writer) = std::io::pipe().unwrap();
    command.stdout(writer);
    // SAFETY: sched_getcpu takes no argument and touches no memory of ours.
    let processor = unsafe { libc::sched_getcpu() } as usize;
    trace_with(
        vec![command],
        &Options {
            pin: Some(processor),
            ..Options::default()
        },
    );
    let mut printed = String::new();
    reader.read_to_string(&mut printed).unwrap();
    assert_eq!(printed.trim(), "1");
    // Only the tracer's thread was moved, not this one.
    let refused = observe::start(
        vec![Command::new("true")],
        &Options {
            pin: Some(1 << 20),
            ..Options::default()
        },
    );
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("processor 1048576")
    );
}

#[test]
fn several_commands_start_together_and_keep_their_order() {
    let mut commands: Vec<Command> = Vec::new();
    for status in 0..5 {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exit {status}")]);
        commands.push(command);
    }
    let running = observe::start(commands, &Options::default()).unwrap();
    let processes = running.processes().to_vec();
    let record = running.wait().unwrap();
    let codes: Vec<Option<i32>> = record.statuses.iter().map(|status| status.code()).collect();
    assert_eq!(codes, [Some(0), Some(1), Some(2), Some(3), Some(4)]);
    for (process, status) in processes.iter().zip(0..) {
        assert!(
            record
                .events
                .iter()
                .any(|event| event.who().process == *process
                    && matches!(event, Event::Life(life) if life.what == Turn::Exited { status }))
        );
    }
    assert!(record.events.is_sorted_by_key(Event::at));
}

#[test]
fn when_one_command_cannot_start_none_runs() {
    let directory = scratch("none-runs");
    let mark = directory.join("mark");
    let mut first = Command::new("touch");
    first.arg(&mark);
    let error = observe::start(
        vec![first, Command::new("/no/such/program")],
        &Options::default(),
    )
    .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    assert!(error.to_string().contains("/no/such/program"), "{error}");
    assert!(!mark.exists());
    fs::remove_dir_all(directory).unwrap();

    let mut lost = Command::new("true");
    lost.current_dir("/no/such/directory");
    assert_eq!(
        observe::start(vec![lost], &Options::default())
            .unwrap_err()
            .kind(),
        std::io::ErrorKind::NotFound
    );
    let denied =
        observe::start(vec![Command::new("/etc/passwd")], &Options::default()).unwrap_err();
    assert_eq!(denied.kind(), std::io::ErrorKind::PermissionDenied);
    let denied = Options {
        filter: false,
        ..Options::default()
    };
    let denied = observe::start(vec![Command::new("/etc/passwd")], &denied).unwrap_err();
    assert_eq!(denied.kind(), std::io::ErrorKind::PermissionDenied);
}

#[test]
fn nothing_is_left_behind() {
    // A command that ends while what it has made goes on; both are waited for.
    let mut command = Command::new("sh");
    command.args(["-c", "(read line; exit 3) & exit 4"]);
    let (reader, writer) = std::io::pipe().unwrap();
    command.stdin(reader);
    let running = observe::start(vec![command], &Options::default()).unwrap();
    drop(writer);
    let record = running.wait().unwrap();
    assert_eq!(record.statuses[0].code(), Some(4));
    assert_gone(&processes(&record));

    // Dropped instead of waited for, the programs are killed.
    let running = observe::start(vec![actor(Role::SleepInAccept)], &Options::default()).unwrap();
    let processes = running.processes().to_vec();
    drop(running);
    assert_gone(&processes);
}

#[test]
fn other_children_of_this_process_are_not_touched() {
    let mut other = Command::new("sh").args(["-c", "exit 9"]).spawn().unwrap();
    let record = trace_with(vec![Command::new("true")], &Options::default());
    assert!(record.statuses[0].success());
    assert_eq!(other.wait().unwrap().code(), Some(9));
}

#[test]
fn reaching_from_another_thread_sends_signals() {
    let running = observe::start(vec![actor(Role::SleepInAccept)], &Options::default()).unwrap();
    let process = running.processes()[0];
    let reach = running.reach();
    roles::wait_until_asleep(process, process, libc::SYS_accept);
    assert!(reach.signal(libc::SIGTERM));
    let record = running.wait().unwrap();
    assert_eq!(record.statuses[0].signal(), Some(libc::SIGTERM));
    assert!(!reach.signal(libc::SIGTERM), "it is gone");
    reach.kill_all();
}

#[test]
fn a_thousand_short_processes() {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "i=0; while [ $i -lt 1000 ]; do (exit 0) & wait; i=$((i+1)); done; exit 5",
    ]);
    let record = trace_with(vec![command], &Options::default());
    assert_eq!(record.statuses[0].code(), Some(5));
    let forked = record
        .events
        .iter()
        .filter(
            |event| matches!(event, Event::Life(life) if matches!(life.what, Turn::Forked { .. })),
        )
        .count();
    assert_eq!(forked, 1000);
}

#[test]
fn many_at_once_and_killed_together() {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "for i in 1 2 3 4 5 6 7 8; do (while :; do (:) & done) & done; echo; wait",
    ]);
    let (mut reader, writer) = std::io::pipe().unwrap();
    command.stdout(writer);
    let running = observe::start(vec![command], &Options::default()).unwrap();
    // Until the shell says that its eight children run, which make processes as fast as they can.
    reader.read_exact(&mut [0]).unwrap();
    running.kill_all();
    let record = running.wait().unwrap();
    assert_eq!(record.statuses[0].signal(), Some(libc::SIGKILL));
    assert_gone(&processes(&record));
}

#[test]
fn an_ordinary_users_program_is_traced_too() {
    // SAFETY: geteuid takes no argument and touches no memory.
    if unsafe { libc::geteuid() } != 0 {
        not_run(
            "a program of another user",
            "this is an ordinary user already",
        );
        return;
    }
    let executable = std::env::current_exe().unwrap();
    let readable = executable.ancestors().skip(1).all(|directory| {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(directory).is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0)
    });
    if !readable {
        not_run(
            "a program of another user",
            "nobody else may enter the target directory",
        );
        return;
    }
    let mut command = actor(Role::Talk);
    command.uid(65534).gid(65534);
    let record = trace_with(vec![command], &Options::default());
    assert!(record.statuses[0].success());
    assert!(names(&record).contains(&"accept4"));
}

#[test]
fn this_machine_can_trace_and_the_trial_is_quick() {
    let start = std::time::Instant::now();
    observe::can_trace().unwrap();
    assert!(start.elapsed() < std::time::Duration::from_secs(1));
}

#[track_caller]
fn trace(role: Role) -> Record {
    trace_with(vec![actor(role)], &Options::default())
}

#[track_caller]
fn trace_with(commands: Vec<Command>, options: &Options) -> Record {
    observe::start(commands, options).unwrap().wait().unwrap()
}

fn calls(record: &Record) -> Vec<&Call> {
    record
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Call(call) => Some(call),
            _ => None,
        })
        .collect()
}

fn names(record: &Record) -> Vec<&str> {
    calls(record)
        .into_iter()
        .filter(|call| !call.by_runtime)
        .map(|call| &*call.name)
        .collect()
}

fn of<'a>(calls: &'a [&'a Call], name: &'a str) -> impl Iterator<Item = &'a Call> {
    calls.iter().copied().filter(move |call| call.name == name)
}

#[track_caller]
fn find<'a>(calls: &'a [&'a Call], name: &'a str) -> &'a Call {
    of(calls, name)
        .next()
        .unwrap_or_else(|| panic!("no {name} in {calls:#?}"))
}

fn has_life(record: &Record, what: &Turn) -> bool {
    record
        .events
        .iter()
        .any(|event| matches!(event, Event::Life(life) if life.what == *what))
}

#[track_caller]
fn record_process(record: &Record) -> i32 {
    record.events[0].who().process
}

/// The processes of a record, in the order in which they appear.
fn processes(record: &Record) -> Vec<i32> {
    let mut processes: Vec<i32> = Vec::new();
    for event in &record.events {
        if !processes.contains(&event.who().process) {
            processes.push(event.who().process);
        }
    }
    processes
}

/// An id may already be another process's; then that one is not a child of this process.
#[track_caller]
fn assert_gone(processes: &[i32]) {
    let this = format!("PPid:\t{}\n", std::process::id());
    for process in processes {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        assert!(
            !status.contains(&this),
            "{process} is still there:\n{status}"
        );
    }
}

#[track_caller]
fn port(address: &Option<Address>) -> u16 {
    match address {
        Some(Address::Inet(address)) => address.port(),
        other => panic!("no port in {other:?}"),
    }
}

fn scratch(name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("lens-test-{name}-{}", std::process::id()));
    fs::create_dir_all(&path).unwrap();
    path
}
