//! What tracing costs, measured: `cargo run --release -p lens --example bench`.
//!
//! Four questions, each answered by runs that alternate, so that a machine whose speed changes is unfair to nobody:
//!
//! 1. The same socket calls of the same program under the lens and under `strace -f --seccomp-bpf`,
//!    which is told to stop at the same calls. Both and the program run on one processor.
//!    The lens is to take at most 0.75 of strace's time. strace writes while the program runs; the lens decodes after it
//!    has ended, so two times are given: until then, and with that.
//!    "Stopping only" is a tracer that stops at these calls, asks which they are and does nothing else: the kernel's own
//!    part of any tracer with two stops a call. Where that is above 0.75, as with connections, no such tracer is below it.
//! 2. The same calls with and without stacks. What lies between them is the copying at the stop, and now and then, so that
//!    what waits does not become much, the walking of what was copied; names are looked up when the program has ended.
//!    At most 60 µs more, also in a debug build (leave out `--release`).
//! 3. The same in Python and in Java, where the interpreter's own structures are read besides. The programs say how long
//!    their calls took, so that their start is left out. At most 60 µs more as well.
//! 4. A call that is not watched, a million times, traced and untraced. There is to be no difference to be seen
//!    but the few nanoseconds that the kernel takes to look whether there is a filter.
//! 5. The same scene, a connection from its beginning to its end, with and without its packets. They are to add at most
//!    25 ms to a run, and to move no call by more than 100 µs in the median. `-- packets` asks this one only.
//!
//! The program that makes the calls is this one, run again, or in the third question a file beside it.

#[cfg(target_os = "linux")]
mod bare;
#[cfg(target_os = "linux")]
mod languages;
#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
mod wire;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    measure::run()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: calls are traced on Linux only");
}
