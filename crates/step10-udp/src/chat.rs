//! A chat for the local network: what is typed goes to one peer, what the peer sends is shown.
//!
//! Each side has one socket, bound to its own address and connected to the peer's. Where both addresses are
//! the same the socket is connected to itself, and the chat talks to itself.
//!
//! Keyboard and socket are waited for at the same time, each by a thread of its own; step 15 does it with one.
//! At the end `shutdown` wakes the thread that receives, when it has shown what had arrived before.

mod lines;

use std::net::Shutdown;
use std::thread;

use lab::{Command, Given, OnCall, Opt, Played, Takes, layers};
use nix::sys::socket::{self, MsgFlags};
use socket2::SockRef;
use step05_send_recv as step05;
use step06_close as step06;
use step10_udp::{with_libc, with_nix, with_socket2, with_std};

use lines::{Ends, joined, receive_lines, send_lines};

pub(crate) fn command() -> Command {
    Command {
        name: "chat",
        about: "a chat with one peer, or with itself where both addresses are the same",
        takes_address: false,
        options: &[
            Opt {
                name: "--me",
                takes: Takes::AddressOr("127.0.0.1:9000"),
                about: "your own address, 127.0.0.1:9000 unless given",
            },
            Opt {
                name: "--peer",
                takes: Takes::AddressOr("127.0.0.1:9000"),
                about: "the other one's address, 127.0.0.1:9000 unless given",
            },
        ],
        jobs: layers!(chat),
    }
}

fn chat_libc(given: &Given) -> Played {
    let ends = Ends::of(given)?;
    let socket = with_libc::bound_to(ends.me).on("bind", ends.me)?;
    with_libc::set_peer(socket, ends.peer).on("connect", ends.peer)?;
    ends.say()?;
    let recv = |buffer: &mut [u8]| step05::with_libc::recv(socket, buffer, 0);
    thread::scope(|scope| {
        let receiver = scope.spawn(|| receive_lines(&ends, recv));
        let sent = send_lines(&ends, |line| step05::with_libc::send(socket, line, 0));
        step06::with_libc::shutdown(socket, libc::SHUT_RD)?;
        joined(sent, receiver)
    })?;
    step06::with_libc::close(socket)?;
    Ok(())
}

fn chat_nix(given: &Given) -> Played {
    let ends = Ends::of(given)?;
    let socket = with_nix::bound_to(ends.me).on("bind", ends.me)?;
    with_nix::set_peer(&socket, ends.peer).on("connect", ends.peer)?;
    ends.say()?;
    let none = MsgFlags::empty();
    let recv = |buffer: &mut [u8]| step05::with_nix::recv(&socket, buffer, none);
    thread::scope(|scope| {
        let receiver = scope.spawn(|| receive_lines(&ends, recv));
        let sent = send_lines(&ends, |line| step05::with_nix::send(&socket, line, none));
        step06::with_nix::shutdown(&socket, socket::Shutdown::Read)?;
        joined(sent, receiver)
    })
}

fn chat_socket2(given: &Given) -> Played {
    let ends = Ends::of(given)?;
    let socket = with_socket2::bound_to(ends.me).on("bind", ends.me)?;
    with_socket2::set_peer(&socket, ends.peer).on("connect", ends.peer)?;
    ends.say()?;
    // As a `Read`, the socket receives into bytes that have a value already.
    let recv = |buffer: &mut [u8]| step05::with_socket2::read(&socket, buffer);
    thread::scope(|scope| {
        let receiver = scope.spawn(|| receive_lines(&ends, recv));
        let sent = send_lines(&ends, |line| step05::with_socket2::send(&socket, line));
        step06::with_socket2::shutdown(&socket, Shutdown::Read)?;
        joined(sent, receiver)
    })
}

/// std's `UdpSocket` has no `shutdown`, so socket2 borrows the descriptor for that call.
fn chat_std(given: &Given) -> Played {
    let ends = Ends::of(given)?;
    let socket = with_std::bound_to(ends.me).on("bind", ends.me)?;
    with_std::set_peer(&socket, ends.peer).on("connect", ends.peer)?;
    ends.say()?;
    let recv = |buffer: &mut [u8]| with_std::recv(&socket, buffer);
    thread::scope(|scope| {
        let receiver = scope.spawn(|| receive_lines(&ends, recv));
        let sent = send_lines(&ends, |line| with_std::send(&socket, line));
        step06::with_socket2::shutdown(&SockRef::from(&socket), Shutdown::Read)?;
        joined(sent, receiver)
    })
}
