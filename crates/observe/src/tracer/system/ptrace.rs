//! The ptrace and wait requests the tracer makes, one function each.
//!
//! `libc::ptrace` and `libc::waitpid` rather than nix's: `nix::waitpid` gives an error for a stop by a real-time signal.
//! Only PTRACE_GET_SYSCALL_INFO comes from nix.
//! Every request but SEIZE may meet a thread that was killed in its stop (ESRCH); its end is reported by [`wait`]
//! like any other, so nobody needs the error.

use nix::sys::ptrace::syscall_info;
use nix::unistd::Pid;
use stack::memory::Registers;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::ptr;

/// What a traced thread reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// It ended.
    Ended(ExitStatus),
    /// It stopped because this signal is about to be delivered; how it is resumed decides whether it is.
    Signal(i32),
    /// It stopped at the entry or the exit of a call (PTRACE_SYSCALL).
    Call,
    /// It stopped before a call that the filter watches.
    Watched,
    /// It stopped in fork, vfork or clone, having made a process or thread.
    Forked,
    /// It stopped because it has become another program.
    Exec,
    /// It stopped together with its whole process, because of a stopping signal (group-stop in ptrace(2)).
    Group,
    /// It stopped for no cause of its own: the first stop of a new thread, or the end of a group-stop.
    Attention,
}

impl Report {
    /// Reads the status word of waitpid(2).
    pub(super) fn from_status(status: i32) -> Report {
        if !libc::WIFSTOPPED(status) {
            return Report::Ended(ExitStatus::from_raw(status));
        }
        let signal = libc::WSTOPSIG(status);
        match status >> 16 {
            libc::PTRACE_EVENT_SECCOMP => Report::Watched,
            libc::PTRACE_EVENT_EXEC => Report::Exec,
            libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK | libc::PTRACE_EVENT_CLONE => {
                Report::Forked
            }
            libc::PTRACE_EVENT_STOP if signal != libc::SIGTRAP => Report::Group,
            0 if signal == libc::SIGTRAP | 0x80 => Report::Call,
            0 => Report::Signal(signal),
            _ => Report::Attention,
        }
    }
}

/// Where in a call a thread stopped.
#[derive(Clone, Copy, Debug)]
pub(super) enum Position {
    /// Before it.
    Before { number: i64, args: [u64; 6] },
    /// After it: zero or more, or minus the errno.
    After { returned: i64 },
    /// Elsewhere, or in a call of another architecture (a 32-bit program), whose numbers mean something else.
    Unknown,
}

/// How a thread goes on from a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// To the next thing that is reported anyway.
    Event,
    /// To the next entry or exit of a call.
    Call,
}

/// `ptrace(PTRACE_SEIZE)`: traces a process from now on, without stopping it.
///
/// What it makes is traced too, and all of it is killed when the calling thread ends.
pub(super) fn seize(process: i32) -> io::Result<()> {
    let options = libc::PTRACE_O_EXITKILL
        | libc::PTRACE_O_TRACESYSGOOD
        | libc::PTRACE_O_TRACESECCOMP
        | libc::PTRACE_O_TRACEFORK
        | libc::PTRACE_O_TRACEVFORK
        | libc::PTRACE_O_TRACECLONE
        | libc::PTRACE_O_TRACEEXEC;
    request(libc::PTRACE_SEIZE, process, options as usize)
}

/// `ptrace(PTRACE_CONT)` or `ptrace(PTRACE_SYSCALL)`: goes on, with this signal delivered (0 for none).
pub(super) fn resume(thread: i32, until: Until, signal: i32) {
    let how = match until {
        Until::Event => libc::PTRACE_CONT,
        Until::Call => libc::PTRACE_SYSCALL,
    };
    let _ = request(how, thread, signal as usize);
}

/// `ptrace(PTRACE_LISTEN)`: stays stopped, as the stopping signal asks, until SIGCONT comes.
pub(super) fn listen(thread: i32) {
    let _ = request(libc::PTRACE_LISTEN, thread, 0);
}

/// `ptrace(PTRACE_DETACH)`: is traced no longer, and goes on.
pub(super) fn detach(thread: i32) {
    let _ = request(libc::PTRACE_DETACH, thread, 0);
}

/// `ptrace(PTRACE_GETEVENTMSG)`: the id that belongs to a [`Report::Forked`] or [`Report::Exec`].
pub(super) fn event_message(thread: i32) -> Option<i32> {
    let mut message: libc::c_ulong = 0;
    request(
        libc::PTRACE_GETEVENTMSG,
        thread,
        ptr::from_mut(&mut message) as usize,
    )
    .ok()?;
    i32::try_from(message).ok()
}

/// `ptrace(PTRACE_GET_SYSCALL_INFO)`: where in a call the thread stopped.
pub(super) fn position(thread: i32) -> io::Result<Position> {
    let info = syscall_info(Pid::from_raw(thread))?;
    if info.arch != super::filter::ARCHITECTURE {
        return Ok(Position::Unknown);
    }
    Ok(match info.op {
        libc::PTRACE_SYSCALL_INFO_ENTRY => {
            // SAFETY: the kernel fills `entry` when it sets op to ENTRY, and its fields are plain numbers.
            let entry = unsafe { info.u.entry };
            Position::Before {
                number: entry.nr as i64,
                args: entry.args,
            }
        }
        libc::PTRACE_SYSCALL_INFO_SECCOMP => {
            // SAFETY: the kernel fills `seccomp` when it sets op to SECCOMP, and its fields are plain numbers.
            let seccomp = unsafe { info.u.seccomp };
            Position::Before {
                number: seccomp.nr as i64,
                args: seccomp.args,
            }
        }
        libc::PTRACE_SYSCALL_INFO_EXIT => {
            // SAFETY: the kernel fills `exit` when it sets op to EXIT, and its fields are plain numbers.
            let exit = unsafe { info.u.exit };
            Position::After {
                returned: exit.sval,
            }
        }
        _ => Position::Unknown,
    })
}

/// `ptrace(PTRACE_GETREGSET)`: the registers that lead out of the function a stopped thread is in.
pub(super) fn registers(thread: i32) -> Option<Registers> {
    /// The general registers (linux/elf.h).
    const NT_PRSTATUS: usize = 1;
    // SAFETY: user_regs_struct is a C structure of numbers, for which all bits zero is a value.
    let mut all: libc::user_regs_struct = unsafe { std::mem::zeroed() };
    let mut vector = libc::iovec {
        iov_base: ptr::from_mut(&mut all).cast(),
        iov_len: size_of_val(&all),
    };
    // SAFETY: the kernel writes at most iov_len bytes to iov_base, which is all of `all`, and the length it wrote
    // to the iovec; both live on this frame.
    let result = unsafe {
        libc::ptrace(
            libc::PTRACE_GETREGSET,
            thread,
            ptr::without_provenance_mut::<libc::c_void>(NT_PRSTATUS),
            ptr::from_mut(&mut vector).cast::<libc::c_void>(),
        )
    };
    if result == -1 || vector.iov_len < size_of_val(&all) {
        return None;
    }
    #[cfg(target_arch = "x86_64")]
    let registers = Registers {
        instruction: all.rip,
        stack: all.rsp,
        frame: all.rbp,
        link: 0,
    };
    #[cfg(target_arch = "aarch64")]
    let registers = Registers {
        instruction: all.pc,
        stack: all.sp,
        frame: all.regs[29],
        link: all.regs[30],
    };
    Some(registers)
}

/// `waitpid(-1)`: the next report of a thread that the calling thread traces; `None` when there is none left.
///
/// __WNOTHREAD keeps to the threads this thread traces, so that no other child of this process is touched.
pub(super) fn wait() -> Option<(i32, Report)> {
    wait_for(-1)
}

/// `waitpid(thread)`: the next report of one traced thread; `None` when it is gone.
pub(super) fn wait_for(thread: i32) -> Option<(i32, Report)> {
    loop {
        let mut status = 0;
        // SAFETY: status is a c_int on this frame, and waitpid writes nothing else.
        let id = unsafe { libc::waitpid(thread, &mut status, libc::__WALL | libc::__WNOTHREAD) };
        if id > 0 {
            return Some((id, Report::from_status(status)));
        }
        if io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return None;
        }
    }
}

/// Waits until a traced process reports something, and tells, without taking the report, whether it still lives.
pub(super) fn peek_alive(process: i32) -> bool {
    let options = libc::WEXITED | libc::WSTOPPED | libc::WNOWAIT | libc::__WALL | libc::__WNOTHREAD;
    loop {
        // SAFETY: siginfo_t is a C structure of numbers and addresses, for which all bits zero is a value.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        // SAFETY: info is a siginfo_t on this frame, and waitid writes nothing else.
        let result = unsafe { libc::waitid(libc::P_PID, process as u32, &mut info, options) };
        if result == 0 {
            return !matches!(
                info.si_code,
                libc::CLD_EXITED | libc::CLD_KILLED | libc::CLD_DUMPED
            );
        }
        if io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return false;
        }
    }
}

fn request(request: libc::c_uint, thread: i32, data: usize) -> io::Result<()> {
    let nothing = ptr::null_mut::<libc::c_void>();
    let data = ptr::without_provenance_mut::<libc::c_void>(data);
    // SAFETY: of the requests above only GETEVENTMSG takes data as an address, and it is given that of a c_ulong
    // that lives through this call; the others take a number. An id that is not traced by this thread gives ESRCH.
    let result = unsafe { libc::ptrace(request, thread, nothing, data) };
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
