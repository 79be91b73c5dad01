//! What `lens` was given by whoever started it, so that the command can be given the same.
//!
//! Rust's runtime changes two things before `main`: it sets SIGPIPE to ignore, and it opens /dev/null in place of a
//! standard stream that is closed. The C library gives the signals it keeps for itself a handler when there are threads,
//! and exec makes a handler the default. `lens` itself blocks a few signals. The command is to notice none of it.

use std::io;
use std::mem;
use std::sync::atomic::{AtomicU8, Ordering};

/// What [`look`] found: one bit for each standard stream that is closed, then one for each of [`CHANGED`] that is ignored.
static FOUND: AtomicU8 = AtomicU8::new(0);
const STREAMS: usize = 3;

/// The signals whose action is changed on the way to the command. 32 and 33 are those of glibc (nptl(7)).
#[cfg(target_os = "linux")]
const CHANGED: [i32; 3] = [libc::SIGPIPE, 32, 33];
#[cfg(not(target_os = "linux"))]
const CHANGED: [i32; 1] = [libc::SIGPIPE];

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
    for stream in 0..STREAMS {
        // SAFETY: F_GETFD takes no third argument and touches no memory.
        if unsafe { libc::fcntl(stream as i32, libc::F_GETFD) } == -1 {
            found |= 1 << stream;
        }
    }
    for (index, signal) in CHANGED.into_iter().enumerate() {
        if is_ignored(signal) {
            found |= 1 << (STREAMS + index);
        }
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
        for (index, signal) in CHANGED.into_iter().enumerate() {
            if self.found & (1 << (STREAMS + index)) != 0 {
                ignore(signal);
            }
        }
        for stream in 0..STREAMS {
            if self.found & (1 << stream) != 0 {
                // SAFETY: this process is about to become another program, and nothing in it uses the stream before:
                // it is the /dev/null that the runtime opened.
                unsafe { libc::close(stream as i32) };
            }
        }
        self.unblock();
        Ok(())
    }
}

/// Drops those of these signals that have come and that nobody has taken yet: POSIX has ignoring them do that.
pub(crate) fn drop_pending(signals: &[i32]) {
    for &signal in signals {
        // SAFETY: SIG_IGN is not a function, so nothing will be called.
        let before = unsafe { libc::signal(signal, libc::SIG_IGN) };
        // SAFETY: this is the action that the signal had a moment ago.
        unsafe { libc::signal(signal, before) };
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

/// The kernel's own structure: the C library's functions refuse the signals that it keeps for itself.
#[cfg(target_os = "linux")]
#[repr(C)]
struct Action {
    handler: usize,
    flags: libc::c_ulong,
    restorer: usize,
    mask: u64,
}

#[cfg(target_os = "linux")]
fn is_ignored(signal: i32) -> bool {
    let mut now = Action {
        handler: 0,
        flags: 0,
        restorer: 0,
        mask: 0,
    };
    let none = std::ptr::null::<Action>();
    // SAFETY: a null action only asks, and `now` has the layout in which the kernel answers.
    unsafe {
        libc::syscall(
            libc::SYS_rt_sigaction,
            signal,
            none,
            &raw mut now,
            size_of::<u64>(),
        )
    };
    now.handler == libc::SIG_IGN
}

#[cfg(target_os = "linux")]
fn ignore(signal: i32) {
    let action = Action {
        handler: libc::SIG_IGN,
        flags: 0,
        restorer: 0,
        mask: 0,
    };
    let nowhere = std::ptr::null_mut::<Action>();
    // SAFETY: SIG_IGN is not a function, so nothing will be called, and `action` has the layout the kernel reads.
    unsafe {
        libc::syscall(
            libc::SYS_rt_sigaction,
            signal,
            &raw const action,
            nowhere,
            size_of::<u64>(),
        )
    };
}

#[cfg(not(target_os = "linux"))]
fn is_ignored(signal: i32) -> bool {
    // SAFETY: sigaction is a C structure of numbers and addresses, for which all bits zero is a value.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    // SAFETY: a null second argument only asks, and action is a sigaction on this frame.
    unsafe { libc::sigaction(signal, std::ptr::null(), &mut action) };
    action.sa_sigaction == libc::SIG_IGN
}

#[cfg(not(target_os = "linux"))]
fn ignore(signal: i32) {
    // SAFETY: SIG_IGN is not a function, so nothing will be called.
    unsafe { libc::signal(signal, libc::SIG_IGN) };
}
