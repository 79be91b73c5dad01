//! The least that a tracer can do: it stops at the calls that the lens stops at, asks which call it is, and goes on.
//!
//! Nothing is copied, followed or written. What it takes is the kernel's part of tracing with two stops a call,
//! and no tracer of that kind takes less.

use std::io;
use std::mem;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr;

/// Runs a program of one process to its end, stopping at the watched calls.
pub(crate) fn trace(mut command: Command) -> io::Result<()> {
    let filter = filter(observe::copy::watched())?;
    // SAFETY: the hook runs between fork and exec, only makes system calls and allocates nothing.
    unsafe { command.pre_exec(move || be_traced(&filter)) };
    let child = command.spawn()?;
    let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
    let options = libc::PTRACE_O_TRACESECCOMP
        | libc::PTRACE_O_TRACESYSGOOD
        | libc::PTRACE_O_TRACEEXEC
        | libc::PTRACE_O_EXITKILL;
    // It stands at the SIGTRAP of its exec, the first stop of a program that asked to be traced.
    let mut status = wait(pid)?;
    // SAFETY: the program is a stopped child of this one; the request takes a number.
    check(unsafe { libc::ptrace(libc::PTRACE_SETOPTIONS, pid, 0, options) })?;
    let mut signal = 0;
    let mut go_on = libc::PTRACE_CONT;
    while libc::WIFSTOPPED(status) {
        // SAFETY: as above; no memory is named.
        check(unsafe { libc::ptrace(go_on, pid, 0, signal) })?;
        status = wait(pid)?;
        (go_on, signal) = match (status >> 16, libc::WSTOPSIG(status)) {
            (libc::PTRACE_EVENT_SECCOMP, _) => {
                ask(pid)?;
                (libc::PTRACE_SYSCALL, 0)
            }
            (0, stop) if stop == libc::SIGTRAP | 0x80 => {
                ask(pid)?;
                (libc::PTRACE_CONT, 0)
            }
            (0, stop) => (libc::PTRACE_CONT, stop),
            _ => (libc::PTRACE_CONT, 0),
        };
    }
    if libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0 {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "the traced program ended with status {status:#x}"
        )))
    }
}

/// `ptrace(PTRACE_GET_SYSCALL_INFO)`: which call it is, with its arguments or its result.
fn ask(pid: libc::pid_t) -> io::Result<()> {
    // SAFETY: the structure is plain numbers, for which all bits zero is a value.
    let mut info: libc::ptrace_syscall_info = unsafe { mem::zeroed() };
    // SAFETY: the kernel writes at most as many bytes as it is told the structure has.
    let result = unsafe {
        libc::ptrace(
            libc::PTRACE_GET_SYSCALL_INFO,
            pid,
            size_of_val(&info),
            &raw mut info,
        )
    };
    check(result)
}

fn wait(pid: libc::pid_t) -> io::Result<i32> {
    let mut status = 0;
    // SAFETY: the kernel writes one number.
    check(unsafe { libc::waitpid(pid, &raw mut status, libc::__WALL) }.into())?;
    Ok(status)
}

fn be_traced(filter: &[libc::sock_filter]) -> io::Result<()> {
    // SAFETY: the request takes no memory.
    check(unsafe {
        libc::ptrace(
            libc::PTRACE_TRACEME,
            0,
            ptr::null_mut::<()>(),
            ptr::null_mut::<()>(),
        )
    })?;
    // SAFETY: this option takes numbers only.
    check(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }.into())?;
    let program = libc::sock_fprog {
        len: narrow(filter.len())?,
        filter: filter.as_ptr().cast_mut(),
    };
    // SAFETY: the kernel copies the instructions, as many as `len` says, which are all that the slice has.
    check(
        unsafe {
            libc::prctl(
                libc::PR_SET_SECCOMP,
                libc::SECCOMP_MODE_FILTER,
                &raw const program,
            )
        }
        .into(),
    )
}

/// "Is it one of these numbers? Then stop; else go on."
fn filter(calls: &[i64]) -> io::Result<Vec<libc::sock_filter>> {
    let mut filter = vec![statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0)?];
    for (number, call) in calls.iter().enumerate() {
        filter.push(libc::sock_filter {
            code: narrow(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K)?,
            jt: narrow(calls.len() - number)?,
            jf: 0,
            k: narrow(*call)?,
        });
    }
    let end = libc::BPF_RET | libc::BPF_K;
    filter.push(statement(end, libc::SECCOMP_RET_ALLOW)?);
    filter.push(statement(end, libc::SECCOMP_RET_TRACE)?);
    Ok(filter)
}

fn statement(code: u32, k: u32) -> io::Result<libc::sock_filter> {
    Ok(libc::sock_filter {
        code: narrow(code)?,
        jt: 0,
        jf: 0,
        k,
    })
}

fn narrow<A: TryInto<B>, B>(number: A) -> io::Result<B> {
    number
        .try_into()
        .map_err(|_| io::Error::other("the filter has a number that does not fit"))
}

fn check(result: libc::c_long) -> io::Result<()> {
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
