//! `wrong-protocol`: ask for a stream, and name the protocol of single messages, UDP.

use std::os::fd::AsRawFd;

use lab::{Part, Played, Scene, Sign, Stage};
use nix::sys::socket::{AddressFamily, SockFlag, SockProtocol, SockType};
use socket2::{Domain, Protocol, Type};
use step01_socket::{with_libc, with_nix, with_socket2};

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(program_libc),
        Part::Plays(program_nix),
        Part::Plays(program_socket2),
        Part::RuledOut("no function takes a protocol: a TcpListener is TCP, a UdpSocket is UDP"),
    ];
    Scene::mistake(
        "wrong-protocol",
        "ask for SOCK_STREAM, and name UDP as the protocol",
    )
    .core()
    .actor("program", parts)
    .breaks(&[Sign::Found("program", "EPROTONOSUPPORT")])
    .shows(&[Sign::Found("program", "made")])
    .cause(
        "The three arguments describe one conversation. UDP carries single messages, \
         so there is no stream over UDP; over IPv4 the usual stream is TCP.",
    )
    .repair("name the protocol that fits the type (or write 0, the usual one)")
    .hints(&[
        "Each argument alone is right: the kernel knows SOCK_STREAM, and it knows UDP.",
        "EPROTONOSUPPORT is about the protocol, the third argument, for this family and type.",
        "UDP goes with SOCK_DGRAM. What goes with SOCK_STREAM?",
    ])
}

fn program_libc(stage: &mut Stage) -> Played {
    let protocol = if stage.repaired() {
        libc::IPPROTO_TCP
    } else {
        // WRONG: UDP has no streams.
        libc::IPPROTO_UDP
    };
    match stage.taught(|| with_libc::socket(libc::AF_INET, libc::SOCK_STREAM, protocol)) {
        Ok(fd) => stage.found("made", format!("descriptor {fd} is a socket")),
        Err(error) => stage.found_error("socket", &error),
    }
    Ok(())
}

fn program_nix(stage: &mut Stage) -> Played {
    // The types keep a protocol from standing where a type belongs. They do not know which two fit.
    let protocol = if stage.repaired() {
        SockProtocol::Tcp
    } else {
        // WRONG: UDP has no streams.
        SockProtocol::Udp
    };
    let (family, kind) = (AddressFamily::Inet, SockType::Stream);
    match stage.taught(|| with_nix::socket(family, kind, SockFlag::empty(), Some(protocol))) {
        Ok(fd) => stage.found("made", format!("descriptor {} is a socket", fd.as_raw_fd())),
        Err(error) => stage.found_error("socket", &error),
    }
    Ok(())
}

fn program_socket2(stage: &mut Stage) -> Played {
    let protocol = if stage.repaired() {
        Protocol::TCP
    } else {
        // WRONG: UDP has no streams.
        Protocol::UDP
    };
    match stage.taught(|| with_socket2::socket(Domain::IPV4, Type::STREAM, Some(protocol))) {
        Ok(socket) => stage.found(
            "made",
            format!("descriptor {} is a socket", socket.as_raw_fd()),
        ),
        Err(error) => stage.found_error("socket", &error),
    }
    Ok(())
}
