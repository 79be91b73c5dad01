//! `pair`: two connected sockets, one for the process, one for its child.

use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

use lab::{Part, Play, Played, Scene, Stage, layers};
use nix::sys::socket::MsgFlags;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork};
use step05_send_recv as step05;
use step11_unix::{with_libc, with_nix, with_socket2, with_std};

use super::{ROOM, close, heard};

/// The mistake `kept-end` plays the same four.
pub(crate) fn parts() -> [Part; 4] {
    layers!(parent)
}

pub(crate) fn scene() -> Scene {
    Scene::new(
        "pair",
        "a process talks with its child: no name, no listener, no connect",
    )
    .actor("parent", parts())
    .idea(idea)
}

/// Only said when the two ends were used by two processes.
fn idea(play: &Play) -> Option<String> {
    let calls = play.calls("parent");
    let made = calls.iter().find(|call| call.name == "socketpair")?;
    let child = calls
        .iter()
        .find(|call| call.who.process != made.who.process)?;
    let pair = made.arg("sv")?.to_string();
    (child.returned()? >= 0).then(|| {
        format!(
            "One call made two sockets, {pair}, connected to each other. \
             fork gave the child a copy of both, and each process closed one."
        )
    })
}

fn parent_libc(stage: &mut Stage) -> Played {
    let pair = stage.taught(|| with_libc::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0))?;
    let [mine, childs] = pair;
    let child = in_a_child(|| {
        close(mine);
        let mut buffer = [0; ROOM];
        step05::with_libc::recv(childs, &mut buffer, 0)?;
        step05::with_libc::send(childs, b"hi", 0)
    })?;
    // WRONG without this: the child's end stays open here.
    if stage.repaired() {
        close(childs);
    }
    step05::with_libc::send(mine, b"hello", 0)?;
    waitpid(child, None)?;
    read_to_the_end(stage, |buffer| step05::with_libc::recv(mine, buffer, 0))?;
    close(mine);
    Ok(())
}

fn parent_nix(stage: &mut Stage) -> Played {
    let (mine, childs) = stage.taught(with_nix::socketpair)?;
    let none = MsgFlags::empty();
    let child = in_a_child(|| {
        close(mine.as_raw_fd());
        let mut buffer = [0; ROOM];
        step05::with_nix::recv(&childs, &mut buffer, none)?;
        Ok(step05::with_nix::send(&childs, b"hi", none)?)
    })?;
    // WRONG to keep it: the child's end stays open here.
    let kept = Some(childs).filter(|_| !stage.repaired());
    step05::with_nix::send(&mine, b"hello", none)?;
    waitpid(child, None)?;
    read_to_the_end(stage, |buffer| {
        Ok(step05::with_nix::recv(&mine, buffer, none)?)
    })?;
    drop(kept);
    Ok(())
}

fn parent_socket2(stage: &mut Stage) -> Played {
    let (mine, childs) = stage.taught(with_socket2::pair)?;
    let child = in_a_child(|| {
        close(mine.as_raw_fd());
        let mut buffer = [MaybeUninit::uninit(); ROOM];
        step05::with_socket2::recv(&childs, &mut buffer)?;
        step05::with_socket2::send(&childs, b"hi")
    })?;
    // WRONG to keep it: the child's end stays open here.
    let kept = Some(childs).filter(|_| !stage.repaired());
    step05::with_socket2::send(&mine, b"hello")?;
    waitpid(child, None)?;
    read_to_the_end(stage, |buffer| step05::with_socket2::read(&mine, buffer))?;
    drop(kept);
    Ok(())
}

fn parent_std(stage: &mut Stage) -> Played {
    let (mut mine, mut childs) = stage.taught(with_std::pair)?;
    let child = in_a_child(|| {
        close(mine.as_raw_fd());
        let count = childs.read(&mut [0; ROOM])?;
        childs.write_all(b"hi")?;
        Ok(count)
    })?;
    // WRONG to keep it: the child's end stays open here.
    let kept = Some(childs).filter(|_| !stage.repaired());
    mine.write_all(b"hello")?;
    waitpid(child, None)?;
    read_to_the_end(stage, |buffer| mine.read(buffer))?;
    drop(kept);
    Ok(())
}

/// `fork()`: the closure is what the child does; then it ends. The parent goes on, with the child's number.
fn in_a_child(part: impl FnOnce() -> io::Result<usize>) -> nix::Result<Pid> {
    // SAFETY: this process has one thread, so no lock can be held by another, and the child may call anything.
    match unsafe { fork() }? {
        ForkResult::Parent { child } => Ok(child),
        ForkResult::Child => {
            let status = i32::from(part().is_err());
            // SAFETY: `_exit` ends the process at once: nothing that belongs to the parent is run or flushed.
            unsafe { libc::_exit(status) }
        }
    }
}

/// Receives until recv returns 0, which it does when nobody can write any more.
fn read_to_the_end(
    stage: &Stage,
    mut recv: impl FnMut(&mut [u8]) -> io::Result<usize>,
) -> io::Result<()> {
    let mut buffer = [0; ROOM];
    loop {
        match recv(&mut buffer)? {
            0 => break,
            count => stage.say(heard(&buffer[..count])),
        }
    }
    stage.found("the end", "recv returned 0: the end");
    Ok(())
}
