//! What could not be tested here is said, in one line.

use std::io::Write;

/// Prints `not run: WHAT (WHY)` to standard error, past the test harness, which would keep it to itself.
pub fn not_run(what: &str, why: &str) {
    note(&format!("not run: {what} ({why})"));
}

/// Prints a line to standard error, past the test harness.
pub fn note(line: &str) {
    // A line that nobody can read is no reason to fail.
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}
