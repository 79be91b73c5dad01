//! The process of one actor, before it is started: what it is given, and what it does not inherit.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{self, Stdio};
use std::sync::mpsc::Sender;

use super::hear::{hear_guest, listen_to, unnamed_file};
use crate::control::{ACTOR, Message, hidden_descriptor};
use crate::request::Request;

/// What the lab holds of an actor's process while it plays.
pub(crate) struct Held {
    /// 0 as long as it is not started.
    pub(crate) process: i32,
    /// The lab's end of the channel.
    pub(crate) channel: UnixStream,
    /// What the process prints.
    pub(crate) output: File,
    /// A guest's standard input.
    pub(crate) keyboard: Option<io::PipeWriter>,
}

/// Prepares the process of one actor: the step's program once more. What the actor tells arrives at `sender`.
/// Beside the command there is the actor's end of the channel, to be closed here once the process has it.
pub(super) fn prepare(
    request: &Request<'_>,
    index: usize,
    sender: &Sender<(usize, Option<Message>)>,
) -> io::Result<(process::Command, UnixStream, Held)> {
    let (here, there) = UnixStream::pair()?;
    let hidden = hidden_descriptor();
    let output = unnamed_file()?;
    let actor = &request.scene.actors[index];
    // A peer is the same helper beside a guest as beside the four layers.
    let guest = request.guest.filter(|_| !actor.is_peer);
    let mut command = process::Command::new(std::env::current_exe()?);
    command.args([
        ACTOR,
        request.scene.name,
        request.variant.name(),
        guest.map_or(request.layer.name(), |ready| ready.guest.language.name()),
        actor.name,
    ]);
    command.arg(hidden.to_string());
    command.args(request.place);
    if request.place.is_none() {
        // A name server that does not answer is not to hold up a scene: see resolv.conf(5).
        command.env("RES_OPTIONS", "timeout:1 attempts:1");
    }
    command.stderr(output.try_clone()?);
    let mut keyboard = None;
    if let Some(ready) = guest {
        command.args(&ready.command);
        let (reader, writer) = io::pipe()?;
        command.stdout(writer);
        hear_guest(index, reader, sender.clone());
        let (reader, writer) = io::pipe()?;
        command.stdin(reader);
        keyboard = Some(writer);
    } else {
        command.stdin(Stdio::null()).stdout(output.try_clone()?);
    }
    hand_over(&mut command, there.as_raw_fd(), hidden);
    listen_to(index, here.try_clone()?, sender.clone(), guest.is_none());
    let held = Held {
        process: 0,
        channel: here,
        output,
        keyboard,
    };
    Ok((command, there, held))
}

/// Puts the actor's end of the channel at the hidden number, and makes sure that nothing else is inherited:
/// the first descriptor an actor gets is 3.
fn hand_over(command: &mut process::Command, channel: RawFd, hidden: RawFd) {
    let before_exec = move || {
        close_on_exec_from(3);
        no_core_file();
        // SAFETY: dup2(2) works on descriptor numbers only; async-signal-safe, as the time between fork and exec asks.
        let result = unsafe { libc::dup2(channel, hidden) };
        if result == -1 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    };
    // SAFETY: the closure makes async-signal-safe system calls only and allocates nothing.
    unsafe { command.pre_exec(before_exec) };
}

/// A scene in which an actor aborts must not leave a core file in somebody's folder.
fn no_core_file() {
    let none = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: setrlimit(2) only reads the structure, which lives during the call.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &none) };
}

#[cfg(target_os = "linux")]
fn close_on_exec_from(first: RawFd) {
    // SAFETY: close_range(2) with CLOSE_RANGE_CLOEXEC sets one flag on descriptor numbers.
    // Kernels before 5.11 refuse it; then an actor keeps what the shell left open, and its numbers begin higher.
    unsafe {
        libc::syscall(
            libc::SYS_close_range,
            first,
            libc::c_uint::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
}

#[cfg(not(target_os = "linux"))]
fn close_on_exec_from(first: RawFd) {
    for descriptor in first..256 {
        // SAFETY: fcntl(2) with F_SETFD sets one flag on a descriptor number; a closed number is refused.
        unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
}
