//! Calls of later steps, as far as the scenes of this one need them.

use std::error::Error;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::thread::JoinHandle;

use lab::{Played, Stage, Trouble};
use nix::sys::socket::{self, MsgFlags};
use step01_socket::with_libc::cvt;

/// `close(fd)` (step 6): what every raw descriptor needs at its end. nix's takes a number too.
pub(crate) use nix::unistd::close;

/// `recv(fd, buf, len, 0)` (step 5): waits for bytes and receives as many as are there and have room.
pub(crate) fn recv(connection: RawFd, buffer: &mut [u8]) -> io::Result<usize> {
    // SAFETY: pointer and length are of one slice, which is ours alone while the kernel writes.
    let count =
        cvt(unsafe { libc::recv(connection, buffer.as_mut_ptr().cast(), buffer.len(), 0) })?;
    Ok(count as usize) // never negative: cvt has made -1 an error
}

/// `recv`, `send`, `close`: gives one answer, the very bytes that came. Steps 5 and 6.
pub(crate) fn answer_libc(connection: RawFd) -> io::Result<()> {
    let mut buffer = [0; 64];
    let count = recv(connection, &mut buffer)?;
    let answer = &buffer[..count];
    // SAFETY: pointer and length are of one slice, and the kernel only reads from it.
    cvt(unsafe { libc::send(connection, answer.as_ptr().cast(), answer.len(), 0) })?;
    close(connection)?;
    Ok(())
}

/// The same in nix. The owner closes the descriptor at its end.
pub(crate) fn answer_nix(connection: OwnedFd) -> nix::Result<()> {
    let mut buffer = [0; 64];
    let none = MsgFlags::empty();
    let count = socket::recv(connection.as_raw_fd(), &mut buffer, none)?;
    socket::send(connection.as_raw_fd(), &buffer[..count], none)?;
    Ok(())
}

/// The same for socket2's `Socket` and std's `TcpStream`: both are `Read` and `Write`.
pub(crate) fn answer(mut connection: impl Read + Write) -> io::Result<()> {
    let mut buffer = [0; 64];
    let count = connection.read(&mut buffer)?;
    connection.write_all(&buffer[..count])
}

/// Waits until each thread (step 12) has given its answer. Without threads there is nobody to wait for.
pub(crate) fn join<E: Error + 'static>(threads: Vec<JoinHandle<Result<(), E>>>) -> Played {
    for thread in threads {
        let ended = thread.join();
        ended.map_err(|_| Trouble::new("a thread of the server panicked"))??;
    }
    Ok(())
}

/// `poll(fds, 1, 0)` (step 15): whether a client waits in the listener's queue. It does not wait itself.
/// accept cannot tell: on Linux it looks for a free descriptor first, and fails even when nobody waits.
pub(crate) fn is_readable(listener: &impl AsRawFd) -> io::Result<bool> {
    let mut poll = libc::pollfd {
        fd: listener.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: `poll` is one pollfd, as the 1 says, and lives until after the call.
    let ready = cvt(unsafe { libc::poll(&raw mut poll, 1, 0) })?;
    Ok(ready == 1)
}

/// `setrlimit(RLIMIT_NOFILE, …)`: from now on this process gets no descriptor above `last`.
///
/// It is what `ulimit -n` does in a shell. Anybody may lower the soft limit,
/// and raise it again up to the hard limit, which stays as it was.
pub(crate) fn last_descriptor(stage: &Stage, last: RawFd) -> Played {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` is the structure that getrlimit fills, and lives until after the call.
    cvt(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) })?;
    limit.rlim_cur = libc::rlim_t::try_from(last + 1)?;
    // SAFETY: the kernel only reads `limit`, which lives until after the call.
    cvt(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) })?;
    stage.say(format!("setrlimit: no descriptor above {last}"));
    Ok(())
}
