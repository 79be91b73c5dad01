//! `one-byte-flag`: an option that is on or off is given as a single byte.

use lab::{Part, Played, Scene, Sign, Stage};
use libc::{SO_KEEPALIVE, SOL_SOCKET, c_int, socklen_t};
use step06_close::with_libc::close;
use step08_options::with_libc;

use crate::scenes::fresh::fresh_libc;

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(program_libc),
        Part::RuledOut("sockopt::KeepAlive takes a bool, and nix makes the int of it"),
        Part::RuledOut("set_keepalive takes a bool, and socket2 makes the int of it"),
        Part::RuledOut("std has no setsockopt; its methods, such as set_nodelay, take a bool"),
    ];
    Scene::mistake(
        "one-byte-flag",
        "on is 1, and one byte is enough for a 1",
    )
    .core()
    .actor("program", parts)
    .breaks(&[Sign::Found("program", "EINVAL")])
    .shows(&[Sign::Found("program", "on")])
    .cause(
        "optval is a void *, so the compiler takes a pointer to anything, and the length goes with \
         it. The kernel wants an int for nearly every option, also where it is only on or off.",
    )
    .repair("an int, and its size")
    .hints(&[
        "EINVAL is \"invalid argument\", and level and name are right.",
        "How many bytes does the program pass, and how many does the kernel want?",
        "What is the type of the value in socket(7)?",
    ])
}

fn program_libc(stage: &mut Stage) -> Played {
    let fd = fresh_libc()?;
    let set = if stage.repaired() {
        let on: c_int = 1;
        stage.taught(|| set(fd, &on))
    } else {
        // WRONG: a bool of C, too, has one byte.
        let on = true;
        stage.taught(|| set(fd, &on))
    };
    match set {
        Ok(()) => stage.found("on", "keep-alive is on"),
        Err(error) => stage.found_error("setsockopt", &error),
    }
    close(fd)?;
    Ok(())
}

/// `setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, optval, sizeof *optval)`, whatever type that is: as in C.
fn set<T>(fd: c_int, value: &T) -> std::io::Result<()> {
    let length = size_of::<T>() as socklen_t;
    let value = std::ptr::from_ref(value).cast();
    // SAFETY: `length` is the size of what `value` points to, and this option takes no pointer.
    unsafe { with_libc::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, value, length) }
}
