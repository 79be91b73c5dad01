//! Whether a process sleeps in a system call, read from /proc. Needs no tracing.
//!
//! Two files of a thread tell it: `stat` has the state (`S` is an interruptible sleep; a thread that
//! a tracer has stopped is `t`), `syscall` has the number of the call it is in, and its arguments.
//!
//! An actor that waits for the lab's answer sleeps in a call too, on the hidden descriptor.
//! That is no call of the scene.

use std::fs;
use std::os::fd::RawFd;

use crate::control::hidden_descriptor;
use crate::play::is_one_of;

/// The first thread of a process that sleeps in a call of this name, on any descriptor but the hidden one.
pub(crate) fn asleep_in(process: i32, call: &str) -> Option<i32> {
    asleep(process, call, None)
}

/// The first thread of a process that waits for its standard input.
pub(crate) fn asleep_at_keyboard(process: i32) -> Option<i32> {
    asleep(process, "recv", Some(libc::STDIN_FILENO))
}

fn asleep(process: i32, call: &str, on: Option<RawFd>) -> Option<i32> {
    let mut threads: Vec<i32> = fs::read_dir(format!("/proc/{process}/task"))
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    threads.sort_unstable();
    threads
        .into_iter()
        .find(|thread| sleeps(process, *thread, call, on))
}

fn sleeps(process: i32, thread: i32, call: &str, on: Option<RawFd>) -> bool {
    let state = || {
        let stat =
            fs::read_to_string(format!("/proc/{process}/task/{thread}/stat")).unwrap_or_default();
        // The second field is the program's name in parentheses, and may itself contain any of them.
        stat.rsplit_once(") ")
            .and_then(|(_, rest)| rest.chars().next())
    };
    if state() != Some('S') {
        return false;
    }
    // The number in decimal, then the arguments in hexadecimal.
    let (number, descriptor) =
        match fs::read_to_string(format!("/proc/{process}/task/{thread}/syscall")) {
            Ok(text) => {
                let mut words = text.split(' ');
                let number = words.next().and_then(|number| number.parse::<i64>().ok());
                let first = words.next().and_then(|first| first.strip_prefix("0x"));
                let first = first.and_then(|first| u64::from_str_radix(first, 16).ok());
                (number, first.map(|first| first as RawFd))
            }
            // Some systems hide this file; then a sleep is all that can be known.
            Err(_) => return true,
        };
    if descriptor == Some(hidden_descriptor()) || (on.is_some() && descriptor != on) {
        return false;
    }
    // Read the state again: between the two reads the thread may have gone on.
    let is_it = number
        .and_then(name)
        .is_some_and(|name| is_one_of(name, call));
    is_it && state() == Some('S')
}

/// The name of a system call.
#[cfg(target_os = "linux")]
fn name(number: i64) -> Option<&'static str> {
    observe::copy::name(number)
}

#[cfg(not(target_os = "linux"))]
fn name(_: i64) -> Option<&'static str> {
    None
}
