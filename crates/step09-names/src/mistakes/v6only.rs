//! `v6only`: a listener for IPv4 and one for IPv6 on the same port, and the second cannot be bound.

use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::AsRawFd;

use lab::{Played, Scene, Sign, Stage, layers};
use nix::sys::socket::{self, Backlog, SockaddrStorage};
use step02_bind_listen as step02;
use step03_accept as step03;
use step09_names::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::dual_stack::{BACKLOG, EVERY, clients, found};
use crate::scenes::{close, ipv6, std_address};

/// Every IPv4 address of this machine.
const EVERY_V4: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "v6only",
        "0.0.0.0 and [::] on one port: the second bind fails",
    )
    .actor(
        "server",
        layers(server_libc, server_nix, server_socket2, server_std),
    )
    .peer("clients", |stage| match stage.repaired() {
        true => clients(stage),
        false => Ok(()), // There is nobody to call.
    })
    .needs(ipv6)
    .breaks(&[Sign::Found("server", "EADDRINUSE")])
    .shows(&[Sign::Found("server", "::1, 127.0.0.1")])
    .cause(
        "an IPv6 socket bound to :: takes IPv4 as well, so it wants the port for both families; \
         and for IPv4 the first listener has it.",
    )
    .repair("set IPV6_V6ONLY before bind: then each listener has its own family")
    .hints(&[
        "0.0.0.0 is IPv4 and :: is IPv6. Do they overlap all the same?",
        "The scene dual-stack has only one of the two listeners. Who can call it?",
        "ipv6(7) has a socket option for this.",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let v4 = with_libc::listen_on(EVERY_V4, false, BACKLOG)?;
    let port = with_libc::local_address(v4)?.port();
    let every = SocketAddr::new(EVERY.ip(), port);
    // WRONG in the broken twin: without the option this listener would take IPv4 too.
    let only = stage.repaired();
    match stage.taught(|| with_libc::listen_on(every, only, BACKLOG)) {
        Ok(v6) => {
            listening(stage, every);
            let (first, six) = with_libc::accept_peer(v6)?;
            let (second, four) = with_libc::accept_peer(v4)?;
            found(stage, [six, four]);
            for fd in [second, first, v6] {
                close(fd);
            }
        }
        Err(error) => stage.found_error("bind", &error),
    }
    close(v4);
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let backlog = Backlog::new(BACKLOG)?;
    let v4 = with_nix::listen_on(EVERY_V4, false, backlog)?;
    let port = step02::with_nix::local_address(&v4)?.port();
    let every = SocketAddr::new(EVERY.ip(), port);
    // WRONG in the broken twin: without the option this listener would take IPv4 too.
    let only = stage.repaired();
    match stage.taught(|| with_nix::listen_on(every, only, backlog)) {
        Ok(v6) => {
            listening(stage, every);
            let first = step03::with_nix::accept(&v6)?;
            let six = socket::getpeername::<SockaddrStorage>(first.as_raw_fd())?;
            let second = step03::with_nix::accept(&v4)?;
            let four = socket::getpeername::<SockaddrStorage>(second.as_raw_fd())?;
            found(stage, [std_address(&six)?, std_address(&four)?]);
        }
        Err(errno) => stage.found_error("bind", &errno),
    }
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let v4 = with_socket2::listen_on(EVERY_V4, false, BACKLOG)?;
    let local = step02::with_socket2::local_address(&v4)?.as_socket();
    let every = SocketAddr::new(EVERY.ip(), local.unwrap_or(EVERY_V4).port());
    // WRONG in the broken twin: without the option this listener would take IPv4 too.
    let only = stage.repaired();
    match stage.taught(|| with_socket2::listen_on(every, only, BACKLOG)) {
        Ok(v6) => {
            listening(stage, every);
            let (_first, six) = step03::with_socket2::accept(&v6)?;
            let (_second, four) = step03::with_socket2::accept(&v4)?;
            let peers = [six, four].map(|peer| peer.as_socket().unwrap_or(EVERY));
            found(stage, peers);
        }
        Err(error) => stage.found_error("bind", &error),
    }
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let v4 = with_std::listen_on(EVERY_V4)?;
    let every = SocketAddr::new(EVERY.ip(), v4.local_addr()?.port());
    let bound = if stage.repaired() {
        // std has no name for the option: drop two layers and come back.
        stage.taught(|| with_std::listen_v6only(every, true, BACKLOG))
    } else {
        stage.taught(|| with_std::listen_on(every)) // WRONG: this listener would take IPv4 too.
    };
    match bound {
        Ok(v6) => {
            listening(stage, every);
            let (_first, six) = step03::with_std::accept(&v6)?;
            let (_second, four) = step03::with_std::accept(&v4)?;
            found(stage, [six, four]);
        }
        Err(error) => stage.found_error("bind", &error),
    }
    Ok(())
}

fn listening(stage: &mut Stage, address: SocketAddr) {
    stage.cue("listening", address);
    stage.wait("connected");
}
