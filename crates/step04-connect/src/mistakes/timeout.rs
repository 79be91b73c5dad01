//! `timeout`: connect to a server that does not answer, and wait for as long as the kernel likes.
//!
//! The server listens, but its queue is full. Linux then drops the SYN of the next client, as a
//! firewall or a machine that is down would: no answer, not even "refused".
//! The client's kernel repeats the SYN for a minute or two before connect fails.

mod by_hand;

use std::fmt::Display;
use std::io;
use std::net::TcpStream;
use std::os::fd::AsRawFd;
use std::time::Duration;

use lab::{ANY_PORT, Played, Scene, Sign, Stage, layers};
use libc::socklen_t;
use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, SockaddrIn, setsockopt, sockopt};
use nix::sys::time::{TimeVal, TimeValLike};
use nix::unistd::close; // step 6
use socket2::{Domain, Type};
use step01_socket as step01;
use step02_bind_listen as step02;
use step04_connect::{with_libc, with_nix, with_socket2, with_std};

/// How long the repaired client waits: as short as poll can, for nobody will answer. In life, seconds.
/// (Of a longer one std makes several polls, and how many depends on the clock.)
const LIMIT: Duration = Duration::from_millis(1);

pub(crate) fn scene() -> Scene {
    Scene::mistake("timeout", "connect to a server that does not answer")
        .wire()
        .core()
        .needs(|| match cfg!(target_os = "linux") {
            true => Ok(()),
            false => Err("a full queue is silent only on Linux".to_owned()),
        })
        .peer("server", server)
        .actor(
            "client",
            layers(client_libc, client_nix, client_socket2, client_std),
        )
        .breaks(&[Sign::Stuck(&[("client", "connect")])])
        .shows(&[Sign::Found("client", "gave-up")])
        .cause(
            "connect returns when an answer comes. None comes here, and the kernel repeats the SYN \
             for a minute or two before it gives up.",
        )
        .repair("wait no longer than a limit of your own: a millisecond here")
        .hints(&[
            "The client sleeps in connect. For what does it wait?",
            "No answer is not the same as \"refused\": the SYN got no reply at all.",
            "connect itself has no limit to set. poll, or SO_SNDTIMEO on Linux, has one.",
        ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let server = stage.wait_address("full")?;
    let fd = step01::with_libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    let address = step02::with_libc::sockaddr_in(server);
    let length = size_of_val(&address) as socklen_t;
    // SAFETY: `length` is the size of `address`, which lives until after the call.
    let connect = || unsafe { with_libc::connect(fd, (&raw const address).cast(), length) };
    let connected = if stage.repaired() {
        stage.taught(|| by_hand::within(LIMIT, fd, connect))
    } else {
        // WRONG: how long this takes is for others to say.
        stage.taught(connect)
    };
    judge(stage, connected);
    close(fd)?;
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let server = SockaddrIn::from(stage.wait_address("full")?);
    let none = SockFlag::empty();
    let socket = step01::with_nix::socket(AddressFamily::Inet, SockType::Stream, none, None)?;
    if stage.repaired() {
        // A time limit for send, which connect obeys too: shorter, but only Linux says so.
        let limit = TimeVal::milliseconds(LIMIT.as_millis() as i64);
        setsockopt(&socket, sockopt::SendTimeout, &limit)?;
    }
    // WRONG without the option above: how long this takes is for others to say.
    match stage.taught(|| with_nix::connect(&socket, &server)) {
        // "In progress": connect stops waiting, and the handshake would go on.
        Err(Errno::EINPROGRESS) => gave_up(stage, Errno::EINPROGRESS),
        connected => judge(stage, connected.map_err(io::Error::from)),
    }
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let server = stage.wait_address("full")?.into();
    let socket = step01::with_socket2::socket(Domain::IPV4, Type::STREAM, None)?;
    let connected = if stage.repaired() {
        stage.taught(|| with_socket2::connect_timeout(&socket, &server, LIMIT))
    } else {
        // WRONG: how long this takes is for others to say.
        stage.taught(|| with_socket2::connect(&socket, &server))
    };
    judge(stage, connected);
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let server = stage.wait_address("full")?;
    let connected = if stage.repaired() {
        stage.taught(|| with_std::connect_timeout(server, LIMIT))
    } else {
        // WRONG: how long this takes is for others to say.
        stage.taught(|| with_std::connect_to(server))
    };
    judge(stage, connected.map(drop));
    Ok(())
}

/// Has a queue of one place, and an earlier client in it that nobody accepts.
fn server(stage: &mut Stage) -> Played {
    // listen(0) admits one connection (Linux: one more than the number).
    let listener = step02::with_std::listen_with(ANY_PORT, 0)?;
    let address = listener.local_addr()?;
    let earlier = TcpStream::connect(address)?;
    by_hand::wait_until_queued(listener.as_raw_fd())?;
    stage.say(format!(
        "{} is in the queue, and nobody accepts it",
        earlier.local_addr()?
    ));
    stage.cue("full", address);
    stage.wait("done");
    Ok(())
}

/// The time was over: the error is the layer's own and has no errno.
fn judge(stage: &Stage, connected: io::Result<()>) {
    match connected {
        Err(error) if error.kind() == io::ErrorKind::TimedOut && error.raw_os_error().is_none() => {
            gave_up(stage, error);
        }
        Err(error) => stage.found_error("connect", &error),
        Ok(()) => stage.found("connected", "connected"),
    }
}

/// What the repaired twin is judged by.
fn gave_up(stage: &Stage, error: impl Display) {
    stage.found("gave-up", format!("no answer within {LIMIT:?}: {error}"));
    stage.cue("done", "");
}
