//! The half that calls, alone: says hello, waits a second for the answer, and says hello again if none comes.
//!
//! A datagram or its answer may be lost, and then nobody says so: only the caller's clock notices.
//! The limit is an option of the socket, `SO_RCVTIMEO`, which step 8 is about.

use std::error::Error;
use std::mem::MaybeUninit;
use std::net::SocketAddrV4;
use std::time::Duration;

use lab::{OnCall, Played, Stage, Trouble, errno_of};
use nix::sys::socket::MsgFlags;
use nix::sys::socket::sockopt::ReceiveTimeout;
use nix::sys::time::{TimeVal, TimeValLike};
use step05_send_recv as step05;
use step08_options as step08;
use step10_udp::{LONGEST, with_libc, with_nix, with_socket2, with_std};

const HELLO: &[u8] = b"hello\n";
const TRIES: usize = 3;
const LIMIT: Duration = Duration::from_secs(1);

pub(crate) fn connect_libc(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let socket = with_libc::connected_to(address).on("connect", address)?;
    let limit = libc::timeval {
        tv_sec: LIMIT.as_secs() as libc::time_t,
        tv_usec: 0,
    };
    step08::with_libc::set_timeout(socket, libc::SO_RCVTIMEO, limit)?;
    let mut buffer = vec![0; LONGEST];
    for _ in 0..TRIES {
        step05::with_libc::send(socket, HELLO, 0).on("send to", address)?;
        match step05::with_libc::recv(socket, &mut buffer, 0) {
            Err(error) if is_silence(&error) => again(stage),
            count => return answered(stage, &buffer[..count.on("recv from", address)?]),
        }
    }
    Err(no_answer(address))
}

pub(crate) fn connect_nix(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let socket = with_nix::connected_to(address).on("connect", address)?;
    let limit = TimeVal::seconds(LIMIT.as_secs() as i64);
    step08::with_nix::setsockopt(&socket, ReceiveTimeout, &limit)?;
    let (mut buffer, none) = (vec![0; LONGEST], MsgFlags::empty());
    for _ in 0..TRIES {
        step05::with_nix::send(&socket, HELLO, none).on("send to", address)?;
        match step05::with_nix::recv(&socket, &mut buffer, none) {
            Err(errno) if is_silence(&errno) => again(stage),
            count => return answered(stage, &buffer[..count.on("recv from", address)?]),
        }
    }
    Err(no_answer(address))
}

pub(crate) fn connect_socket2(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let socket = with_socket2::connected_to(address).on("connect", address)?;
    step08::with_socket2::set_read_timeout(&socket, Some(LIMIT))?;
    let mut buffer = vec![MaybeUninit::uninit(); LONGEST];
    for _ in 0..TRIES {
        step05::with_socket2::send(&socket, HELLO).on("send to", address)?;
        match step05::with_socket2::recv(&socket, &mut buffer) {
            Err(error) if is_silence(&error) => again(stage),
            received => return answered(stage, received.on("recv from", address)?),
        }
    }
    Err(no_answer(address))
}

pub(crate) fn connect_std(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let socket = with_std::connected_to(address).on("connect", address)?;
    socket.set_read_timeout(Some(LIMIT))?;
    let mut buffer = vec![0; LONGEST];
    for _ in 0..TRIES {
        with_std::send(&socket, HELLO).on("send to", address)?;
        match with_std::recv(&socket, &mut buffer) {
            Err(error) if is_silence(&error) => again(stage),
            count => return answered(stage, &buffer[..count.on("recv from", address)?]),
        }
    }
    Err(no_answer(address))
}

/// The limit is over (`EAGAIN`), or a signal came first: nothing has arrived.
fn is_silence(error: &(dyn Error + 'static)) -> bool {
    matches!(errno_of(error), Some(libc::EAGAIN | libc::EINTR))
}

fn again(stage: &Stage) {
    stage.say(format!("no answer within {} s", LIMIT.as_secs()));
}

fn answered(stage: &Stage, answer: &[u8]) -> Played {
    let (count, text) = (answer.len(), answer.escape_ascii());
    stage.say(format!("the answer, {count} bytes: \"{text}\""));
    Ok(())
}

fn no_answer(address: SocketAddrV4) -> Trouble {
    Trouble::new(format!(
        "recv from {address}: {TRIES} times sent, and no answer: lost, or nobody receives there and nobody \
         says so; is the server running, and is that its address?"
    ))
}
