//! `dual-stack`: one AF_INET6 listener, an IPv6 client and an IPv4 client.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::os::fd::AsRawFd;

use lab::{OnCall, Played, Scene, Sign, Stage, layers};
use nix::sys::socket::{self, Backlog, SockaddrStorage};
use step02_bind_listen as step02;
use step03_accept as step03;
use step09_names::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::{close, ipv6, std_address, third_family};

/// Every address of this machine, of both families.
pub(crate) const EVERY: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0);
pub(crate) const BACKLOG: i32 = 5;

pub(crate) fn scene() -> Scene {
    Scene::new(
        "dual-stack",
        "one AF_INET6 listener takes an IPv6 client and an IPv4 client",
    )
    .core()
    .actor(
        "server",
        layers(server_libc, server_nix, server_socket2, server_std),
    )
    .peer("clients", clients)
    .needs(ipv6)
    .shows(&[Sign::Found("server", "::1, ::ffff:127.0.0.1")])
    .idea(|play| {
        let seen = play.finding("server")?;
        Some(format!(
            "One IPv6 socket, two clients, seen as {seen}: the second called over IPv4, and its \
             address is wrapped in an IPv6 one."
        ))
    })
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = with_libc::listen_on(EVERY, false, BACKLOG)?;
    listening(stage, with_libc::local_address(listener)?);
    let (first, six) = stage.taught(|| with_libc::accept_peer(listener))?;
    let (second, four) = stage.taught(|| with_libc::accept_peer(listener))?;
    found(stage, [six, four]);
    for fd in [second, first, listener] {
        close(fd);
    }
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = with_nix::listen_on(EVERY, false, Backlog::new(BACKLOG)?)?;
    let local = socket::getsockname::<SockaddrStorage>(listener.as_raw_fd())?;
    listening(stage, std_address(&local)?);
    let first = stage.taught(|| step03::with_nix::accept(&listener))?;
    let six = socket::getpeername::<SockaddrStorage>(first.as_raw_fd())?;
    let second = stage.taught(|| step03::with_nix::accept(&listener))?;
    let four = socket::getpeername::<SockaddrStorage>(second.as_raw_fd())?;
    found(stage, [std_address(&six)?, std_address(&four)?]);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = with_socket2::listen_on(EVERY, false, BACKLOG)?;
    let local = step02::with_socket2::local_address(&listener)?;
    listening(stage, local.as_socket().ok_or_else(third_family)?);
    let (_first, six) = stage.taught(|| step03::with_socket2::accept(&listener))?;
    let (_second, four) = stage.taught(|| step03::with_socket2::accept(&listener))?;
    let [six, four] = [six, four].map(|peer| peer.as_socket().ok_or_else(third_family));
    found(stage, [six?, four?]);
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    // std has no name for the option. TcpListener::bind("[::]:0") takes what the system has set;
    // to be sure, drop two layers and come back.
    let listener = with_std::listen_v6only(EVERY, false, BACKLOG)?;
    listening(stage, step02::with_std::local_address(&listener)?);
    let (_first, six) = stage.taught(|| step03::with_std::accept(&listener))?;
    let (_second, four) = stage.taught(|| step03::with_std::accept(&listener))?;
    found(stage, [six, four]);
    Ok(())
}

/// Calls as IPv6, then as IPv4, on the same port, and stays until the server is done.
pub(crate) fn clients(stage: &mut Stage) -> Played {
    let port = stage.wait_socket_address("listening")?.port();
    let six = SocketAddr::from((Ipv6Addr::LOCALHOST, port));
    let _six = TcpStream::connect(six).on("connect", six)?;
    let four = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let _four = TcpStream::connect(four).on("connect", four)?;
    stage.cue("connected", 2);
    stage.wait("done");
    Ok(())
}

fn listening(stage: &mut Stage, address: SocketAddr) {
    stage.cue("listening", address);
    stage.wait("connected");
}

/// Who called, as the server sees it.
pub(crate) fn found(stage: &Stage, peers: [SocketAddr; 2]) {
    let [first, second] = peers;
    let token = format!("{}, {}", first.ip(), second.ip());
    stage.found(token, format!("the clients: {first} and {second}"));
    stage.cue("done", 2);
}
