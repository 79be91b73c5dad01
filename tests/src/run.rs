//! Running a program to its end, with a limit.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::group;
use crate::programs::{path_to_python, program, root};
use crate::skip::count;

/// A program that has not ended by then is stuck. Long, because a busy machine is no fault of the program.
pub const LIMIT: Duration = Duration::from_secs(100);

/// Runs a program of the workspace with these arguments, through pipes and without input.
#[track_caller]
pub fn run(name: &str, args: &[&str]) -> Output {
    Run::new(name).args(args).output()
}

/// A program about to be run.
#[derive(Debug)]
pub struct Run {
    command: Command,
    input: Option<Vec<u8>>,
    /// Whether its input is a pipe that somebody else writes to.
    keyboard: bool,
    shown: String,
}

/// What came out of a program.
#[derive(Clone, Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
    /// The command line.
    pub shown: String,
}

impl Run {
    /// A program of the workspace.
    #[track_caller]
    pub fn new(name: &str) -> Run {
        let mut run = Run::path(program(name).to_owned());
        run.shown = name.to_owned();
        run
    }

    /// Any program.
    pub fn path(path: PathBuf) -> Run {
        let mut command = Command::new(&path);
        // What a terminal or a user's shell sets; and cargo's own, which a learner's shell does not have.
        for name in ["NO_COLOR", "COLUMNS", "LINES", "RUST_BACKTRACE", "RUST_LOG"] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color").env("LC_ALL", "C");
        // A user has a home and a shell. Where the tests have none, Python and bash ask nscd as they start:
        // a socket and a connect.
        for (name, value) in [("HOME", std::env::temp_dir()), ("SHELL", "/bin/sh".into())] {
            if std::env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        if let Some(path) = path_to_python() {
            command.env("PATH", path);
        }
        command.current_dir(root());
        // A group of its own, to find whatever it leaves behind.
        command.process_group(0);
        end_with_tests(&mut command);
        Run {
            shown: path.display().to_string(),
            command,
            input: None,
            keyboard: false,
        }
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Run {
        for arg in args {
            self.shown += &format!(" {}", arg.as_ref().to_string_lossy());
            self.command.arg(arg);
        }
        self
    }

    /// Sets a variable of the environment.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Run {
        let value = value.into();
        self.shown = format!("{name}={} {}", value.to_string_lossy(), self.shown);
        self.command.env(name, value);
        self
    }

    /// What the program reads from its standard input, a pipe.
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Run {
        self.input = Some(input.into());
        self
    }

    /// A pipe for its standard input, which whoever starts it writes to.
    pub fn with_keyboard(mut self) -> Run {
        self.keyboard = true;
        self
    }

    /// The command itself, to change it further.
    pub fn command(&mut self) -> &mut Command {
        &mut self.command
    }

    /// Starts the program with this standard output; its input is a pipe if it was given any.
    #[track_caller]
    pub fn start(mut self, stdout: Stdio, stderr: Stdio) -> Child {
        let stdin = if self.input.is_some() || self.keyboard {
            Stdio::piped()
        } else {
            Stdio::null()
        };
        self.command.stdin(stdin).stdout(stdout).stderr(stderr);
        let mut child = self
            .command
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be started: {error}", self.shown));
        if let Some(input) = self.input
            && let Some(mut pipe) = child.stdin.take()
        {
            thread::spawn(move || {
                // A program that does not read to the end of its input may do so.
                let _ = pipe.write_all(&input);
            });
        }
        child
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn output(self) -> Output {
        let shown = self.shown.clone();
        let mut child = self.start(Stdio::piped(), Stdio::piped());
        let stdout = child.stdout.take().map(OwnedFd::from);
        let stderr = child.stderr.take().map(OwnedFd::from);
        finish(child, stdout, stderr, shown)
    }
}

/// Waits for a program and for the end of what it writes; nothing of it may be left then.
#[track_caller]
pub fn finish(
    mut child: Child,
    stdout: Option<OwnedFd>,
    stderr: Option<OwnedFd>,
    shown: String,
) -> Output {
    let process = child.id() as i32;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let stdout = thread::spawn(move || read_all(stdout));
        let stderr = read_all(stderr);
        let stdout = stdout.join().unwrap_or_default();
        // Nobody waits any more for who has exceeded the limit.
        let _ = sender.send((child.wait(), stdout, stderr));
    });
    let Ok((status, stdout, stderr)) = receiver.recv_timeout(LIMIT) else {
        // SAFETY: kill takes two numbers and touches no memory. The group is the program's own.
        unsafe { libc::kill(-process, libc::SIGKILL) };
        let rest = receiver.recv_timeout(LIMIT).ok();
        let (stdout, stderr) = rest.map(|(_, out, err)| (out, err)).unwrap_or_default();
        panic!(
            "{shown} did not end within {} s\n{}",
            LIMIT.as_secs(),
            written(&text(stdout), &text(stderr))
        );
    };
    let status = status.unwrap_or_else(|error| panic!("{shown}: no status: {error}"));
    group::assert_gone(process, &shown);
    Output {
        status,
        stdout: text(stdout),
        stderr: text(stderr),
        shown,
    }
}

fn read_all(descriptor: Option<OwnedFd>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(descriptor) = descriptor {
        // A terminal whose last writer is gone gives EIO for its end; what came before is there.
        let _ = std::fs::File::from(descriptor).read_to_end(&mut bytes);
    }
    bytes
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

fn written(stdout: &str, stderr: &str) -> String {
    format!("--- standard output\n{stdout}--- standard error\n{stderr}---")
}

/// The program is killed when the test that started it is: also when somebody stops the tests.
fn end_with_tests(command: &mut Command) {
    let with_parent = || {
        // A shell that starts the tests in the background lets them ignore ctrl-C and ctrl-\, and nohup lets them ignore
        // the end of the terminal. What ignores a signal hands that on; a learner's shell does not.
        for ignored in [libc::SIGINT, libc::SIGQUIT, libc::SIGHUP] {
            // SAFETY: signal(2) with SIG_DFL changes a disposition of this process and touches no memory.
            unsafe { libc::signal(ignored, libc::SIG_DFL) };
        }
        // SAFETY: prctl(PR_SET_PDEATHSIG) takes a signal number and touches no memory.
        let result = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
        if result == -1 {
            Err(std::io::Error::last_os_error())
        } else {
            Ok(())
        }
    };
    // SAFETY: the closure makes one async-signal-safe system call and allocates nothing.
    unsafe { command.pre_exec(with_parent) };
}

/// Whether a line says what this machine does not let be seen.
fn is_unseen(line: &str) -> bool {
    ["not traced: ", "no packets: "]
        .iter()
        .any(|words| line.starts_with(words))
}

impl Output {
    /// Fails unless the exit status is this.
    #[track_caller]
    pub fn exits(self, code: i32) -> Output {
        assert!(
            self.status.code() == Some(code),
            "{} ended with {}, not with {code}\n{}",
            self.shown,
            self.status,
            self.all()
        );
        self
    }

    /// The lines on standard error, but for those that say what this machine does not let be seen.
    pub fn complaints(&self) -> Vec<&str> {
        let lines = self.stderr.lines();
        lines.filter(|line| !is_unseen(line)).collect()
    }

    /// Fails unless standard error holds nothing to complain of.
    ///
    /// What the machine does not let be seen is counted: whoever asks for a quiet run has then seen less of it.
    #[track_caller]
    pub fn quiet(self) -> Output {
        assert!(
            self.complaints().is_empty(),
            "{} complains\n{}",
            self.shown,
            self.all()
        );
        for line in self.stderr.lines().filter(|line| is_unseen(line)) {
            count(&self.shown, line);
        }
        self
    }

    /// Fails, with all there is, unless the condition holds.
    #[track_caller]
    pub fn check(&self, condition: bool, what: &str) {
        assert!(condition, "{}: {what}\n{}", self.shown, self.all());
    }

    /// Everything that was written.
    pub fn all(&self) -> String {
        written(&self.stdout, &self.stderr)
    }

    /// The signal that killed it.
    pub fn signal(&self) -> Option<i32> {
        self.status.signal()
    }
}
