//! Below a system call: the kernel's own functions, and what becomes of its TCP sockets.
//!
//! Linux lets root look into the kernel through a file system, tracefs. For each run a private instance is made in it
//! (`instances/…`), which has its own switches and its own buffer; nothing else of the machine's tracing is touched.
//! In it some of the kernel's trace points are switched on for the observed threads: where memory for a socket, a packet or
//! a file is taken or given back, where a packet leaves and arrives, where a thread goes to sleep, and where a TCP socket
//! changes its state. At each the kernel writes down the functions it is in. So what calls what is known, and not guessed,
//! but only the functions on the way to such a point are seen. A function that the compiler has put into its caller,
//! or left by a jump, has no place of its own in it.
//!
//! An entry belongs to a call when it was made in the call's thread, between the entry and the exit of the call,
//! and below the function that this very call enters the kernel by. What an interrupt did there meanwhile is left out.
//!
//! What is not seen: a change of state that the kernel makes in no thread of the observed programs, by a timer
//! or in a thread of its own; the oldest entries, where more happens than the buffer holds; and anything in a container
//! with process ids of its own, for the kernel writes down its own ids.
//! The buffer's clock is CLOCK_MONOTONIC in microseconds; what CLOCK_REALTIME was ahead of it is measured once,
//! at the start, so a clock that is set during the run tears both apart.

mod attach;
#[cfg(target_os = "linux")]
mod instance;
pub mod trace;

#[cfg(target_os = "linux")]
pub(crate) use attach::attach;
#[cfg(target_os = "linux")]
pub(crate) use instance::{Seen, Watch};

use crate::tracer::Refused;

/// Tries the whole set-up: whether one can look into the kernel here.
///
/// # Errors
///
/// [`Refused`], whose text is one sentence that says what it needs and what is missing.
pub fn can_watch() -> Result<(), Refused> {
    #[cfg(target_os = "linux")]
    return instance::can_watch();
    #[cfg(not(target_os = "linux"))]
    return Err(Refused::because(
        "the kernel's own functions are shown on Linux only".into(),
    ));
}
