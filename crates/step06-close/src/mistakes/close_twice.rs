//! `close-twice`: a number is closed twice, and in between another socket has got it.

use std::io::Read;
use std::net::TcpListener;
use std::os::fd::AsRawFd;

use lab::{ANY_PORT, Layer, OnCall, Part, Played, Scene, Sign, Stage};
use nix::sys::socket::MsgFlags;
use nix::unistd;
use step04_connect as step04;
use step05_send_recv as step05;
use step06_close::with_libc;

/// A debug build asks before an owner closes, and aborts when the descriptor is not open.
/// It finds out only now, with the socket that has lost its descriptor; a release build never does.
const OWNER_FINDS_OUT: &[Sign] = if cfg!(debug_assertions) {
    &[Sign::Killed("client", libc::SIGABRT)]
} else {
    &[]
};

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(client_libc),
        Part::Plays(client_nix),
        Part::RuledOut("to close a Socket is to use it up: a second time does not compile"),
        Part::RuledOut("to close a TcpStream is to use it up: a second time does not compile"),
    ];
    Scene::mistake(
        "close-twice",
        "the first connection is closed twice, and it is the second one that dies",
    )
    .wire()
    .actor("client", parts)
    .peer("server", server)
    .breaks(&[Sign::Found("client", "EBADF")])
    .breaks_in(Layer::Nix, OWNER_FINDS_OUT)
    .shows(&[Sign::Found("client", "sent")])
    .cause(
        "close gives the number back, and the next socket gets the lowest free one: the same. \
         So the second close finds an open descriptor, and closes somebody else's.",
    )
    .repair("close once; best let an owner do it, which cannot do it twice")
    .hints(&[
        "Every close returned 0. Which socket did each of them close?",
        "Look at the numbers that the two calls of socket returned.",
        "Who owned number 3 when it was closed for the second time?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let first = step04::with_libc::connect_to(address).on("connect", address)?;
    with_libc::close(first)?;
    stage.wait("first");
    let second = step04::with_libc::connect_to(address).on("connect", address)?;
    stage.say(format!("first was {first}, second is {second}"));
    if !stage.repaired() {
        // WRONG: the number is no longer ours to close. It is `second` by now.
        stage.taught(|| with_libc::close(first))?;
    }
    match step05::with_libc::send(second, b"hello", 0) {
        Ok(_) => {
            stage.found("sent", "the second connection works");
            stage.wait("second");
            with_libc::close(second)?;
        }
        Err(error) => stage.found_error("send", &error),
    }
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    let first = step04::with_nix::connect_to(address).on("connect", address)?;
    let number = first.as_raw_fd();
    let owner = if stage.repaired() {
        unistd::close(first)?;
        None
    } else {
        // WRONG: closes the number, and `first` still thinks that it owns it.
        unistd::close(number)?;
        Some(first)
    };
    stage.wait("first");
    let second = step04::with_nix::connect_to(address).on("connect", address)?;
    stage.say(format!(
        "first was {number}, second is {}",
        second.as_raw_fd()
    ));
    // The owner closes what it owns, once. But the number is `second` by now.
    stage.taught(|| drop(owner));
    match step05::with_nix::send(&second, b"hello", MsgFlags::empty()) {
        Ok(_) => {
            stage.found("sent", "the second connection works");
            stage.wait("second");
        }
        Err(errno) => stage.found_error("send", &errno),
    }
    // On drop `second` closes a number that is not open: see OWNER_FINDS_OUT.
    Ok(())
}

fn server(stage: &mut Stage) -> Played {
    let listener = TcpListener::bind(ANY_PORT)?;
    stage.cue("listening", listener.local_addr()?);
    for which in ["first", "second"] {
        let (mut connection, _) = listener.accept()?;
        let count = connection.read(&mut [0; 64])?;
        stage.say(format!("the {which} connection: recv returned {count}"));
        // The client goes on when this is closed: who closes first decides which end sends which packet.
        drop(connection);
        stage.cue(which, count);
    }
    Ok(())
}
