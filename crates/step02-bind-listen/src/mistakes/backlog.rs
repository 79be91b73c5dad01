//! `backlog`: a queue for one, a busy server, and more clients than the queue can hold.
//!
//! `backlog` bounds the queue of connections whose handshake is complete and that are not accepted
//! yet. On Linux the queue is full when it holds one more than that number. The kernel then drops
//! what the next client sends, and the client sleeps in connect. Its TCP sends again, first after
//! about one second; if an accept has made room by then, connect returns as if nothing had been.
//! The scene does not wait that long. On other systems the client may be refused instead.
//!
//! `backlog` does not bound the number of clients: who is accepted has left the queue.
//! A larger one gives time, no more. The cure for a busy server is to accept at once (step 12).

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::os::fd::FromRawFd;

use lab::{ANY_PORT, OnCall, Part, Played, Scene, Sign, Stage};
use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, SockaddrIn};
use socket2::{Domain, Type};
use step01_socket::{with_nix as nix_socket, with_socket2 as socket2_socket};
use step02_bind_listen::{with_libc, with_nix, with_socket2, with_std};

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(server_libc),
        Part::Plays(server_nix),
        Part::Plays(server_socket2),
        Part::Handled(server_std, "std asks for 128, and lets nobody choose"),
    ];
    Scene::mistake(
        "backlog",
        "a queue for one, and a server that is busy while more connections come",
    )
    .wire()
    .core()
    .actor("server", parts)
    .peer("client", client)
    .needs(machine)
    .breaks(&[Sign::Stuck(&[("server", "recv"), ("client", "connect")])])
    .shows(&[Sign::Found("client", "all connected")])
    .cause(
        "on Linux a queue with backlog 1 is full with 2 connections. The next client waits in \
         connect until an accept makes room. The client that was accepted does not count: backlog \
         is not the most clients one can have.",
    )
    .repair("a larger backlog, room for all who come meanwhile")
    .hints(&[
        "One connection was accepted, and two more are made. What became of the fourth?",
        "Nobody refused it. The client sleeps in connect: what does it wait for?",
        "How many connections may wait for accept? See the number that listen was given.",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let backlog = backlog(stage);
    let fd = with_libc::bound_to(ANY_PORT)?;
    stage.taught(|| with_libc::listen(fd, backlog))?;
    // SAFETY: the descriptor came from socket, and nothing but the listener closes it from here on.
    let listener = unsafe { TcpListener::from_raw_fd(fd) };
    serve_one_client(stage, &listener)
}

fn server_nix(stage: &mut Stage) -> Played {
    let backlog = Backlog::new(backlog(stage))?;
    let none = SockFlag::empty();
    let listener = nix_socket::socket(AddressFamily::Inet, SockType::Stream, none, None)?;
    with_nix::bind(&listener, &SockaddrIn::from(ANY_PORT))?;
    stage.taught(|| with_nix::listen(&listener, backlog))?;
    serve_one_client(stage, &TcpListener::from(listener))
}

fn server_socket2(stage: &mut Stage) -> Played {
    let backlog = backlog(stage);
    let listener = socket2_socket::socket(Domain::IPV4, Type::STREAM, None)?;
    with_socket2::bind(&listener, &ANY_PORT.into())?;
    stage.taught(|| with_socket2::listen(&listener, backlog))?;
    serve_one_client(stage, &TcpListener::from(listener))
}

/// There is no number to write here.
fn server_std(stage: &mut Stage) -> Played {
    let listener = stage.taught(|| with_std::listen_on(ANY_PORT))?;
    serve_one_client(stage, &listener)
}

/// Accepts the first client (step 3) and then is busy: it waits for what that client has to say
/// (step 5). In std, whatever the layer: not what is taught here.
fn serve_one_client(stage: &mut Stage, listener: &TcpListener) -> Played {
    stage.cue("listening", listener.local_addr()?);
    let (mut first, _) = listener.accept()?;
    stage.cue("accepted", "the first client");
    stage.wait("two more");
    let mut buffer = [0; 16];
    let count = first.read(&mut buffer)?;
    stage.say(format!("the first client ended; it sent {count} bytes"));
    // Who closes first decides which end sends which packet.
    stage.wait_done("client");
    Ok(())
}

/// Four connections, one after the other, as four clients would make them. None says anything.
fn client(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let first = TcpStream::connect(address).on("connect", address)?;
    stage.wait("accepted");
    let mut connected = vec![first];
    connected.push(TcpStream::connect(address).on("connect", address)?);
    connected.push(TcpStream::connect(address).on("connect", address)?);
    stage.say(format!("{} connections", connected.len()));
    stage.cue("two more", connected.len());
    connected.push(TcpStream::connect(address).on("connect", address)?);
    let count = connected.len();
    stage.found("all connected", format!("{count} connections"));
    Ok(())
}

/// What a full queue does to the next client differs from system to system.
fn machine() -> Result<(), String> {
    if cfg!(target_os = "linux") {
        Ok(())
    } else {
        Err("only Linux lets the client wait when the queue is full".to_owned())
    }
}

fn backlog(stage: &Stage) -> i32 {
    if stage.repaired() {
        8
    } else {
        1 // WRONG for a server that does not accept at once
    }
}
