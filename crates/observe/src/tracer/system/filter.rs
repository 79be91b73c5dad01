//! The seccomp filter: which calls stop.
//!
//! A filter is a little program in the kernel's packet filter language (seccomp(2), BPF in linux/filter.h) that runs before
//! every system call and answers ALLOW or TRACE. Written by hand, for it is short:
//!
//! ```text
//!        load arch
//!        if arch is not this one          -> allow     a 32-bit call: its numbers mean other calls
//!        load nr
//!        if nr >= 0x40000000 (x86_64)     -> allow     an x32 call
//!        if nr is read, write, ...        -> hidden    only with a descriptor to hide
//!        if nr is mmap                    -> mapping   only where stacks are asked for
//!        if nr is watched                 -> trace     once for each watched call
//! allow: return ALLOW
//! trace: return TRACE
//! mapping: load args[2]
//!        if it has PROT_EXEC              -> return TRACE, else return ALLOW
//! hidden: load args[0]
//!        if it is the hidden descriptor   -> return ALLOW, else return TRACE
//! ```
//!
//! For a call whose fate hangs on arch and nr alone, Linux 5.11 and later work out the answer when the filter is installed,
//! and never run it again: what is not watched costs a look at one bit.

use std::io;
use std::mem::offset_of;

/// This architecture, as the kernel names it to a filter (linux/audit.h): the ELF machine, 64 bits, little endian.
#[cfg(target_arch = "x86_64")]
pub(super) const ARCHITECTURE: u32 = 62 | 0x8000_0000 | 0x4000_0000;
/// This architecture, as the kernel names it to a filter (linux/audit.h): the ELF machine, 64 bits, little endian.
#[cfg(target_arch = "aarch64")]
pub(super) const ARCHITECTURE: u32 = 183 | 0x8000_0000 | 0x4000_0000;

/// Calls on x86_64 with this bit are those of the x32 interface, with other structures in memory.
#[cfg(target_arch = "x86_64")]
const X32: u32 = 0x4000_0000;

/// The calls that a hidden descriptor takes out of the record: those that have a descriptor first.
const ON_ONE_DESCRIPTOR: [i64; 15] = [
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_sendto,
    libc::SYS_recvfrom,
    libc::SYS_sendmsg,
    libc::SYS_recvmsg,
    libc::SYS_fcntl,
    libc::SYS_ioctl,
    libc::SYS_close,
    libc::SYS_shutdown,
    libc::SYS_getsockopt,
    libc::SYS_setsockopt,
    libc::SYS_getsockname,
];

/// The filter that stops at these calls, except where their first argument is the hidden descriptor.
///
/// With `mappings` also at the mapping of code.
pub(super) fn program(
    watched: &[i64],
    hide: Option<i32>,
    mappings: bool,
) -> Box<[libc::sock_filter]> {
    let on_hidden: &[i64] = if hide.is_some() {
        &ON_ONE_DESCRIPTOR
    } else {
        &[]
    };
    let on_hidden: Vec<i64> = on_hidden
        .iter()
        .copied()
        .filter(|number| watched.contains(number))
        .collect();

    let mut program = vec![
        load(offset_of!(libc::seccomp_data, arch)),
        // Not this architecture: past the next instruction, which is a plain "allow" of its own,
        // because a conditional jump reaches only 255 instructions.
        jump(libc::BPF_JEQ, ARCHITECTURE, 1, 0),
        answer(libc::SECCOMP_RET_ALLOW),
        load(offset_of!(libc::seccomp_data, nr)),
    ];
    #[cfg(target_arch = "x86_64")]
    program.extend([
        jump(libc::BPF_JGE, X32, 0, 1),
        answer(libc::SECCOMP_RET_ALLOW),
    ]);

    if let Some(hide) = hide {
        for number in on_hidden {
            program.extend([
                jump(libc::BPF_JEQ, number as u32, 0, 4),
                // The low half of args[0]. The kernel takes a descriptor as 32 bits and ignores the high half too.
                load(offset_of!(libc::seccomp_data, args)),
                jump(libc::BPF_JEQ, hide as u32, 0, 1),
                answer(libc::SECCOMP_RET_ALLOW),
                answer(libc::SECCOMP_RET_TRACE),
            ]);
        }
    }
    if mappings {
        program.extend([
            jump(libc::BPF_JEQ, libc::SYS_mmap as u32, 0, 4),
            load(offset_of!(libc::seccomp_data, args) + 2 * size_of::<u64>()),
            jump(libc::BPF_JSET, libc::PROT_EXEC as u32, 0, 1),
            answer(libc::SECCOMP_RET_TRACE),
            answer(libc::SECCOMP_RET_ALLOW),
        ]);
    }
    // One answer for as many tests as can jump to it: a jump reaches 255 instructions.
    for group in watched.chunks(250) {
        for (index, &number) in group.iter().enumerate() {
            let to_answer = group.len() - index;
            program.push(jump(libc::BPF_JEQ, number as u32, to_answer as u8, 0));
        }
        program.extend([past(1), answer(libc::SECCOMP_RET_TRACE)]);
    }
    program.push(answer(libc::SECCOMP_RET_ALLOW));
    program.into()
}

/// True for a call that [`program`] lets through because of the hidden descriptor.
pub(super) fn is_hidden(number: i64, args: &[u64; 6], hide: Option<i32>) -> bool {
    hide.is_some_and(|hide| args[0] as i32 == hide) && ON_ONE_DESCRIPTOR.contains(&number)
}

/// `seccomp(SECCOMP_SET_MODE_FILTER)`: installs the filter in the calling thread and all it will make.
///
/// The kernel takes a filter from a process with CAP_SYS_ADMIN, or from one that has given up ever gaining privileges
/// (`no_new_privs`); that is done only where it must be, since it cannot be undone.
///
/// Makes system calls and nothing else: it runs between fork and exec.
pub(super) fn install(program: &[libc::sock_filter]) -> io::Result<()> {
    let program = libc::sock_fprog {
        len: u16::try_from(program.len())
            .map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))?,
        // The kernel reads the program only.
        filter: program.as_ptr().cast_mut(),
    };
    // Without SPEC_ALLOW, kernels before 5.16 slow the whole program down to guard against Spectre.
    match set_filter(&program, libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW) {
        Err(error) if error.raw_os_error() == Some(libc::EACCES) => {}
        other => return other,
    }
    // SAFETY: PR_SET_NO_NEW_PRIVS takes four numbers and touches no memory.
    if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } == -1 {
        return Err(io::Error::last_os_error());
    }
    set_filter(&program, libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW)
}

fn set_filter(program: &libc::sock_fprog, flags: libc::c_ulong) -> io::Result<()> {
    // SAFETY: program says how many instructions it points to, and the slice they came from is borrowed by the caller;
    // the kernel copies them and refuses a program that is not sound.
    let result = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            flags,
            std::ptr::from_ref(program),
        )
    };
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// Loads 32 bits of the `struct seccomp_data` that describes the call.
fn load(offset: usize) -> libc::sock_filter {
    libc::sock_filter {
        code: (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16,
        jt: 0,
        jf: 0,
        k: offset as u32,
    }
}

/// Compares what was loaded with `k` and skips `yes` or `no` instructions.
fn jump(test: u32, k: u32, yes: u8, no: u8) -> libc::sock_filter {
    libc::sock_filter {
        code: (libc::BPF_JMP | test | libc::BPF_K) as u16,
        jt: yes,
        jf: no,
        k,
    }
}

/// Skips instructions.
fn past(count: u32) -> libc::sock_filter {
    libc::sock_filter {
        code: (libc::BPF_JMP | libc::BPF_JA) as u16,
        jt: 0,
        jf: 0,
        k: count,
    }
}

/// Ends the program.
fn answer(k: u32) -> libc::sock_filter {
    libc::sock_filter {
        code: (libc::BPF_RET | libc::BPF_K) as u16,
        jt: 0,
        jf: 0,
        k,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the filter answers to this call: an interpreter of the few instructions it is made of.
    fn answer_to(program: &[libc::sock_filter], data: &libc::seccomp_data) -> u32 {
        let mut loaded = 0;
        let mut at = 0;
        loop {
            let instruction = &program[at];
            at += 1;
            let k = instruction.k;
            let jumps = |taken| {
                usize::from(if taken {
                    instruction.jt
                } else {
                    instruction.jf
                })
            };
            match u32::from(instruction.code) {
                code if code == libc::BPF_LD | libc::BPF_W | libc::BPF_ABS => {
                    loaded = match k as usize {
                        0 => data.nr as u32,
                        4 => data.arch,
                        16 => data.args[0] as u32,
                        other => panic!("loads from {other}"),
                    }
                }
                code if code == libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K => {
                    at += jumps(loaded == k)
                }
                code if code == libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K => {
                    at += jumps(loaded >= k)
                }
                code if code == libc::BPF_JMP | libc::BPF_JA => at += k as usize,
                code if code == libc::BPF_RET | libc::BPF_K => return k,
                code => panic!("no instruction {code:#x}"),
            }
        }
    }

    fn data(number: i64, first: u64) -> libc::seccomp_data {
        let args = [first, 0, 0, 0, 0, 0];
        libc::seccomp_data {
            nr: number as i32,
            arch: ARCHITECTURE,
            instruction_pointer: 0,
            args,
        }
    }

    #[test]
    fn what_is_watched_stops_and_nothing_else() {
        let lists = [
            vec![],
            vec![libc::SYS_read],
            (0..600).step_by(2).collect::<Vec<i64>>(),
        ];
        for watched in lists {
            let program = program(&watched, None, false);
            for number in 0..1000 {
                let expected = if watched.contains(&number) {
                    libc::SECCOMP_RET_TRACE
                } else {
                    libc::SECCOMP_RET_ALLOW
                };
                assert_eq!(answer_to(&program, &data(number, 0)), expected, "{number}");
            }
        }
    }

    #[test]
    fn other_architectures_are_let_through() {
        let program = program(&[libc::SYS_read], Some(9), false);
        let mut other = data(libc::SYS_read, 0);
        other.arch = 3 | 0x4000_0000;
        assert_eq!(answer_to(&program, &other), libc::SECCOMP_RET_ALLOW);
        let x32 = data(libc::SYS_read | 0x4000_0000, 0);
        assert_eq!(answer_to(&program, &x32), libc::SECCOMP_RET_ALLOW);
    }

    #[test]
    fn the_hidden_descriptor_is_let_through() {
        let program = program(&[libc::SYS_read, libc::SYS_bind], Some(9), false);
        let answer = |number, fd| answer_to(&program, &data(number, fd));
        assert_eq!(answer(libc::SYS_read, 9), libc::SECCOMP_RET_ALLOW);
        assert_eq!(answer(libc::SYS_read, 8), libc::SECCOMP_RET_TRACE);
        // The kernel does not look at the high half.
        assert_eq!(answer(libc::SYS_read, 9 | 1 << 32), libc::SECCOMP_RET_ALLOW);
        // Not a call that talk over the hidden descriptor is made of.
        assert_eq!(answer(libc::SYS_bind, 9), libc::SECCOMP_RET_TRACE);
        // Not watched, so not stopped at anyhow.
        assert_eq!(answer(libc::SYS_write, 8), libc::SECCOMP_RET_ALLOW);
    }
}
