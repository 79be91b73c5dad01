//! Whether programs can be traced here, found out by doing it.

use super::filter;
use super::ptrace::{self, Position, Report, Until};
use crate::tracer::Refused;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::ExitStatus;

/// Goes through the whole set-up with a child that does nothing else: fork, SEIZE, filter, one watched call.
pub(crate) fn can_trace() -> Result<(), Refused> {
    let filter = filter::program(&[libc::SYS_close], None, false);
    let io_failed =
        |error: io::Error| refused(format!("no child could be made for a trial ({error})"));
    let (ours, theirs) = UnixStream::pair().map_err(io_failed)?;

    // SAFETY: until it exits the child calls only async-signal-safe functions: it makes system calls.
    match unsafe { libc::fork() } {
        -1 => Err(io_failed(io::Error::last_os_error())),
        0 => {
            // So that the end of this process is the end of the line, and the child does not wait for ever.
            drop(ours);
            child(&theirs, &filter)
        }
        process => {
            drop(theirs);
            match trace(process, &ours) {
                Ok(seen) => judge(&seen),
                Err(refused) => {
                    end(process);
                    Err(refused)
                }
            }
        }
    }
}

/// Why a process could not be seized, and what to do.
pub(super) fn why_not_seized(process: i32, error: &io::Error) -> String {
    match (error.raw_os_error(), tracer_of(process)) {
        (_, Some((tracer, name))) => format!(
            "another tracer ({name}, process {tracer}) already traces this program and all it starts, \
             and a program can have only one: run it without {name}"
        ),
        (Some(libc::ENOSYS), _) => {
            "this system has no ptrace (ENOSYS), as under some sandboxes and emulators: \
             run it on a Linux kernel of its own"
                .into()
        }
        _ => match yama() {
            Some(scope @ 2..) => format!(
                "ptrace is switched off for ordinary users (kernel.yama.ptrace_scope is {scope}): \
                 run it as root, or as root type `sysctl kernel.yama.ptrace_scope=1`{}",
                if scope == 3 {
                    " after a reboot, for 3 cannot be undone"
                } else {
                    ""
                }
            ),
            _ => format!(
                "ptrace is refused here ({error}), as it is in some containers: \
                 start the container with `--cap-add=SYS_PTRACE`, or run it outside"
            ),
        },
    }
}

/// The child's whole life.
fn child(mut line: &UnixStream, filter: &[libc::sock_filter]) -> ! {
    let mut answer = [0];
    let mut status = 1;
    if line.read_exact(&mut answer).is_ok() {
        status = match filter::install(filter) {
            Ok(()) => {
                // SAFETY: -1 is no descriptor, so nothing is closed: a watched call, and nothing else.
                unsafe { libc::syscall(libc::SYS_close, -1) };
                0
            }
            Err(error) => error.raw_os_error().unwrap_or(1),
        };
    }
    // SAFETY: _exit ends the process without running anything of the parent's that fork has copied.
    unsafe { libc::_exit(status) }
}

/// What the tracer saw of the trial's child.
struct Seen {
    /// It stopped before the watched call.
    entered: bool,
    /// It stopped after it, with the result the call has.
    left: bool,
    status: ExitStatus,
}

/// The tracer's half: follows the child to its end. An error leaves the child where it is.
fn trace(process: i32, mut line: &UnixStream) -> Result<Seen, Refused> {
    ptrace::seize(process).map_err(|error| refused(why_not_seized(process, &error)))?;
    let _ = line.write_all(&[0]);
    let mut entered = false;
    let mut left = false;
    while let Some((_, report)) = ptrace::wait_for(process) {
        match report {
            Report::Watched | Report::Call => {
                let position = ptrace::position(process).map_err(|error| {
                    refused(format!(
                        "the kernel does not tell a tracer about calls ({error}): Linux 5.3 or newer is needed"
                    ))
                })?;
                match position {
                    Position::Before {
                        number: libc::SYS_close,
                        ..
                    } => entered = true,
                    Position::After { returned } => left = returned == -i64::from(libc::EBADF),
                    _ => {}
                }
                let until = if left { Until::Event } else { Until::Call };
                ptrace::resume(process, until, 0);
            }
            Report::Signal(signal) => ptrace::resume(process, Until::Event, signal),
            Report::Group => ptrace::listen(process),
            Report::Ended(status) => {
                return Ok(Seen {
                    entered,
                    left,
                    status,
                });
            }
            _ => ptrace::resume(process, Until::Event, 0),
        }
    }
    Err(refused(
        "another thread of this program waits for all children and took the trial's".into(),
    ))
}

/// What it means.
fn judge(seen: &Seen) -> Result<(), Refused> {
    let errno = seen.status.code();
    let reason = match errno {
        Some(0) if seen.entered && seen.left => return Ok(()),
        Some(0) => "the kernel takes a seccomp filter but does not report the calls it watches: \
             tracing needs Linux 5.3 or newer, and not an emulation of it"
            .into(),
        Some(errno) => format!(
            "the kernel refuses a seccomp filter ({}): try it with `--no-filter`",
            io::Error::from_raw_os_error(errno)
        ),
        None => format!("the child of a trial was killed ({})", seen.status),
    };
    Err(refused(reason))
}

/// Ends a child that was not followed to its end.
fn end(process: i32) {
    // SAFETY: kill takes two numbers and touches no memory. The child has not been waited for, so the id is still its own.
    unsafe { libc::kill(process, libc::SIGKILL) };
    while ptrace::wait_for(process).is_some_and(|(_, report)| !matches!(report, Report::Ended(_))) {
    }
}

fn refused(reason: String) -> Refused {
    Refused { reason }
}

/// The tracer of a process and its name.
fn tracer_of(process: i32) -> Option<(i32, String)> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let tracer = status
        .lines()
        .find_map(|line| line.strip_prefix("TracerPid:"))?;
    let tracer = tracer.trim().parse().ok().filter(|&tracer| tracer != 0)?;
    let name = std::fs::read_to_string(format!("/proc/{tracer}/comm"));
    Some((
        tracer,
        name.map_or_else(|_| "a debugger".into(), |name| name.trim().into()),
    ))
}

fn yama() -> Option<u32> {
    std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope")
        .ok()?
        .trim()
        .parse()
        .ok()
}
