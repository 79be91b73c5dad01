//! Running programs and recording what they do.
//!
//! ```no_run
//! use std::process::Command;
//!
//! # fn main() -> std::io::Result<()> {
//! let mut command = Command::new("nc");
//! command.args(["-z", "127.0.0.1", "9000"]);
//! let running = observe::start(vec![command], &observe::Options::default())?;
//! let record = running.wait()?;
//! for event in &record.events {
//!     println!("{event:?}");
//! }
//! println!("{}", record.statuses[0]);
//! # Ok(())
//! # }
//! ```
//!
//! # What the traced program notices
//!
//! Nothing of the observer reaches it: no descriptor, no environment, no other exit status, output or signal behaviour.
//! Four things cannot be hidden, and are the whole list:
//!
//! - An ordinary user's program runs with `no_new_privs`, without which the kernel takes no filter from such a user:
//!   setuid programs (sudo, ping on some systems) do not get their privilege. [`Options::filter`] = false avoids it.
//! - `TracerPid` and `Seccomp` in /proc/PID/status tell the truth, and the program cannot be traced by another debugger.
//! - The kernel shows a tracer also the signals that the program ignores. A call that such a signal interrupts is
//!   started again, and the record shows it as one call; but `epoll_wait` and the few others that are never started
//!   again (signal(7)) fail with EINTR where they would have slept on.
//! - Calls that are watched take longer, by the time of two stops.
//!
//! # What is not seen
//!
//! What goes past system calls: io_uring. 32-bit programs. Tasks made with CLONE_UNTRACED.
//! Two processes that share one table of descriptors or signal handlers (clone(2) with CLONE_FILES or CLONE_SIGHAND but
//! without CLONE_THREAD) are taken for two that have one each.

use crate::wire::Network;
use record::event::Event;
use std::fmt;
use std::io;
use std::os::fd::RawFd;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::Sender;

// The one place that says where programs can be traced. Elsewhere everything compiles and `start` says no.
#[cfg_attr(
    not(all(
        target_os = "linux",
        target_env = "gnu",
        any(target_arch = "x86_64", target_arch = "aarch64")
    )),
    path = "tracer/elsewhere.rs"
)]
mod system;

/// How to trace.
#[derive(Clone, Debug)]
pub struct Options {
    /// Stop the program only at the calls that are watched, by a seccomp filter.
    ///
    /// Without it the program stops at every call: slower by far, but it does not need `no_new_privs`.
    pub filter: bool,
    /// A descriptor that is not part of what is observed: reads, writes and the like on it neither stop nor show.
    pub hide: Option<RawFd>,
    /// Run the programs and the tracer on this one processor: a stop is then much cheaper,
    /// but the programs see a machine of one processor.
    pub pin: Option<usize>,
    /// Where each call goes as soon as it is over, for programs that run on and on.
    ///
    /// Such calls are not in the [`Record`]. The program waits while a call is decoded,
    /// and [`Call::by_runtime`](record::event::Call::by_runtime) is never set: what comes next is not yet known.
    pub live: Option<Sender<Event>>,
    /// Keep the functions that each call came through ([`Call::stack`](record::event::Call::stack)).
    ///
    /// Registers and a piece of the stack are copied before each call, and the functions of a program in Python or Java,
    /// which makes its stop longer by some microseconds; and the program also stops where it maps a library. Names are looked up afterwards.
    pub stacks: bool,
    /// Ask the kernel for the addresses of a socket after each call that gives it one
    /// ([`Call::ends`](record::event::Call::ends)). Where only the calls themselves are wanted, it is time saved.
    pub ends: bool,
    /// Look into the kernel too ([`crate::kernel`]): its functions under each call
    /// ([`Call::kernel`](record::event::Call::kernel)) and what becomes of TCP sockets ([`Event::State`]).
    ///
    /// Needs root and tracefs; [`crate::kernel::can_watch`] tells whether it can be had. Calls that go to
    /// [`Options::live`] are without it, for the kernel's side is read at the end.
    pub kernel: bool,
    /// The network that the programs run in, if their packets are to be seen ([`Event::Packet`]).
    ///
    /// While it is used by one run, another that is given the same waits for it.
    pub wire: Option<Arc<Network>>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            filter: true,
            hide: None,
            pin: None,
            live: None,
            stacks: false,
            ends: true,
            kernel: false,
            wire: None,
        }
    }
}

/// Starts all commands, each traced from its first instruction on.
///
/// Each command is held before it runs until all of them could be started, so either all run or none does.
///
/// A command's standard streams are inherited unless it says otherwise; `Stdio::piped` is of no use here,
/// for nobody gets the other end: give it one end of [`std::io::pipe`].
/// A `pre_exec` hook of the command runs before the tracing begins and must leave descriptors open that are not its own.
///
/// # Errors
///
/// A command that cannot be started: the error names it and has the kind of the cause (`NotFound`, `PermissionDenied`).
/// A system that refuses tracing: the text is that of [`Refused`].
pub fn start(commands: Vec<Command>, options: &Options) -> io::Result<Running> {
    system::Run::start(commands, options).map(|run| Running { run: Some(run) })
}

/// Tries the whole set-up on a throw-away child: whether programs can be traced here at all.
///
/// # Errors
///
/// [`Refused`], whose text is one sentence that says why not and what to do.
pub fn can_trace() -> Result<(), Refused> {
    system::can_trace()
}

/// Programs that are being traced.
///
/// Dropped before [`Running::wait`], it kills them: nothing is left behind.
#[derive(Debug)]
pub struct Running {
    /// Taken by `wait`, so that the drop after it finds nothing to kill.
    run: Option<system::Run>,
}

impl Running {
    /// The process ids of the commands, in their order.
    pub fn processes(&self) -> &[i32] {
        self.run.as_ref().map_or(&[], system::Run::processes)
    }

    /// A way to reach the programs from elsewhere, while another thread waits.
    pub fn reach(&self) -> Reach {
        Reach {
            to: self.run.as_ref().map(system::Run::reach),
        }
    }

    /// Kills every traced process that is still alive, and those they are about to make (SIGKILL).
    pub fn kill_all(&self) {
        if let Some(run) = &self.run {
            run.kill_all();
        }
    }

    /// Waits until all traced processes are gone, those that the commands made too, and gives the record.
    ///
    /// # Errors
    ///
    /// Only where the tracer itself failed; the programs are killed then.
    pub fn wait(mut self) -> io::Result<Record> {
        match self.run.take() {
            Some(run) => run.wait(),
            None => Err(io::Error::other("already waited for")),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(run) = self.run.take() {
            run.kill_all();
            let _ = run.wait();
        }
    }
}

/// A way to reach traced programs, which does nothing once they are gone.
#[derive(Clone, Debug)]
pub struct Reach {
    to: Option<system::Reach>,
}

impl Reach {
    /// As [`Running::kill_all`].
    pub fn kill_all(&self) {
        if let Some(to) = &self.to {
            to.kill_all();
        }
    }

    /// Sends a signal to each command that is still alive, not to what they have made. False when none is.
    pub fn signal(&self, signal: i32) -> bool {
        self.to.as_ref().is_some_and(|to| to.signal(signal))
    }
}

/// What was recorded.
#[derive(Clone, Debug)]
pub struct Record {
    /// Everything that happened, in order of time.
    pub events: Vec<Event>,
    /// How each command ended, in the order of the commands.
    pub statuses: Vec<ExitStatus>,
    /// How many packets came faster than they could be kept. They are missing among the events.
    pub lost_packets: u64,
}

/// Why programs cannot be traced here, and what to do about it: one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    reason: String,
}

impl Refused {
    pub(crate) fn because(reason: String) -> Refused {
        Refused { reason }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refused {}

impl From<Refused> for io::Error {
    fn from(refused: Refused) -> Self {
        io::Error::new(io::ErrorKind::PermissionDenied, refused)
    }
}
