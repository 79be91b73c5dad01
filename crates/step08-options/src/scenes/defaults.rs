//! `defaults`: every common option of a socket that nobody has changed, read live.
//!
//! The libc layer prints the table: name, type, value, unit, and which other layers have a name.
//! The other layers read what they have a name for, by that name.

mod rows;

use std::error::Error;
use std::net::{Ipv6Addr, TcpStream, UdpSocket};

use lab::{ANY_PORT, Play, Played, Stage};
use nix::sys::socket::{AddressFamily, SockFlag, SockType};
use socket2::{Domain, Type};
use step01_socket as step01;
use step08_options::table::{self, Entry, IP, IPV6, ReadStd, SOCKET, TCP};

use super::fresh::{fresh_libc, fresh_nix, fresh_socket2};
use rows::{copy, head, row, shown};

pub(super) fn program_libc(stage: &mut Stage) -> Played {
    let tcp = fresh_libc()?;
    let tcp6 = step01::with_libc::socket(libc::AF_INET6, libc::SOCK_STREAM, 0);
    let mut rows = Vec::new();
    for level in [SOCKET, TCP, IP, IPV6] {
        rows.push(head(level[0].level));
        for entry in level {
            let fd = if is_ipv6(entry) {
                tcp6.as_ref()
            } else {
                Ok(&tcp)
            };
            let value = fd.map_err(copy).and_then(|fd| entry.read(*fd));
            rows.push(row(entry, &value));
        }
    }
    print(stage, &rows);
    let settings: Vec<&str> = table::all().filter_map(|entry| entry.setting).collect();
    stage.say(format!("* as this machine is set: {}", settings.join(", ")));
    Ok(())
}

pub(super) fn program_nix(stage: &mut Stage) -> Played {
    let tcp = fresh_nix()?;
    let none = SockFlag::empty();
    let tcp6 = step01::with_nix::socket(AddressFamily::Inet6, SockType::Stream, none, None);
    by_name(stage, |entry| {
        let (name, read) = entry.nix?;
        let fd = if is_ipv6(entry) {
            tcp6.as_ref()
        } else {
            Ok(&tcp)
        };
        Some((name, fd.map_err(|errno| *errno).and_then(read)))
    });
    Ok(())
}

pub(super) fn program_socket2(stage: &mut Stage) -> Played {
    let tcp = fresh_socket2()?;
    let tcp6 = step01::with_socket2::socket(Domain::IPV6, Type::STREAM, None);
    by_name(stage, |entry| {
        let (name, read) = entry.socket2?;
        let socket = if is_ipv6(entry) {
            tcp6.as_ref()
        } else {
            Ok(&tcp)
        };
        Some((name, socket.map_err(copy).and_then(read)))
    });
    Ok(())
}

pub(super) fn program_std(stage: &mut Stage) -> Played {
    // std has a type for each kind of socket, and some options for one of them only.
    let stream = TcpStream::from(fresh_socket2()?);
    let datagram = UdpSocket::bind(ANY_PORT)?;
    let datagram6 = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0));
    by_name(stage, |entry| {
        Some(match entry.std? {
            (name, ReadStd::Stream(read)) => (name, read(&stream)),
            (name, ReadStd::Datagram(read)) if is_ipv6(entry) => {
                (name, datagram6.as_ref().map_err(copy).and_then(read))
            }
            (name, ReadStd::Datagram(read)) => (name, read(&datagram)),
        })
    });
    Ok(())
}

/// Reads what a layer has a name for, by that name, and says what else there is.
fn by_name<E: Error + 'static>(
    stage: &Stage,
    read: impl Fn(&Entry) -> Option<(&'static str, Result<String, E>)>,
) {
    let (mut rows, mut missing) = (Vec::new(), Vec::new());
    for entry in table::all() {
        match read(entry) {
            Some((name, value)) => {
                rows.push(format!("{:24} {name:24} {}", entry.name, shown(&value)));
            }
            None => missing.push(entry.name),
        }
    }
    print(stage, &rows);
    stage.say(format!("no name for: {}", missing.join(", ")));
}

/// All rows at the end, so that they stand together.
fn print(stage: &Stage, rows: &[String]) {
    for row in rows {
        stage.say(row);
    }
    stage.found("read", "all of them read, none of them set");
}

fn is_ipv6(entry: &Entry) -> bool {
    entry.numbers.0 == libc::IPPROTO_IPV6
}

/// How many there are, as the record has it.
pub(super) fn idea(play: &Play) -> Option<String> {
    let calls = play.calls("program");
    let set = calls.iter().any(|call| call.name == "setsockopt");
    let read = calls.iter().filter(|call| call.name == "getsockopt");
    let with_value = read.filter(|call| call.returned().is_some()).count();
    (!set).then(|| {
        format!(
            "Nobody has called setsockopt, and {with_value} options have a value all the same. \
             A program that sets none has chosen these."
        )
    })
}
