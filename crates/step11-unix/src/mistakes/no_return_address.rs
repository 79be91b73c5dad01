//! `no-return-address`: a datagram from a socket without a name, which nobody can answer.

use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;
use std::os::unix::net::UnixDatagram;

use lab::{Played, Scene, Sign, Stage, layers};
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, UnixAddr};
use socket2::{Domain, SockAddr, Type};
use step01_socket as step01;
use step04_connect as step04;
use step05_send_recv as step05;
use step11_unix::{with_libc, with_nix, with_socket2};

use crate::scenes::{PATH, ROOM};

/// Where the client can be answered.
const REPLY: &str = "reply";

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "no-return-address",
        "a client sends a datagram from a socket that it never bound, and waits for an answer",
    )
    .at_path(PATH)
    .actor(
        "client",
        layers(client_libc, client_nix, client_socket2, client_std),
    )
    .peer("server", server)
    .breaks(&[Sign::Found("server", "nobody"), Sign::Found("client", "no answer")])
    .shows(&[Sign::Found("server", "answered"), Sign::Found("client", "hi")])
    .cause(
        "A Unix socket has no name until somebody binds one; there is no ephemeral port to be given by the way, \
         as UDP has. A datagram is answered to its sender's address, and here there is none.",
    )
    .repair("bind the client too, to a path of its own (and unlink it afterwards)")
    .hints(&[
        "The datagram arrived. What does the server know of the sender?",
        "Look at the address that recvfrom brought.",
        "UDP gives a port to a sender that has none. What would that be here?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let to = with_libc::address::sockaddr_un(stage.wait("bound").as_ref())?;
    let fd = if stage.repaired() {
        let own = with_libc::address::sockaddr_un(REPLY.as_ref())?;
        stage.taught(|| with_libc::bound_at(libc::SOCK_DGRAM, &own))?
    } else {
        // WRONG: a socket without a name.
        stage.taught(|| step01::with_libc::socket(libc::AF_UNIX, libc::SOCK_DGRAM, 0))?
    };
    with_libc::set_peer(fd, &to)?;
    step05::with_libc::send(fd, b"hello", 0)?;
    wait_for_the_server(stage);
    let mut buffer = [0; ROOM];
    let answer = step05::with_libc::recv(fd, &mut buffer, libc::MSG_DONTWAIT);
    judge(stage, answer, &buffer)
}

fn client_nix(stage: &mut Stage) -> Played {
    let to = UnixAddr::new(stage.wait("bound").as_str())?;
    let fd = if stage.repaired() {
        let own = UnixAddr::new(REPLY)?;
        stage.taught(|| with_nix::bound_at(SockType::Datagram, &own))?
    } else {
        // WRONG: a socket without a name.
        let (kind, none) = (SockType::Datagram, SockFlag::empty());
        stage.taught(|| step01::with_nix::socket(AddressFamily::Unix, kind, none, None))?
    };
    step04::with_nix::connect(&fd, &to)?;
    step05::with_nix::send(&fd, b"hello", MsgFlags::empty())?;
    wait_for_the_server(stage);
    let mut buffer = [0; ROOM];
    let answer = step05::with_nix::recv(&fd, &mut buffer, MsgFlags::MSG_DONTWAIT);
    judge(stage, answer.map_err(io::Error::from), &buffer)
}

fn client_socket2(stage: &mut Stage) -> Played {
    let to = SockAddr::unix(stage.wait("bound"))?;
    let socket = if stage.repaired() {
        let own = SockAddr::unix(REPLY)?;
        stage.taught(|| with_socket2::bound_at(Type::DGRAM, &own))?
    } else {
        // WRONG: a socket without a name.
        stage.taught(|| step01::with_socket2::socket(Domain::UNIX, Type::DGRAM, None))?
    };
    step04::with_socket2::connect(&socket, &to)?;
    step05::with_socket2::send(&socket, b"hello")?;
    wait_for_the_server(stage);
    let mut buffer = [MaybeUninit::new(0); ROOM];
    let answer = socket.recv_with_flags(&mut buffer, libc::MSG_DONTWAIT);
    // SAFETY: every byte was given a value when the buffer was made, and a call only gives it another.
    let buffer = unsafe { buffer.assume_init_ref() };
    judge(stage, answer, buffer)
}

fn client_std(stage: &mut Stage) -> Played {
    let to = stage.wait("bound");
    let socket = if stage.repaired() {
        stage.taught(|| UnixDatagram::bind(REPLY))?
    } else {
        // WRONG: a socket without a name.
        stage.taught(UnixDatagram::unbound)?
    };
    socket.connect(to)?;
    socket.send(b"hello")?;
    wait_for_the_server(stage);
    socket.set_nonblocking(true)?;
    let mut buffer = [0; ROOM];
    judge(stage, socket.recv(&mut buffer), &buffer)
}

fn wait_for_the_server(stage: &mut Stage) {
    stage.cue("sent", "");
    stage.wait("served");
}

fn judge(stage: &Stage, answer: io::Result<usize>, buffer: &[u8]) -> Played {
    let heard = |count: usize| buffer[..count].escape_ascii();
    match answer {
        Ok(count) => stage.found(heard(count), format!("answered: \"{}\"", heard(count))),
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            stage.found("no answer", "no answer")
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Answers who can be answered.
fn server(stage: &mut Stage) -> Played {
    let socket = UnixDatagram::bind(PATH)?;
    stage.cue("bound", PATH);
    stage.wait("sent");
    let (_, sender) = socket.recv_from(&mut [0; ROOM])?;
    match sender.as_pathname() {
        Some(path) => {
            socket.send_to(b"hi", path)?;
            stage.found("answered", format!("answered {}", path.display()));
        }
        None => stage.found("nobody", "a datagram from nobody: no path to answer to"),
    }
    stage.cue("served", "");
    Ok(())
}
