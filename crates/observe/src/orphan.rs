//! A process that outlives this one by a moment, to put in order what must be put in order however this one ends.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// Starts a process that waits until the descriptor that this gives is closed, by this process or by its end,
/// does one thing more, and ends. Until then it keeps `keep` open.
///
/// `last` runs in a copy of this process, of which other threads may have held locks: it makes system calls only.
pub(crate) fn start(keep: Option<BorrowedFd<'_>>, last: impl FnOnce()) -> io::Result<OwnedFd> {
    let mut ends = [0; 2];
    // SAFETY: pipe2 writes two descriptors into the array, which lives during the call.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: pipe2 has just made both, and nobody else owns them.
    let [reader, writer] = ends.map(|end| unsafe { OwnedFd::from_raw_fd(end) });
    // SAFETY: until it exits the child calls only async-signal-safe functions: it makes system calls.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            // A child of a child: it is nobody's here, so nobody waits for it.
            // SAFETY: as above.
            if unsafe { libc::fork() } == 0 {
                wait(reader.as_raw_fd(), keep.map(|keep| keep.as_raw_fd()));
                last();
            }
            // SAFETY: _exit ends the process without running anything of the parent's that fork has copied.
            unsafe { libc::_exit(0) }
        }
        child => {
            // SAFETY: waitpid is given no place to write to. The child ends at once.
            unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
            Ok(writer)
        }
    }
}

/// Waits for the end of the pipe. The process holds nothing of what it has inherited: no stream, no folder, no terminal.
fn wait(reader: i32, keep: Option<i32>) {
    // SAFETY: setsid takes nothing and touches no memory.
    unsafe { libc::setsid() };
    // SAFETY: chdir reads a string with its NUL that lives for ever.
    unsafe { libc::chdir(c"/".as_ptr()) };
    // Away from the numbers that are written over next.
    // SAFETY: fcntl(F_DUPFD) works on descriptor numbers, which are this process's own.
    let keep = keep.map(|keep| unsafe { libc::fcntl(keep, libc::F_DUPFD, 3) });
    // SAFETY: dup2 works on descriptor numbers, which are this process's own.
    unsafe { libc::dup2(reader, 0) };
    let mut first = 1;
    if let Some(keep) = keep {
        // SAFETY: as above.
        unsafe { libc::dup2(keep, 1) };
        first = 2;
    }
    // SAFETY: close_range closes descriptors of this process, which nothing in it uses any more.
    if unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) } == -1 {
        for descriptor in first..1024 {
            // SAFETY: as above.
            unsafe { libc::close(descriptor) };
        }
    }
    let mut byte = 0_u8;
    // SAFETY: read writes at most the one byte that lives on this frame.
    while unsafe { libc::read(0, (&raw mut byte).cast(), 1) } == -1
        && io::Error::last_os_error().raw_os_error() == Some(libc::EINTR)
    {}
}
