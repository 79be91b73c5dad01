//! `path-too-long`: a path that does not fit in `sun_path` is cut off, and the server listens somewhere else.

use std::io;
use std::os::fd::RawFd;
use std::path::Path;

use lab::{Part, Played, Scene, Sign, Stage};
use step01_socket::with_libc::socket;
use step02_bind_listen::with_libc::bind;
use step11_unix::with_libc;

use crate::scenes::{PATH, close};

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(server_libc),
        Part::RuledOut("UnixAddr::new measures the path: ENAMETOOLONG, and no call is made"),
        Part::RuledOut("SockAddr::unix measures the path: InvalidInput, and no call is made"),
        Part::RuledOut("UnixListener::bind measures the path: InvalidInput, and no call is made"),
    ];
    Scene::mistake(
        "path-too-long",
        "bind succeeds, and at the path there is nothing",
    )
    .at_path(PATH)
    .actor("server", parts)
    .breaks(&[Sign::Found("server", "nothing there")])
    .shows(&[Sign::Found("server", "bound")])
    .cause(
        "sun_path has 108 bytes (Linux), and a path in a file system may have 4096. What did not fit was cut off, \
         as C's strncpy does it; the kernel made a file with the name that was left.",
    )
    .repair("measure the path before it is copied; and take a short one, for instance relative to the folder")
    .hints(&[
        "bind returned 0, so it has made a file. Is its name the one that was meant?",
        "How many bytes has the path, and how many has sun_path?",
        "What is left of a path that does not fit, and who looks?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let long = "chat-".repeat(24);
    let (listener, path) = if stage.repaired() {
        match with_libc::address::sockaddr_un(Path::new(&long)) {
            Err(error) if error.raw_os_error() == Some(libc::ENAMETOOLONG) => {
                stage.say(format!("{} bytes are too long for a path", long.len()));
                let short = with_libc::address::sockaddr_un(Path::new(PATH))?;
                let kind = libc::SOCK_STREAM;
                (stage.taught(|| with_libc::bound_at(kind, &short))?, PATH)
            }
            Err(error) => return Err(error.into()),
            Ok(address) => (with_libc::bound_at(libc::SOCK_STREAM, &address)?, &*long),
        }
    } else {
        (stage.taught(|| bound_to_what_fits(&long))?, &*long)
    };
    let (token, what) = match Path::new(path).exists() {
        true => ("bound", "there is a file"),
        false => ("nothing there", "there is nothing"),
    };
    stage.found(token, format!("at the path of {} bytes {what}", path.len()));
    close(listener);
    Ok(())
}

/// `strncpy(address.sun_path, path, sizeof address.sun_path)`, as it stands in many programs, and `bind`.
fn bound_to_what_fits(path: &str) -> io::Result<RawFd> {
    let fd = socket(libc::AF_UNIX, libc::SOCK_STREAM, 0)?;
    let (mut address, length) = with_libc::address::empty_address();
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    // WRONG: the shorter of the two ends it, and nobody asks which that was.
    for (to, from) in address.sun_path.iter_mut().zip(path.bytes()) {
        *to = from as libc::c_char;
    }
    // SAFETY: `length` is the size of `address`, which lives until after the call.
    unsafe { bind(fd, (&raw const address).cast(), length) }?;
    Ok(fd)
}
