//! The program `lens`: what a command notices of it, which is to be nothing, and what it does where it cannot trace.

#![cfg(target_os = "linux")]

#[path = "../../observe/tests/support/python.rs"]
mod python;
#[path = "../../../tests/src/skip.rs"]
mod skip;

use python::python;
use skip::not_run;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

const LENS: &str = env!("CARGO_BIN_EXE_lens");

#[test]
fn status_and_output_are_the_commands() {
    let commands: &[&[&str]] = &[
        &["true"],
        &["false"],
        &["sh", "-c", "exit 42"],
        &[
            "sh",
            "-c",
            "printf 'a\\nb\\nc\\n' | sort -r | head -2 | tr a-z A-Z; exit 3",
        ],
        &[
            "sh",
            "-c",
            "for i in 1 2 3; do (exit $i) & done; wait; echo out; echo err >&2; exit 9",
        ],
        &[
            "sh",
            "-c",
            "trap 'echo got it; exit 5' USR1; kill -USR1 $$; exit 6",
        ],
        &["sh", "-c", "kill -TERM $$"],
        &["sh", "-c", "kill -SEGV $$"],
        &["sh", "-c", "kill -34 $$"],
        &[
            "sh",
            "-c",
            "yes | head -1; exec sh -c 'exec sh -c \"exit 8\"'",
        ],
        &["sh", "-c", "umask; ulimit -a; pwd; env | sort"],
        &["nproc"],
        &["git", "--version"],
        &["git", "-C", "/", "status"],
        &["cargo", "--version"],
        &[
            "python3",
            "-c",
            "import os, sys; print(sys.argv, os.getpgrp() != 0); sys.exit(11)",
            "x",
        ],
        &[
            "python3",
            "-c",
            "import subprocess; print(subprocess.run(['echo', 'hi'], capture_output=True))",
        ],
        &[
            "python3",
            "-c",
            "import signal; print([signal.getsignal(s) for s in signal.valid_signals()])",
        ],
        &[
            "python3",
            "-c",
            "import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, []))",
        ],
        &["java", "-version"],
    ];
    let python = python().unwrap_or_else(|| "python3".into());
    for command in commands {
        let mut command = command.to_vec();
        if command[0] == "python3" {
            command[0] = &python;
        }
        if installed(command[0]) {
            same(&command);
        } else {
            not_run(
                &format!("{command:?} under lens"),
                &format!("no {}", command[0]),
            );
        }
    }
}

#[test]
fn descriptors_are_the_commands() {
    // The numbers only: what a pipe is called differs from run to run.
    let list = "for fd in /proc/self/fd/*; do echo ${fd##*/}; done; ls /proc/self/fd";
    same(&["sh", "-c", list]);
    // Inherited descriptors stay, closed standard streams stay closed.
    for streams in ["7</dev/null", "<&-", "</dev/null >/dev/full", "<&- 8<&1"] {
        let script = format!("exec \"$@\" {streams}");
        let with =
            output(Command::new("sh").args(["-c", &script, "sh", LENS, "--", "sh", "-c", list]));
        let without = output(Command::new("sh").args(["-c", &script, "sh", "sh", "-c", list]));
        assert_eq!(text(&with.stdout), text(&without.stdout), "with {streams}");
        assert_eq!(with.status, without.status, "with {streams}");
    }
}

#[test]
fn what_the_kernel_says_of_the_command_is_the_same() {
    let telling = "grep -E '^(Umask|Uid|Gid|Groups|FDSize|Threads|Sig|Shd|Cap|Cpus|Mems)' /proc/self/status | grep -v SigQ; \
                   cat /proc/self/limits /proc/self/oom_score_adj; nice";
    for before in [
        "",
        "trap '' PIPE INT USR2;",
        "trap '' TERM HUP CHLD;",
        "ulimit -c 0; umask 077;",
        "cd /;",
    ] {
        let script = format!("{before} exec \"$@\"");
        let with =
            output(Command::new("sh").args(["-c", &script, "sh", LENS, "sh", "-c", telling]));
        let without = output(Command::new("sh").args(["-c", &script, "sh", "sh", "-c", telling]));
        assert!(without.status.success());
        assert_eq!(
            text(&with.stdout),
            text(&without.stdout),
            "after {before:?}"
        );
    }
}

#[test]
fn a_blocked_signal_stays_blocked() {
    let mut with = Command::new(LENS);
    with.args(["grep", "SigBlk", "/proc/self/status"]);
    let mut without = Command::new("grep");
    without.args(["SigBlk", "/proc/self/status"]);
    for command in [&mut with, &mut without] {
        // SAFETY: the hook makes system calls only.
        unsafe { command.pre_exec(block_some) };
    }
    let with = output(&mut with);
    assert_eq!(text(&with.stdout), text(&output(&mut without).stdout));
    assert!(text(&with.stdout).contains('4'), "{}", text(&with.stdout));
}

#[test]
fn the_report_is_on_standard_error_or_in_a_file() {
    let chat =
        "import socket; a, b = socket.socketpair(); a.send(b'hello'); b.recv(9); print('done')";
    let Some(python) = python() else {
        not_run("where the report goes", "no python3");
        return;
    };
    let told = output(Command::new(LENS).args(["--plain", &python, "-c", chat]));
    assert_eq!(text(&told.stdout), "done\n");
    assert!(
        text(&told.stderr).contains("\"hello\", 5"),
        "{}",
        text(&told.stderr)
    );
    assert!(!text(&told.stderr).contains('\x1b'));

    let file = scratch("report").join("calls.jsonl");
    let path = file.to_str().unwrap();
    let told = output(Command::new(LENS).args(["--json", "-o", path, &python, "-c", chat]));
    assert_eq!(
        (text(&told.stdout), text(&told.stderr)),
        ("done\n".into(), String::new())
    );
    let written = fs::read_to_string(&file).unwrap();
    assert!(
        written
            .lines()
            .all(|line| line.starts_with('{') && line.ends_with('}')),
        "{written}"
    );
    assert!(written.contains("socketpair"));
    fs::remove_dir_all(file.parent().unwrap()).unwrap();

    let refused =
        output(Command::new(LENS).args(["-o", "/no/such/directory/file", "echo", "not run"]));
    assert_eq!(
        (refused.status.code(), text(&refused.stdout)),
        (Some(2), String::new())
    );
    assert!(text(&refused.stderr).contains("/no/such/directory/file"));
}

#[test]
fn a_command_line_that_cannot_be_says_what_to_type() {
    for args in [&[][..], &["--jsn", "true"], &["-x"], &["-o"]] {
        let told = output(Command::new(LENS).args(args));
        assert_eq!(told.status.code(), Some(2), "{args:?}");
        assert!(
            text(&told.stderr).contains("lens --help"),
            "{}",
            text(&told.stderr)
        );
    }
    let help = output(Command::new(LENS).arg("--help"));
    assert!(help.status.success() && text(&help.stdout).contains("--no-filter"));
    let version = output(Command::new(LENS).arg("--version"));
    assert!(text(&version.stdout).starts_with("lens "));
}

#[test]
fn a_command_that_cannot_be_run_is_127_or_126_as_in_a_shell() {
    for (program, status) in [
        ("no-such-program-at-all", 127),
        ("/etc/passwd", 126),
        ("/", 126),
    ] {
        for option in ["--plain", "--no-filter"] {
            // A search path without directories that this user may not look into.
            let mut command = Command::new(LENS);
            command.args([option, program]).env("PATH", "/usr/bin:/bin");
            let told = output(&mut command);
            assert_eq!(told.status.code(), Some(status), "{program}");
            assert!(
                text(&told.stderr).contains(program),
                "{}",
                text(&told.stderr)
            );
            assert_eq!(
                text(&told.stderr).lines().count(),
                1,
                "{}",
                text(&told.stderr)
            );
        }
    }
}

#[test]
fn ctrl_c_is_the_commands_business() {
    // The command handles SIGINT and goes on; lens, in the same foreground group, does not end either.
    let (mut child, mut line) =
        ready("trap 'echo int' INT; echo ready; until read x; do :; done; exit 12");
    signal(-child.id().cast_signed(), libc::SIGINT);
    assert_eq!(line.next(), "int");
    signal(-child.id().cast_signed(), libc::SIGINT);
    assert_eq!(line.next(), "int");
    child.stdin.as_mut().unwrap().write_all(b"on\n").unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(12), "{status:?}");

    // The command dies of it, and so does lens.
    let (mut child, _) = ready("echo ready; read x; exit 12");
    signal(-child.id().cast_signed(), libc::SIGINT);
    assert_eq!(child.wait().unwrap().signal(), Some(libc::SIGINT));
}

#[test]
fn sigterm_and_sighup_are_passed_on() {
    for (number, name) in [(libc::SIGTERM, "TERM"), (libc::SIGHUP, "HUP")] {
        let (mut child, mut line) = ready(&format!(
            "trap 'echo {name}; exit 13' {name}; echo ready; read x"
        ));
        signal(child.id().cast_signed(), number);
        assert_eq!(line.next(), name);
        assert_eq!(child.wait().unwrap().code(), Some(13));
    }
}

#[test]
fn what_the_command_leaves_running_can_be_ended() {
    // The command ends at once; what it leaves waits for ever, and ignores Ctrl-C as shells make such children do.
    let (mut child, _) = ready("exec 3<&0; (trap '' INT; echo ready; read x <&3) & exit 3");
    wait_until_childless(child.id());
    signal(child.id().cast_signed(), libc::SIGINT);
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(3), "{status:?}");
}

#[test]
fn where_ptrace_is_refused_the_command_runs_all_the_same() {
    for (errno, what) in [
        (libc::EPERM, "--cap-add=SYS_PTRACE"),
        (libc::ENOSYS, "no ptrace"),
    ] {
        let mut command = Command::new(LENS);
        command.args(["sh", "-c", "echo out; exit 4"]);
        // SAFETY: the hook makes system calls only.
        unsafe { command.pre_exec(move || deny_ptrace(errno)) };
        assert_untraced(&output(&mut command), what);

        let mut command = Command::new(LENS);
        command.args(["--no-filter", "sh", "-c", "echo out; exit 4"]);
        // SAFETY: the hook makes system calls only.
        unsafe { command.pre_exec(move || deny_ptrace(errno)) };
        assert_untraced(&output(&mut command), what);
    }
}

#[test]
fn under_another_tracer_the_command_runs_all_the_same() {
    let (mut reader, writer) = io::pipe().unwrap();
    let (mut errors, errors_writer) = io::pipe().unwrap();
    let mut command = Command::new(LENS);
    command
        .args(["sh", "-c", "echo out; exit 4"])
        .stdout(writer)
        .stderr(errors_writer);
    let record = observe::start(vec![command], &observe::Options::default())
        .unwrap()
        .wait()
        .unwrap();
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    reader.read_to_end(&mut stdout).unwrap();
    errors.read_to_end(&mut stderr).unwrap();
    assert_untraced(
        &Output {
            status: record.statuses[0],
            stdout,
            stderr,
        },
        "another tracer",
    );
}

#[track_caller]
fn assert_untraced(told: &Output, what: &str) {
    assert_eq!(told.status.code(), Some(4));
    assert_eq!(text(&told.stdout), "out\n");
    let errors = text(&told.stderr);
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.contains(what), "{errors}");
}

/// Runs a command with and without lens; all that it leaves is to be the same.
#[track_caller]
fn same(command: &[&str]) {
    let without = output(Command::new(command[0]).args(&command[1..]));
    for options in [
        &["-o", "/dev/null"][..],
        &["--no-filter", "-o", "/dev/null"],
    ] {
        let with = output(Command::new(LENS).args(options).args(command));
        assert_eq!(
            text(&with.stdout),
            text(&without.stdout),
            "{options:?} {command:?}"
        );
        assert_eq!(
            text(&with.stderr),
            text(&without.stderr),
            "{options:?} {command:?}"
        );
        assert_eq!(
            core_less(with.status),
            core_less(without.status),
            "{options:?} {command:?}"
        );
    }
}

/// Exit status or signal; whether a core was dumped is not lens's to repeat.
fn core_less(status: ExitStatus) -> (Option<i32>, Option<i32>) {
    (status.code(), status.signal())
}

fn output(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn installed(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// Starts a shell script under lens, in a process group of its own, and waits until it says `ready`.
fn ready(script: &str) -> (Child, Lines) {
    let mut command = Command::new(LENS);
    command
        .args(["-o", "/dev/null", "sh", "-c", script])
        .process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = Lines(child.stdout.take().unwrap());
    assert_eq!(lines.next(), "ready");
    (child, lines)
}

/// Lines, read byte by byte so that nothing is read too early.
struct Lines(std::process::ChildStdout);

impl Lines {
    fn next(&mut self) -> String {
        let mut line = Vec::new();
        let mut byte = [0];
        while self.0.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
            line.push(byte[0]);
        }
        text(&line)
    }
}

fn signal(process: i32, signal: i32) {
    // SAFETY: kill takes two numbers and touches no memory.
    assert_eq!(unsafe { libc::kill(process, signal) }, 0);
}

/// Waits until a process has no child any more, not even one that has ended and is not waited for.
fn wait_until_childless(process: u32) {
    let mut empty = 0;
    // Twice in a row, for a child may pass from a thread that ends to another while the threads are gone through.
    while empty < 2 {
        let tasks = fs::read_dir(format!("/proc/{process}/task")).unwrap();
        let children: String = tasks
            .filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok())
            .collect();
        empty = if children.trim().is_empty() {
            empty + 1
        } else {
            0
        };
        std::thread::yield_now();
    }
}

/// Blocks SIGUSR1 and SIGTERM, as a parent may have done.
fn block_some() -> io::Result<()> {
    // SAFETY: sigset_t is a set of bits, for which all bits zero is a value.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    for signal in [libc::SIGUSR1, libc::SIGTERM] {
        // SAFETY: the set lives on this frame.
        unsafe { libc::sigaddset(&mut set, signal) };
    }
    // SAFETY: the set lives on this frame, and a null third argument asks for nothing.
    unsafe { libc::sigprocmask(libc::SIG_BLOCK, &set, std::ptr::null_mut()) };
    Ok(())
}

/// A filter such as containers have: ptrace fails with this errno.
fn deny_ptrace(errno: i32) -> io::Result<()> {
    let instruction = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let program = [
        instruction((libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16, 0, 0, 0),
        instruction(
            (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16,
            0,
            1,
            libc::SYS_ptrace as u32,
        ),
        instruction(
            (libc::BPF_RET | libc::BPF_K) as u16,
            0,
            0,
            libc::SECCOMP_RET_ERRNO | errno as u32,
        ),
        instruction(
            (libc::BPF_RET | libc::BPF_K) as u16,
            0,
            0,
            libc::SECCOMP_RET_ALLOW,
        ),
    ];
    let program = libc::sock_fprog {
        len: program.len() as u16,
        filter: program.as_ptr().cast_mut(),
    };
    // SAFETY: PR_SET_NO_NEW_PRIVS takes four numbers and touches no memory.
    unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    // SAFETY: the program lives on this frame and says how long it is.
    let result = unsafe {
        libc::prctl(
            libc::PR_SET_SECCOMP,
            libc::SECCOMP_MODE_FILTER,
            &raw const program,
        )
    };
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

fn scratch(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("lens-test-{name}-{}", std::process::id()));
    fs::create_dir_all(&path).unwrap();
    path
}
