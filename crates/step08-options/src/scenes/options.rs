//! The main scene: an option of one socket is changed, and read back; another socket keeps its own.

use std::net::TcpStream;
use std::time::Duration;

use lab::{Play, Played, Stage};
use libc::{IPPROTO_TCP, SO_RCVTIMEO, TCP_NODELAY, timeval};
use nix::sys::socket::sockopt::{ReceiveTimeout, TcpNoDelay};
use nix::sys::time::TimeVal;
use step06_close::with_libc::close;
use step08_options::{with_libc, with_nix, with_socket2, with_std};

use super::fresh::{fresh_libc, fresh_nix, fresh_socket2, value_in};

/// How long `recv` would wait at most: two and a half seconds.
const LIMIT: Duration = Duration::from_millis(2500);

pub(super) fn program_libc(stage: &mut Stage) -> Played {
    let (first, second) = (fresh_libc()?, fresh_libc()?);
    // On and off are an int, 1 and 0.
    let before = with_libc::get_int(first, IPPROTO_TCP, TCP_NODELAY)?;
    stage.taught(|| with_libc::set_int(first, IPPROTO_TCP, TCP_NODELAY, 1))?;
    let after = stage.taught(|| with_libc::get_int(first, IPPROTO_TCP, TCP_NODELAY))?;
    let other = with_libc::get_int(second, IPPROTO_TCP, TCP_NODELAY)?;
    judge(stage, [before != 0, after != 0, other != 0]);
    // A time is a structure.
    let limit = timeval {
        tv_sec: 2,
        tv_usec: 500_000,
    };
    with_libc::set_timeout(first, SO_RCVTIMEO, limit)?;
    let limit = with_libc::get_timeout(first, SO_RCVTIMEO)?;
    stage.say(format!("{} s and {} µs", limit.tv_sec, limit.tv_usec));
    close(first)?;
    close(second)?;
    Ok(())
}

pub(super) fn program_nix(stage: &mut Stage) -> Played {
    let (first, second) = (fresh_nix()?, fresh_nix()?);
    // On and off are a bool.
    let before = with_nix::getsockopt(&first, TcpNoDelay)?;
    stage.taught(|| with_nix::setsockopt(&first, TcpNoDelay, &true))?;
    let after = stage.taught(|| with_nix::getsockopt(&first, TcpNoDelay))?;
    let other = with_nix::getsockopt(&second, TcpNoDelay)?;
    judge(stage, [before, after, other]);
    // A time is a TimeVal: the same structure, with a type.
    with_nix::setsockopt(&first, ReceiveTimeout, &TimeVal::new(2, 500_000))?;
    let limit = with_nix::getsockopt(&first, ReceiveTimeout)?;
    stage.say(limit);
    Ok(())
}

pub(super) fn program_socket2(stage: &mut Stage) -> Played {
    let (first, second) = (fresh_socket2()?, fresh_socket2()?);
    let before = with_socket2::nodelay(&first)?;
    stage.taught(|| with_socket2::set_nodelay(&first, true))?;
    let after = stage.taught(|| with_socket2::nodelay(&first))?;
    let other = with_socket2::nodelay(&second)?;
    judge(stage, [before, after, other]);
    // A time is a Duration, and no limit is None.
    with_socket2::set_read_timeout(&first, Some(LIMIT))?;
    stage.say(format!("{:?}", with_socket2::read_timeout(&first)?));
    Ok(())
}

pub(super) fn program_std(stage: &mut Stage) -> Played {
    // std's own sockets come connected; these come from the layer below, as in step 1.
    let first = TcpStream::from(fresh_socket2()?);
    let second = TcpStream::from(fresh_socket2()?);
    let before = with_std::nodelay(&first)?;
    stage.taught(|| with_std::set_nodelay(&first, true))?;
    let after = stage.taught(|| with_std::nodelay(&first))?;
    let other = with_std::nodelay(&second)?;
    judge(stage, [before, after, other]);
    with_std::set_read_timeout(&first, Some(LIMIT))?;
    stage.say(format!("{:?}", with_std::read_timeout(&first)?));
    Ok(())
}

fn judge(stage: &Stage, values: [bool; 3]) {
    let words = values.map(|on| if on { "on" } else { "off" });
    let [before, after, other] = words;
    let token = match values {
        [false, true, false] => "one of two",
        _ => "something else",
    };
    stage.found(
        token,
        format!("TCP_NODELAY was {before} and is {after}; the other socket's is {other}"),
    );
}

/// The values as the record has them: before, after, and of the other socket.
pub(super) fn idea(play: &Play) -> Option<String> {
    let calls = play.calls("program");
    let asked = calls
        .iter()
        .filter(|call| call.name == "getsockopt" && call.to_string().contains(" TCP_NODELAY, "));
    let values: Option<Vec<_>> = asked
        .map(|call| Some((call.descriptor()?, value_in(call)?)))
        .collect();
    let [(fd, before), (_, after), (other, kept)] = values?[..] else {
        return None;
    };
    Some(format!(
        "TCP_NODELAY of descriptor {fd} was {before} before anybody set it, and is now {after}. \
         Descriptor {other} still has {kept}: an option belongs to one socket."
    ))
}
