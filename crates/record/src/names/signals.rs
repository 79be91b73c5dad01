//! The signals.

/// The name of a signal (`SIGPIPE`).
pub fn name(signal: i32) -> Option<&'static str> {
    SIGNALS
        .iter()
        .chain(LINUX)
        .find(|entry| entry.0 == signal)
        .map(|entry| entry.1)
}

macro_rules! signals {
    ($($name:ident)*) => { &[$((libc::$name, stringify!($name))),*] };
}

const SIGNALS: &[(i32, &str)] = signals! {
    SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM
    SIGTERM SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH
    SIGIO SIGSYS
};

/// What only Linux has, and its real-time signals.
///
/// The C libraries keep the first two or three real-time signals for themselves; numbers count from glibc's SIGRTMIN.
#[cfg(target_os = "linux")]
#[rustfmt::skip]
const LINUX: &[(i32, &str)] = &[
    (libc::SIGSTKFLT, "SIGSTKFLT"), (libc::SIGPWR, "SIGPWR"),
    (34, "SIGRTMIN"), (35, "SIGRTMIN+1"), (36, "SIGRTMIN+2"), (37, "SIGRTMIN+3"), (38, "SIGRTMIN+4"),
    (39, "SIGRTMIN+5"), (40, "SIGRTMIN+6"), (41, "SIGRTMIN+7"), (42, "SIGRTMIN+8"), (43, "SIGRTMIN+9"),
    (44, "SIGRTMIN+10"), (45, "SIGRTMIN+11"), (46, "SIGRTMIN+12"), (47, "SIGRTMIN+13"), (48, "SIGRTMIN+14"),
    (49, "SIGRTMIN+15"), (50, "SIGRTMAX-14"), (51, "SIGRTMAX-13"), (52, "SIGRTMAX-12"), (53, "SIGRTMAX-11"),
    (54, "SIGRTMAX-10"), (55, "SIGRTMAX-9"), (56, "SIGRTMAX-8"), (57, "SIGRTMAX-7"), (58, "SIGRTMAX-6"),
    (59, "SIGRTMAX-5"), (60, "SIGRTMAX-4"), (61, "SIGRTMAX-3"), (62, "SIGRTMAX-2"), (63, "SIGRTMAX-1"),
    (64, "SIGRTMAX"),
];

#[cfg(not(target_os = "linux"))]
const LINUX: &[(i32, &str)] = &[];
