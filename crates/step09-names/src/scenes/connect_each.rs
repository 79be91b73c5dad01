//! `connect-each`: a list of three addresses, of which only the last answers.
//!
//! A name that has three addresses would need a name server. So the list is put together from three lists,
//! each of an address in figures.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use lab::{Play, Played, Scene, Sign, Stage, Trouble, layers, peer};
use step03_accept as step03;
use step09_names::with_libc::{AddrList, ResolverError, hints};
use step09_names::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::{close, text};

/// The server is at the last of them.
const HOSTS: [(u8, &std::ffi::CStr); 3] = [(3, c"127.0.0.3"), (2, c"127.0.0.2"), (1, c"127.0.0.1")];

pub(crate) fn scene() -> Scene {
    Scene::new(
        "connect-each",
        "three addresses, and the first two refuse: the client walks along the list",
    )
    .peer("server", peer::server)
    .actor("client", layers!(client))
    .shows(&[Sign::Found("client", "3 of 3")])
    .idea(idea)
}

fn idea(play: &Play) -> Option<String> {
    let calls = play.taught("client");
    let tried = calls.iter().filter(|call| call.name == "connect");
    let refused = tried.clone().filter(|call| call.failed().is_some());
    let (refused, tried) = (refused.count(), tried.count());
    (refused > 0 && tried > refused).then(|| {
        format!(
            "{refused} of {tried} addresses refused, and the client is connected all the same: \
             with a new socket for each it walked along the list."
        )
    })
}

fn client_libc(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let lists = lists(stage, server.port())?;
    let entries = lists.iter().flat_map(AddrList::iter);
    let connection = stage.taught(|| with_libc::connect_each(entries))?;
    found(stage, step03::with_libc::peer_address(connection)?.into());
    close(connection);
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let port = text(server.port());
    let hints = hints(libc::AF_INET, libc::SOCK_STREAM, libc::AI_NUMERICHOST);
    let mut addresses = Vec::new();
    for (_, host) in HOSTS {
        addresses.extend(with_nix::lookup(Some(host), Some(&port), &hints)?);
    }
    let connection = stage.taught(|| with_nix::connect_each(&addresses))?;
    let peer = step03::with_nix::peer_address(&connection)?;
    found(stage, SocketAddr::from((peer.ip(), peer.port())));
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let port = text(server.port());
    let hints = hints(libc::AF_INET, libc::SOCK_STREAM, libc::AI_NUMERICHOST);
    let mut addresses = Vec::new();
    for (_, host) in HOSTS {
        addresses.extend(with_socket2::lookup(Some(host), Some(&port), &hints)?);
    }
    let connection = stage.taught(|| with_socket2::connect_each(&addresses))?;
    let peer = step03::with_socket2::peer_address(&connection)?.as_socket();
    found(
        stage,
        peer.ok_or_else(|| Trouble::new("the peer has no address"))?,
    );
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let address = |(last, _)| SocketAddrV4::new(Ipv4Addr::new(127, 0, 0, last), server.port());
    let addresses = HOSTS.map(address).map(SocketAddr::V4);
    let connection = stage.taught(|| with_std::connect_each(&addresses))?;
    found(stage, step03::with_std::peer_address(&connection)?);
    Ok(())
}

fn lists(stage: &mut Stage, port: u16) -> Result<Vec<AddrList>, ResolverError> {
    let port = text(port);
    let hints = hints(libc::AF_INET, libc::SOCK_STREAM, libc::AI_NUMERICHOST);
    let ask = |(_, host)| with_libc::getaddrinfo(Some(host), Some(&port), &hints);
    stage.resolver(|| HOSTS.into_iter().map(ask).collect())
}

/// Which of the three answered.
fn found(stage: &Stage, peer: SocketAddr) {
    let is_peer = |(last, _): &_| peer.ip() == Ipv4Addr::new(127, 0, 0, *last);
    let place = HOSTS.iter().position(is_peer).map_or(0, |index| index + 1);
    let count = HOSTS.len();
    stage.found(
        format!("{place} of {count}"),
        format!("connected to {peer}, number {place} of {count}"),
    );
}
