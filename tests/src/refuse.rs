//! A system that refuses a call.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Makes ptrace(2) fail with EPERM in this command and all it starts, as some containers do.
pub fn refuse_ptrace(command: &mut Command) {
    refuse(command, libc::SYS_ptrace);
}

/// Makes unshare(2) fail with EPERM: no namespace can be made.
pub fn refuse_namespaces(command: &mut Command) {
    refuse(command, libc::SYS_unshare);
}

fn refuse(command: &mut Command, call: libc::c_long) {
    // SAFETY: the closure makes async-signal-safe system calls only and allocates nothing.
    unsafe { command.pre_exec(move || install(call)) };
}

fn install(call: libc::c_long) -> io::Result<()> {
    let statement = |code: u32, k: u32| libc::sock_filter {
        code: code as u16,
        jt: 0,
        jf: 0,
        k,
    };
    let load_number = statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0);
    let is_refused = libc::sock_filter {
        jf: 1,
        ..statement(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, call as u32)
    };
    let refuse = statement(
        libc::BPF_RET | libc::BPF_K,
        libc::SECCOMP_RET_ERRNO | libc::EPERM as u32,
    );
    let allow = statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW);
    let mut filter = [load_number, is_refused, refuse, allow];
    let program = libc::sock_fprog {
        len: filter.len() as u16,
        filter: filter.as_mut_ptr(),
    };
    // SAFETY: PR_SET_NO_NEW_PRIVS takes numbers and touches no memory.
    let result = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    if result == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel copies `program` and the four instructions it points to; both live on this frame.
    let result = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &program) };
    if result == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
