//! One call for each kind of conversation, layer by layer.
//!
//! No socket is closed before the end, so each has its own number.
//! What a kernel refuses differs: without IPv6 the family AF_INET6 is EAFNOSUPPORT, and a raw socket
//! needs a privilege.

use std::error::Error;
use std::net::{Ipv6Addr, SocketAddrV6, TcpListener, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixDatagram, UnixStream};

use lab::{ANY_PORT, Played, Stage};
use libc::{AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_STREAM};
use nix::sys::socket::{AddressFamily, SockFlag, SockProtocol, SockType};
use socket2::{Domain, Protocol, Type};
use step01_socket::{with_libc, with_nix, with_socket2};

pub(crate) fn program_libc(stage: &mut Stage) -> Played {
    let kinds = [
        ("TCP over IPv4", AF_INET, SOCK_STREAM, 0),
        ("UDP over IPv4", AF_INET, SOCK_DGRAM, 0),
        ("TCP over IPv6", AF_INET6, SOCK_STREAM, 0),
        ("UDP over IPv6", AF_INET6, SOCK_DGRAM, 0),
        ("a stream in this machine", AF_UNIX, SOCK_STREAM, 0),
        ("messages in this machine", AF_UNIX, SOCK_DGRAM, 0),
        ("connected messages", AF_UNIX, SOCK_SEQPACKET, 0),
        ("the same over IPv4", AF_INET, SOCK_SEQPACKET, 0),
        ("bare IPv4 packets", AF_INET, SOCK_RAW, libc::IPPROTO_ICMP),
        // To C a family is any number, and so is a type.
        ("no such family", 99, SOCK_STREAM, 0),
        ("no such type", AF_INET, 15, 0),
    ];
    let mut made = 0;
    for (what, domain, type_, protocol) in kinds {
        let answer = stage.taught(|| with_libc::socket(domain, type_, protocol));
        tell(stage, what, &answer);
        made += usize::from(answer.is_ok());
    }
    judge(stage, made, kinds.len());
    Ok(())
}

pub(crate) fn program_nix(stage: &mut Stage) -> Played {
    use AddressFamily::{Inet, Inet6, Unix};
    use SockType::{Datagram, Raw, SeqPacket, Stream};
    let none = SockFlag::empty();
    let kinds = [
        ("TCP over IPv4", Inet, Stream, None),
        ("UDP over IPv4", Inet, Datagram, None),
        ("TCP over IPv6", Inet6, Stream, None),
        ("UDP over IPv6", Inet6, Datagram, None),
        ("a stream in this machine", Unix, Stream, None),
        ("messages in this machine", Unix, Datagram, None),
        ("connected messages", Unix, SeqPacket, None),
        ("the same over IPv4", Inet, SeqPacket, None),
        ("bare IPv4 packets", Inet, Raw, Some(SockProtocol::Icmp)),
        // Family and type are enums: one that does not exist cannot be written.
    ];
    let mut sockets = Vec::new();
    for (what, family, kind, protocol) in kinds {
        let answer = stage.taught(|| with_nix::socket(family, kind, none, protocol));
        tell(stage, what, &answer);
        sockets.extend(answer);
    }
    judge(stage, sockets.len(), kinds.len());
    Ok(())
}

pub(crate) fn program_socket2(stage: &mut Stage) -> Played {
    let kinds = [
        ("TCP over IPv4", Domain::IPV4, Type::STREAM, None),
        ("UDP over IPv4", Domain::IPV4, Type::DGRAM, None),
        ("TCP over IPv6", Domain::IPV6, Type::STREAM, None),
        ("UDP over IPv6", Domain::IPV6, Type::DGRAM, None),
        ("a stream in this machine", Domain::UNIX, Type::STREAM, None),
        ("messages in this machine", Domain::UNIX, Type::DGRAM, None),
        ("connected messages", Domain::UNIX, Type::SEQPACKET, None),
        ("the same over IPv4", Domain::IPV4, Type::SEQPACKET, None),
        (
            "bare IPv4 packets",
            Domain::IPV4,
            Type::RAW,
            Some(Protocol::ICMPV4),
        ),
        // Domain and Type are thin: any number can be made one.
        ("no such family", Domain::from(99), Type::STREAM, None),
        ("no such type", Domain::IPV4, Type::from(15), None),
    ];
    let mut sockets = Vec::new();
    for (what, domain, kind, protocol) in kinds {
        let answer = stage.taught(|| with_socket2::socket(domain, kind, protocol));
        tell(stage, what, &answer);
        sockets.extend(answer);
    }
    judge(stage, sockets.len(), kinds.len());
    Ok(())
}

pub(crate) fn program_std(stage: &mut Stage) -> Played {
    // In std a type of Rust stands for family and type. There is none for the other sorts of socket.
    let ipv6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, 0, 0, 0);
    let tcp = stage.taught(|| TcpListener::bind(ANY_PORT));
    tell(stage, "TCP over IPv4", &tcp);
    let udp = stage.taught(|| UdpSocket::bind(ANY_PORT));
    tell(stage, "UDP over IPv4", &udp);
    let tcp6 = stage.taught(|| TcpListener::bind(ipv6));
    tell(stage, "TCP over IPv6", &tcp6);
    let udp6 = stage.taught(|| UdpSocket::bind(ipv6));
    tell(stage, "UDP over IPv6", &udp6);
    // A stream in this machine needs a path, or it is made as a pair: both ends at once.
    let pair = stage.taught(UnixStream::pair).map(|(one, _other)| one);
    tell(stage, "a stream in this machine", &pair);
    // The one function of std that makes a socket and nothing more.
    let messages = stage.taught(UnixDatagram::unbound);
    tell(stage, "messages in this machine", &messages);

    let answers = [
        tcp.is_ok(),
        udp.is_ok(),
        tcp6.is_ok(),
        udp6.is_ok(),
        pair.is_ok(),
        messages.is_ok(),
    ];
    let made = answers.iter().filter(|made| **made).count();
    judge(stage, made, answers.len());
    Ok(())
}

/// One answer: a descriptor, or the error that says what did not fit.
fn tell<S: AsRawFd, E: Error + 'static>(stage: &Stage, what: &str, answer: &Result<S, E>) {
    match answer {
        Ok(socket) => stage.say(format!("{what}: descriptor {}", socket.as_raw_fd())),
        Err(error) => stage.found_error(what, error),
    }
}

/// What the scene is judged by. How many there are is for the kernel to say.
fn judge(stage: &Stage, made: usize, asked: usize) {
    let token = if made > 0 { "made" } else { "none" };
    stage.found(token, format!("{made} of {asked} were made"));
}
