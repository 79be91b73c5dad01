//! The two stops of a watched call: at the first, what goes in is copied; at the second, what came out.
//!
//! The thread waits meanwhile, so nothing is asked here that the registers already tell, and nothing is decoded.

use super::super::memory::Remote;
use super::super::ptrace::Until;
use super::super::{ends, filter, held, ptrace};
use super::undecided::{self, Since};
use super::{Check, Engine, Phase, Taken, now};
use crate::copy;
use crate::raw::Raw;
use std::mem;
use std::os::fd::AsFd;

impl Engine {
    /// A thread stopped before a call. Gives how far it is to go: to the call's exit only if that matters.
    pub(super) fn entered(&mut self, id: i32, number: i64, args: [u64; 6]) -> Until {
        let at = now();
        let Some(thread) = self.threads.get_mut(&id) else {
            return self.until;
        };
        let Some(process) = self.processes.get_mut(&thread.who.process) else {
            return self.until;
        };
        thread.stops += 1;
        let check = thread.check.take();

        let begun = (number, args, at);
        let (number, args, entered) = match mem::replace(&mut thread.phase, Phase::Running) {
            Phase::Undecided { call, since } => {
                let (begun, over) = undecided::at_next_call(call, since, begun);
                if let Some(call) = over {
                    self.taken.push(call, self.stacks.as_mut());
                }
                begun
            }
            // The second half of a call that is not watched, such as nanosleep.
            _ if number == libc::SYS_restart_syscall => return self.until,
            Phase::Running | Phase::Inside(_) | Phase::Mapping => begun,
        };

        if filter::is_hidden(number, &args, self.hide) {
            return self.until;
        }
        let memory = Remote { thread: id };
        if number == libc::SYS_rt_sigaction {
            process.signals.changed(&args, &memory);
            return self.until;
        }
        if self.stacks.is_some() && maps_code(number, &args) {
            thread.phase = Phase::Mapping;
            return Until::Call;
        }
        if copy::name(number).is_none() {
            return self.until;
        }
        // Whether the call matters is asked first: only four calls need memory for it.
        let copied = needs_memory(number).then(|| copy::before(number, &args, &memory));
        let matters = if number == libc::SYS_close_range {
            process
                .descriptors
                .has_socket(id, args[0] as u32..=args[1] as u32)
        } else {
            let about = copy::descriptors(number, &args, copied.as_deref().unwrap_or(&[]));
            about.is_empty()
                || about
                    .iter()
                    .any(|&fd| process.descriptors.is_socket(id, fd))
        };
        process.descriptors.forget(number, &args);
        if !matters {
            return self.until;
        }
        let before = copied.unwrap_or_else(|| copy::before(number, &args, &memory));
        if let Some(check) = check
            && number == libc::SYS_close
            && args[0] as i32 == check.fd
            && thread.stops == check.stop + 1
        {
            self.taken.mark_by_runtime(check.place);
        }
        let stack = match &mut self.stacks {
            Some(stacks) => ptrace::registers(id).map(|registers| {
                stacks.copy(id, registers, &Remote { thread: id }, &mut process.code)
            }),
            None => None,
        };
        let closes = match &process.descriptor {
            Some(descriptor) if self.wire.is_some() && number == libc::SYS_close => {
                held::before_close(descriptor.as_fd(), args[0] as i32)
            }
            _ => None,
        };
        let raw = Raw {
            who: thread.who,
            number,
            args,
            entered,
            left: None,
            before,
            after: Vec::new(),
        };
        thread.phase = Phase::Inside(Box::new(Taken {
            raw,
            outcome: None,
            ends: None,
            by_runtime: false,
            stack,
            closes,
        }));
        Until::Call
    }

    /// A thread stopped after a call.
    pub(super) fn left(&mut self, id: i32, returned: i64) {
        let Some(thread) = self.threads.get_mut(&id) else {
            return;
        };
        let mut call = match mem::replace(&mut thread.phase, Phase::Running) {
            Phase::Inside(call) => call,
            Phase::Mapping => {
                if let Some(process) = self.processes.get_mut(&thread.who.process) {
                    process.code.changed();
                }
                return;
            }
            Phase::Running | Phase::Undecided { .. } => return,
        };
        let at = now();
        let raw = &mut call.raw;
        // Of an interrupted call the kernel's own number is kept until it is known what it came to.
        raw.left = Some((at, returned));
        let undecided = undecided::is_undecided(returned);
        let errno = if undecided {
            -i64::from(libc::EINTR)
        } else {
            returned
        };
        let memory = Remote { thread: id };
        raw.after = copy::after(raw.number, &raw.args, errno, &raw.before, &memory);
        if undecided {
            thread.phase = Phase::Undecided {
                call,
                since: Since::Silence,
            };
            return;
        }
        if let Some(process) = self.processes.get_mut(&thread.who.process) {
            // A second time: another thread may have looked at the number while the call went on.
            process.descriptors.forget(raw.number, &raw.args);
            if let Some(fd) = makes_socket(raw.number, returned) {
                process.descriptors.made_socket(fd);
            }
            if let Some(descriptor) = &process.descriptor {
                if self.ends
                    && let Some(fd) = gets_address(raw.number, &raw.args, returned, self.is_shared)
                {
                    let connected = !matches!(raw.number, libc::SYS_bind | libc::SYS_listen);
                    call.ends = ends::look(descriptor.as_fd(), fd, connected);
                }
                if let Some(network) = &self.wire {
                    let closed = call.closes;
                    held::after(
                        network,
                        descriptor.as_fd(),
                        raw,
                        closed,
                        now,
                        &mut self.held,
                    );
                }
            }
        }
        if raw.number == libc::SYS_fcntl && raw.args[1] as i32 == libc::F_GETFD {
            let fd = raw.args[0] as i32;
            thread.check = Some(Check {
                fd,
                stop: thread.stops,
                place: self.taken.next_place(),
            });
        }
        self.taken.push(call, self.stacks.as_mut());
    }
}

/// True for the calls whose descriptors are in memory.
fn needs_memory(number: i64) -> bool {
    #[cfg(target_arch = "x86_64")]
    if matches!(number, libc::SYS_poll | libc::SYS_select) {
        return true;
    }
    matches!(number, libc::SYS_ppoll | libc::SYS_pselect6)
}

/// The socket that the call has made.
fn makes_socket(number: i64, returned: i64) -> Option<i32> {
    matches!(
        number,
        libc::SYS_socket | libc::SYS_accept | libc::SYS_accept4
    )
    .then(|| i32::try_from(returned).ok().filter(|&fd| fd >= 0))
    .flatten()
}

/// The socket that the call has given an address. With `any` also one that may have got one by what it sent.
fn gets_address(number: i64, args: &[u64; 6], returned: i64, any: bool) -> Option<i32> {
    let fd = args[0] as i32;
    match number {
        libc::SYS_bind | libc::SYS_listen if returned >= 0 => Some(fd),
        libc::SYS_connect if returned >= 0 || returned == -i64::from(libc::EINPROGRESS) => Some(fd),
        libc::SYS_accept | libc::SYS_accept4 => i32::try_from(returned).ok().filter(|&fd| fd >= 0),
        // One that is refused has an address all the same.
        libc::SYS_connect if any => Some(fd),
        libc::SYS_sendto | libc::SYS_sendmsg if any && returned >= 0 => Some(fd),
        _ => None,
    }
}

/// Whether this is a call that maps a file as code: what may lie on the stacks is then more than was known.
fn maps_code(number: i64, args: &[u64; 6]) -> bool {
    number == libc::SYS_mmap
        && args[2] & libc::PROT_EXEC as u64 != 0
        && args[3] & libc::MAP_ANONYMOUS as u64 == 0
}
