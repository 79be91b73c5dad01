//! `self-connect`: call a port of one's own machine from that very port, and be connected to oneself.
//!
//! TCP allows both ends to call at the same time (RFC 9293, figure 8), and does not mind that they
//! are one socket. Here bind chooses the port, so that it happens for certain.
//! Without bind it happens by chance: a client calls again and again because its server is not up,
//! the server's port lies in the ephemeral range, and one day connect picks just that port.

use std::fmt::Display;
use std::io::Read;
use std::os::fd::AsRawFd;

use lab::{ANY_PORT, Part, Played, Scene, Sign, Stage};
use libc::socklen_t;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, SockaddrIn};
use nix::unistd::close; // step 6
use socket2::{Domain, Type};
use step01_socket as step01;
use step02_bind_listen as step02;
use step03_accept as step03;
use step04_connect::{with_libc, with_nix, with_socket2};

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(client_libc),
        Part::Plays(client_nix),
        Part::Plays(client_socket2),
        Part::RuledOut(
            "std cannot choose the client's port. But the kernel can, by chance, \
             and then a TcpStream too talks to itself: the check is the same",
        ),
    ];
    Scene::mistake(
        "self-connect",
        "connect to the port that the socket itself is bound to",
    )
    .wire()
    .actor("client", parts)
    .breaks(&[Sign::Found("client", "echo")])
    .shows(&[Sign::Found("client", "noticed")])
    .cause(
        "The socket has the very port it calls, so its SYN arrives at itself. To TCP that is two \
         ends that call each other at the same time, and it makes a connection of one socket.",
    )
    .repair("after connect compare the two addresses, and drop a connection to oneself")
    .hints(&[
        "There is only one program here. Who answered?",
        "Look at the two addresses of the socket, by getsockname and getpeername.",
        "A connection whose local address is also its peer's is one with itself.",
    ])
}

const HELLO: &[u8] = b"hello";

fn client_libc(stage: &mut Stage) -> Played {
    let fd = step02::with_libc::bound_to(ANY_PORT)?;
    let local = step02::with_libc::local_address(fd)?;
    let address = step02::with_libc::sockaddr_in(local);
    let length = size_of_val(&address) as socklen_t;
    // SAFETY: `length` is the size of `address`, which lives until after the call.
    let connect = || unsafe { with_libc::connect(fd, (&raw const address).cast(), length) };
    stage.taught(connect)?;
    let peer = step03::with_libc::peer_address(fd)?;
    if stage.repaired() && peer == local {
        noticed(stage, peer);
        return Ok(close(fd)?);
    }
    // WRONG to talk before a look at `peer`. (send and recv are step 5.)
    // SAFETY: pointer and length are of one slice, and the kernel only reads from it.
    let sent = unsafe { libc::send(fd, HELLO.as_ptr().cast(), HELLO.len(), 0) };
    step01::with_libc::cvt(sent)?;
    let mut buffer = [0; 16];
    // SAFETY: pointer and length are of one slice, which is ours alone while the kernel writes.
    let received = unsafe { libc::recv(fd, buffer.as_mut_ptr().cast(), buffer.len(), 0) };
    let received = step01::with_libc::cvt(received)? as usize;
    judge(stage, &buffer[..received]);
    Ok(close(fd)?)
}

fn client_nix(stage: &mut Stage) -> Played {
    let none = SockFlag::empty();
    let socket = step01::with_nix::socket(AddressFamily::Inet, SockType::Stream, none, None)?;
    step02::with_nix::bind(&socket, &SockaddrIn::from(ANY_PORT))?;
    let local = step02::with_nix::local_address(&socket)?;
    stage.taught(|| with_nix::connect(&socket, &local))?;
    let peer = step03::with_nix::peer_address(&socket)?;
    if stage.repaired() && peer == local {
        noticed(stage, peer);
        return Ok(());
    }
    // WRONG to talk before a look at `peer`.
    nix::sys::socket::send(socket.as_raw_fd(), HELLO, MsgFlags::empty())?;
    let mut buffer = [0; 16];
    let received = nix::sys::socket::recv(socket.as_raw_fd(), &mut buffer, MsgFlags::empty())?;
    judge(stage, &buffer[..received]);
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let mut socket = step01::with_socket2::socket(Domain::IPV4, Type::STREAM, None)?;
    step02::with_socket2::bind(&socket, &ANY_PORT.into())?;
    let local = step02::with_socket2::local_address(&socket)?;
    stage.taught(|| with_socket2::connect(&socket, &local))?;
    let peer = step03::with_socket2::peer_address(&socket)?;
    if stage.repaired() && peer == local {
        noticed(stage, peer.as_socket_ipv4().unwrap_or(ANY_PORT));
        return Ok(());
    }
    // WRONG to talk before a look at `peer`.
    socket.send(HELLO)?;
    let mut buffer = [0; 16];
    let received = socket.read(&mut buffer)?;
    judge(stage, &buffer[..received]);
    Ok(())
}

/// What the broken twin is judged by: its own words have come back.
fn judge(stage: &Stage, received: &[u8]) {
    let token = if received == HELLO { "echo" } else { "other" };
    let [sent, received] = [HELLO, received].map(String::from_utf8_lossy);
    stage.found(token, format!("sent {sent:?}, received {received:?}"));
}

fn noticed(stage: &Stage, both: impl Display) {
    stage.found(
        "noticed",
        format!("I am {both}, and so is my peer: this is no server"),
    );
}
