//! `descriptor-as-text`: the number of a descriptor is sent, as if it were the descriptor.

use std::net::SocketAddrV4;
use std::os::fd::{AsRawFd, RawFd};
use std::path::Path;

use lab::{ANY_PORT, Part, Played, Scene, Sign, Stage, Trouble};
use nix::sys::socket::{self, Backlog, MsgFlags, SockaddrStorage, UnixAddr};
use step02_bind_listen as step02;
use step03_accept as step03;
use step05_send_recv as step05;
use step11_unix::with_libc::{self, message};
use step11_unix::with_nix;

use crate::scenes::pass_descriptor::{BESIDE, nothing};
use crate::scenes::{PATH, ROOM, close};

pub(crate) fn scene() -> Scene {
    let ruled_out = "only `unsafe` makes a socket of a number (from_raw_fd): who writes it \
                     promises that the number is an open descriptor of this process";
    let receiver = [
        Part::Plays(receiver_libc),
        Part::Plays(receiver_nix),
        Part::RuledOut(ruled_out),
        Part::RuledOut(ruled_out),
    ];
    let sender = [
        Part::Plays(sender_libc),
        Part::Plays(sender_nix),
        Part::RuledOut(ruled_out),
        Part::RuledOut(ruled_out),
    ];
    Scene::mistake(
        "descriptor-as-text",
        "a process sends the number of its TCP listener to another, as text",
    )
    .core()
    .at_path(PATH)
    .actor("receiver", receiver)
    .actor("sender", sender)
    .breaks(&[Sign::Found("receiver", "another socket")])
    .shows(&[Sign::Found("receiver", "the listener")])
    .cause(
        "A descriptor is an index into a table that each process has for itself. In the receiver's table the same \
         number is another socket, or nothing at all.",
    )
    .repair("sendmsg with SCM_RIGHTS: the kernel puts the socket into the receiver's table")
    .hints(&[
        "The number arrived as it was sent. What does it stand for, and where?",
        "Which descriptor has this number in the receiver? Look at its first call.",
        "Who can put an open socket into another process's table?",
    ])
}

fn receiver_libc(stage: &mut Stage) -> Played {
    let address = with_libc::address::sockaddr_un(Path::new(PATH))?;
    let listener = with_libc::listen_at(&address, 1)?;
    stage.cue("listening", PATH);
    let (connection, _) = with_libc::accept_peer(listener)?;
    let mut buffer = [0; ROOM];
    let number = if stage.repaired() {
        let received = stage.taught(|| message::recvmsg(connection, &mut buffer, 1, 0))?;
        *received.descriptors.first().ok_or_else(nothing)?
    } else {
        // WRONG: it was an index into the sender's table, and is used as one into our own.
        let count = stage.taught(|| step05::with_libc::recv(connection, &mut buffer, 0))?;
        parse(&buffer[..count])?
    };
    let (mut found, mut length) = step02::with_libc::empty_address();
    let room = (&raw mut found).cast();
    // SAFETY: `length` is the size of `found`, and both live until after the call.
    unsafe { step02::with_libc::getsockname(number, room, &raw mut length) }?;
    judge(stage, number, step02::with_libc::socket_addr(&found).ok());
    Ok(())
}

fn sender_libc(stage: &mut Stage) -> Played {
    let passed = step02::with_libc::listen_on(ANY_PORT, 1)?;
    let address = with_libc::address::sockaddr_un(Path::new(&stage.wait("listening")))?;
    let connection = with_libc::connect_to(&address)?;
    if stage.repaired() {
        message::sendmsg(connection, BESIDE, &[passed], 0)?;
    } else {
        step05::with_libc::send(connection, passed.to_string().as_bytes(), 0)?;
    }
    close(connection);
    Ok(())
}

fn receiver_nix(stage: &mut Stage) -> Played {
    let listener = with_nix::listen_at(&UnixAddr::new(PATH)?, Backlog::new(1)?)?;
    stage.cue("listening", PATH);
    let connection = step03::with_nix::accept(&listener)?;
    let (mut buffer, flags) = ([0; ROOM], MsgFlags::empty());
    let mut owners = Vec::new();
    let number = if stage.repaired() {
        let received = stage.taught(|| with_nix::recvmsg(&connection, &mut buffer, 1, flags))?;
        owners.extend(received.descriptors);
        owners.first().ok_or_else(nothing)?.as_raw_fd()
    } else {
        // WRONG: it was an index into the sender's table, and is used as one into our own.
        let count = stage.taught(|| step05::with_nix::recv(&connection, &mut buffer, flags))?;
        parse(&buffer[..count])?
    };
    // nix takes any number here, and so lets it happen.
    let found = socket::getsockname::<SockaddrStorage>(number)?;
    judge(
        stage,
        number,
        found.as_sockaddr_in().map(|found| (*found).into()),
    );
    Ok(())
}

fn sender_nix(stage: &mut Stage) -> Played {
    let passed = step02::with_nix::listen_on(ANY_PORT, Backlog::new(1)?)?;
    let (number, flags) = (passed.as_raw_fd(), MsgFlags::empty());
    let connection = with_nix::connect_to(Path::new(&stage.wait("listening")))?;
    if stage.repaired() {
        with_nix::sendmsg(&connection, BESIDE, &[number], flags)?;
    } else {
        step05::with_nix::send(&connection, number.to_string().as_bytes(), flags)?;
    }
    Ok(())
}

fn parse(text: &[u8]) -> Result<RawFd, Trouble> {
    let text = String::from_utf8_lossy(text);
    let wrong = |_| Trouble::new(format!("{text:?} is not the number of a descriptor"));
    text.parse().map_err(wrong)
}

fn judge(stage: &Stage, number: RawFd, found: Option<SocketAddrV4>) {
    match found {
        Some(local) => stage.found(
            "the listener",
            format!("descriptor {number} is the listener on {local}"),
        ),
        None => stage.found(
            "another socket",
            format!("descriptor {number} is no TCP listener here: it is another socket"),
        ),
    }
}
