//! What `lens` was given by whoever started it, so that the command can be given the same.
//!
//! Rust's runtime changes two things before `main`: it sets SIGPIPE to ignore, and it opens /dev/null in place of a
//! standard stream that is closed. `lens` itself blocks a few signals. The command is to notice none of it.

use std::io;
use std::mem;
use std::sync::atomic::{AtomicU8, Ordering};

/// What [`look`] found: one bit for each standard stream that is closed, and one for SIGPIPE.
static FOUND: AtomicU8 = AtomicU8::new(0);
const PIPE_IGNORED: u8 = 1 << 3;

/// Functions in this section run before the runtime's start, and so before it changes anything.
#[used]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
#[cfg_attr(
    target_vendor = "apple",
    unsafe(link_section = "__DATA,__mod_init_func")
)]
static LOOK: extern "C" fn() = look;

extern "C" fn look() {
    let mut found = 0;
    for stream in 0..3 {
        // SAFETY: F_GETFD takes no third argument and touches no memory.
        if unsafe { libc::fcntl(stream, libc::F_GETFD) } == -1 {
            found |= 1 << stream;
        }
    }
    // SAFETY: sigaction is a C structure of numbers and addresses, for which all bits zero is a value.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    // SAFETY: a null second argument only asks, and action is a sigaction on this frame.
    unsafe { libc::sigaction(libc::SIGPIPE, std::ptr::null(), &mut action) };
    if action.sa_sigaction == libc::SIG_IGN {
        found |= PIPE_IGNORED;
    }
    FOUND.store(found, Ordering::Relaxed);
}

/// What the command is to be given.
#[derive(Clone, Copy)]
pub(crate) struct Inherited {
    found: u8,
    mask: libc::sigset_t,
}

impl Inherited {
    /// Takes note of the signal mask, and then blocks these signals in this thread and all it will make.
    pub(crate) fn and_block(signals: &[i32]) -> Inherited {
        let blocked = set(signals);
        let mut mask = set(&[]);
        // SAFETY: both sets were made by `set` and live on this frame.
        unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &blocked, &mut mask) };
        Inherited {
            found: FOUND.load(Ordering::Relaxed),
            mask,
        }
    }

    /// Restores the signal mask of this thread.
    pub(crate) fn unblock(&self) {
        // SAFETY: the mask was filled by pthread_sigmask, and a null third argument asks for nothing.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.mask, std::ptr::null_mut()) };
    }

    /// Gives the calling process all as it was. Makes only system calls: it runs between fork and exec.
    pub(crate) fn restore(&self) -> io::Result<()> {
        if self.found & PIPE_IGNORED != 0 {
            // SAFETY: SIG_IGN is not a function, so nothing will be called.
            unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
        }
        for stream in 0..3 {
            if self.found & (1 << stream) != 0 {
                // SAFETY: this process is about to become another program, and nothing in it uses the stream before:
                // it is the /dev/null that the runtime opened.
                unsafe { libc::close(stream) };
            }
        }
        self.unblock();
        Ok(())
    }
}

/// A set of signals.
pub(crate) fn set(signals: &[i32]) -> libc::sigset_t {
    // SAFETY: sigset_t is a set of bits, for which all bits zero is a value.
    let mut set: libc::sigset_t = unsafe { mem::zeroed() };
    // SAFETY: set is a sigset_t on this frame.
    unsafe { libc::sigemptyset(&mut set) };
    for &signal in signals {
        // SAFETY: as above; a number that is no signal is refused.
        unsafe { libc::sigaddset(&mut set, signal) };
    }
    set
}
