//! `keepalive`: how long a silent peer is believed in, by default and by choice.

use std::io;
use std::net::TcpStream;
use std::os::fd::{AsRawFd, RawFd};
use std::time::Duration;

use lab::{Play, Played, Stage};
use libc::{IPPROTO_TCP, SO_KEEPALIVE, SOL_SOCKET, TCP_KEEPCNT, TCP_KEEPINTVL, c_int};
use step06_close::with_libc::close;
use step08_options::with_libc::TCP_KEEPIDLE;
use step08_options::{with_libc, with_nix, with_socket2, with_std};

use super::fresh::{fresh_libc, fresh_nix, fresh_socket2, value_in};

/// After a minute of silence, then every ten seconds, three times.
const IDLE: u32 = 60;
const INTERVAL: u32 = 10;
const COUNT: u32 = 3;

pub(super) fn program_libc(stage: &mut Stage) -> Played {
    let fd = fresh_libc()?;
    tell(stage, fd)?;
    let (idle, interval, count) = (IDLE as c_int, INTERVAL as c_int, COUNT as c_int);
    stage.taught(|| with_libc::set_keepalive(fd, idle, interval, count))?;
    tell(stage, fd)?;
    close(fd)?;
    Ok(())
}

pub(super) fn program_nix(stage: &mut Stage) -> Played {
    let fd = fresh_nix()?;
    tell(stage, fd.as_raw_fd())?;
    stage.taught(|| with_nix::set_keepalive(&fd, IDLE, INTERVAL, COUNT))?;
    tell(stage, fd.as_raw_fd())?;
    Ok(())
}

pub(super) fn program_socket2(stage: &mut Stage) -> Played {
    let socket = fresh_socket2()?;
    let (idle, interval) = (seconds(IDLE), seconds(INTERVAL));
    tell(stage, socket.as_raw_fd())?;
    // set_tcp_keepalive with three times, and four calls: it also turns SO_KEEPALIVE on.
    stage.taught(|| with_socket2::set_keepalive(&socket, idle, interval, COUNT))?;
    tell(stage, socket.as_raw_fd())?;
    Ok(())
}

pub(super) fn program_std(stage: &mut Stage) -> Played {
    let stream = TcpStream::from(fresh_socket2()?);
    let (idle, interval) = (seconds(IDLE), seconds(INTERVAL));
    tell(stage, stream.as_raw_fd())?;
    // std has no such method: socket2 borrows the descriptor.
    stage.taught(|| with_std::set_keepalive(&stream, idle, interval, COUNT))?;
    tell(stage, stream.as_raw_fd())?;
    Ok(())
}

fn seconds(number: u32) -> Duration {
    Duration::from_secs(number.into())
}

/// Reads the four options, and works out when a peer that is gone would be noticed.
fn tell(stage: &Stage, fd: RawFd) -> io::Result<()> {
    let on = with_libc::get_int(fd, SOL_SOCKET, SO_KEEPALIVE)? != 0;
    let idle = with_libc::get_int(fd, IPPROTO_TCP, TCP_KEEPIDLE)?;
    let interval = with_libc::get_int(fd, IPPROTO_TCP, TCP_KEEPINTVL)?;
    let count = with_libc::get_int(fd, IPPROTO_TCP, TCP_KEEPCNT)?;
    let after = idle + count * interval;
    let word = if on { "on" } else { "off" };
    stage.found(
        format!("{word}, {after} s"),
        format!(
            "keep-alive is {word}; with {idle} s and then {count} times {interval} s, \
             a peer that is gone is noticed after {after} s"
        ),
    );
    Ok(())
}

/// The four values before and after, as the record has them.
pub(super) fn idea(play: &Play) -> Option<String> {
    let calls = play.calls("program");
    let read = calls.iter().filter(|call| call.name == "getsockopt");
    let values: Option<Vec<i64>> = read.map(value_in).collect();
    let [off, idle, interval, count, on, idle2, interval2, count2] = values?[..] else {
        return None;
    };
    (off == 0 && on == 1).then(|| {
        format!(
            "Keep-alive is off. Turned on as it is, it gives a peer up after {idle} + {count} * {interval} = {} \
             seconds without a sign of life; here after {idle2} + {count2} * {interval2} = {}.",
            idle + count * interval,
            idle2 + count2 * interval2
        )
    })
}
