//! The two halves of the chat: lines from the keyboard to the peer, and datagrams from the peer to the screen.

use std::error::Error;
use std::net::SocketAddrV4;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ScopedJoinHandle;

use lab::terminal::{ask, escaped, say};
use lab::{Given, OnCall, Played, Trouble, errno_of};
use step10_udp::LONGEST;

/// Who talks with whom, and whether it is over.
pub(super) struct Ends {
    pub(super) me: SocketAddrV4,
    pub(super) peer: SocketAddrV4,
    over: AtomicBool,
}

impl Ends {
    pub(super) fn of(given: &Given) -> Result<Ends, Trouble> {
        Ok(Ends {
            me: given.address_of("--me")?,
            peer: given.address_of("--peer")?,
            over: AtomicBool::new(false),
        })
    }

    pub(super) fn say(&self) -> Result<(), Trouble> {
        let Ends { me, peer, .. } = self;
        if me == peer {
            return say(format!("{me} talks with itself; type a line, or exit"));
        }
        say(format!("{me} talks with {peer}; type a line, or exit"))
    }
}

/// Sends each line in one datagram, its newline included, until `exit` or the end of the input.
pub(super) fn send_lines<E: Error + 'static>(
    ends: &Ends,
    send: impl Fn(&[u8]) -> Result<usize, E>,
) -> Played {
    let sent = send_each(ends, send);
    ends.over.store(true, Ordering::Release);
    sent
}

fn send_each<E: Error + 'static>(ends: &Ends, send: impl Fn(&[u8]) -> Result<usize, E>) -> Played {
    while let Some(mut line) = ask("")? {
        if line == b"exit" {
            break;
        }
        line.push(b'\n');
        let mut sent = send(&line);
        if let Err(error) = &sent
            && is_late(error)
        {
            // It is about an earlier line, and this one was not sent.
            say_late(ends, error)?;
            sent = send(&line);
        }
        match sent {
            Ok(_) => {}
            Err(error) if is_late(&error) => {
                let trouble = Trouble::from(error);
                say(format!("not sent to {}: {trouble}", ends.peer))?;
            }
            Err(error) if errno_of(&error) == Some(libc::EMSGSIZE) => {
                let length = line.len();
                say(format!(
                    "not sent: {length} bytes, and a datagram has at most {LONGEST}"
                ))?;
            }
            failed => drop(failed.on("send to", ends.peer)?),
        }
    }
    Ok(())
}

/// Shows each datagram as a line, until the keyboard's half is over and all that had arrived is shown.
///
/// 0 is an empty datagram, or, after `shutdown`, the end.
pub(super) fn receive_lines<E: Error + 'static>(
    ends: &Ends,
    recv: impl Fn(&mut [u8]) -> Result<usize, E>,
) -> Played {
    let mut buffer = vec![0; LONGEST];
    loop {
        match recv(&mut buffer) {
            Ok(0) if ends.over.load(Ordering::Acquire) => return Ok(()),
            Ok(count) => {
                let line = &buffer[..count];
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                say(format!("{}: {}", ends.peer, escaped(line)))?;
            }
            Err(error) if is_late(&error) => say_late(ends, &error)?,
            Err(error) if errno_of(&error) == Some(libc::EINTR) => {}
            failed => {
                let failed = failed.on("recv from", ends.peer);
                return failed.map(drop).inspect_err(|trouble| drop(say(trouble)));
            }
        }
    }
}

/// Whether an error is about a line sent earlier: nobody receives at that port, or a router or a firewall on the
/// way has answered. The peer may be there a moment later, so the chat goes on.
fn is_late(error: &(dyn Error + 'static)) -> bool {
    let unreachable = [libc::EHOSTUNREACH, libc::ENETUNREACH, libc::EHOSTDOWN];
    errno_of(error).is_some_and(|errno| errno == libc::ECONNREFUSED || unreachable.contains(&errno))
}

fn say_late(ends: &Ends, error: &(impl Error + 'static)) -> Result<(), Trouble> {
    let peer = ends.peer;
    if errno_of(error) == Some(libc::ECONNREFUSED) {
        return say(format!(
            "nobody is at {peer}: a line sent before was refused"
        ));
    }
    say(format!("{peer} cannot be reached: {error}"))
}

/// The trouble that came first: of the keyboard's half, then of the receiver's.
pub(super) fn joined(sent: Played, receiver: ScopedJoinHandle<'_, Played>) -> Played {
    let received = receiver.join();
    sent?;
    received.map_err(|_| Trouble::new("the receiving thread panicked"))?
}
