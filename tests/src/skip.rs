//! What could not be tested here is said, in one line, and counted.
//!
//! A test that cannot do its work on this machine passes all the same, and looks like one that did. So it says what it
//! did not run and why; and where the environment has `TESTS_NOT_RUN`, a line for each is added to the file that it
//! names, by every program of tests, and several may run at once. `.ci/run` reads that file at its end, lists what stands
//! in it, and fails where `tests/allowed-to-skip.toml` does not have the reason.
//!
//! This file needs nothing but std: the tests of the other crates take it in by its path.
#![allow(
    unreachable_pub,
    reason = "another crate's tests have it as a module of their own"
)]

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::thread;

/// Prints `not run: WHAT (WHY)` to standard error, past the test harness, which would keep it to itself, and counts it.
#[track_caller]
pub fn not_run(what: &str, why: &str) {
    note(&format!("not run: {what} ({why})"));
    count(what, why);
}

/// Counts something that was not run, without a line to read: for what may happen a hundred times for one reason.
#[track_caller]
pub fn count(what: &str, why: &str) {
    let Some(file) = env::var_os("TESTS_NOT_RUN") else {
        return;
    };
    let fields = [&test(), what, why].map(|field| field.replace(['\t', '\n'], " "));
    let line = fields.join("\t") + "\n";
    // One write of one line at the end of the file: programs beside this one write there too.
    let opened = OpenOptions::new().create(true).append(true).open(&file);
    let written = opened.and_then(|mut file| file.write_all(line.as_bytes()));
    if let Err(error) = written {
        panic!("{} cannot be written to: {error}", file.display());
    }
}

/// The test in which this is: `step03-accept layers nix_refuses`. Its thread has its name, but for threads that it started.
fn test() -> String {
    let program = env::current_exe().unwrap_or_default();
    let program = program.file_stem().unwrap_or_default().to_string_lossy();
    // Cargo adds a hash.
    let program = program.rsplit_once('-').map_or(&*program, |(name, _)| name);
    let thread = thread::current();
    let name = thread.name().unwrap_or_default();
    format!("{} {program} {name}", env!("CARGO_PKG_NAME"))
}

/// Prints a line to standard error, past the test harness.
pub fn note(line: &str) {
    // A line that nobody can read is no reason to fail.
    let _ = std::io::stderr().write_all(format!("{}\n", line.replace('\n', " ")).as_bytes());
}
