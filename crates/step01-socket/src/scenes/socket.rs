//! The main scene, layer by layer: three sockets, and the numbers they get.

use std::net::TcpListener;
use std::os::fd::AsRawFd;

use lab::{ANY_PORT, Played, Stage};
use nix::sys::socket::{AddressFamily, SockFlag, SockType};
use socket2::{Domain, Type};
use step01_socket::{with_libc, with_nix, with_socket2, with_std};

pub(crate) fn program_libc(stage: &mut Stage) -> Played {
    let first = stage.taught(|| with_libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0))?;
    stage.say(format!("the first socket is descriptor {first}"));
    let second = with_libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    stage.say(format!("the second is descriptor {second}"));
    // A number has no owner: nothing closes it but this line (step 6).
    // SAFETY: `close` takes a number by value; this function opened it, and makes no more calls with it.
    unsafe { libc::close(first) };
    let third = with_libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    judge(stage, first, third);
    // The other two are never closed by hand: the kernel closes what a process leaves open.
    Ok(())
}

pub(crate) fn program_nix(stage: &mut Stage) -> Played {
    let none = SockFlag::empty();
    let first =
        stage.taught(|| with_nix::socket(AddressFamily::Inet, SockType::Stream, none, None))?;
    let number = first.as_raw_fd();
    stage.say(format!("the first socket is descriptor {number}"));
    let second = with_nix::socket(AddressFamily::Inet, SockType::Stream, none, None)?;
    stage.say(format!("the second is descriptor {}", second.as_raw_fd()));
    // An OwnedFd closes its descriptor when it is dropped.
    drop(first);
    let third = with_nix::socket(AddressFamily::Inet, SockType::Stream, none, None)?;
    judge(stage, number, third.as_raw_fd());
    Ok(())
}

pub(crate) fn program_socket2(stage: &mut Stage) -> Played {
    let first = stage.taught(|| with_socket2::socket(Domain::IPV4, Type::STREAM, None))?;
    let number = first.as_raw_fd();
    stage.say(format!("the first socket is descriptor {number}"));
    let second = with_socket2::socket(Domain::IPV4, Type::STREAM, None)?;
    stage.say(format!("the second is descriptor {}", second.as_raw_fd()));
    // A Socket closes its descriptor when it is dropped.
    drop(first);
    let third = with_socket2::socket(Domain::IPV4, Type::STREAM, None)?;
    judge(stage, number, third.as_raw_fd());
    Ok(())
}

pub(crate) fn program_std(stage: &mut Stage) -> Played {
    // std has no TCP socket that is nothing but a socket: it comes bound and listening (step 2).
    let first = stage.taught(|| TcpListener::bind(ANY_PORT))?;
    let number = first.as_raw_fd();
    stage.say(format!("the first socket is descriptor {number}"));

    // Down a layer: socket2 makes the second. And back: std becomes its owner.
    let socket = with_socket2::socket(Domain::IPV4, Type::STREAM, None)?;
    let second = with_std::stream_from(socket.into());
    stage.say(format!(
        "the second, of socket2, is descriptor {} and now a TcpStream",
        second.as_raw_fd()
    ));

    // The other way: std gives the first one up, and whoever owns the descriptor closes it.
    drop(with_std::into_descriptor(first));
    let third = with_socket2::socket(Domain::IPV4, Type::STREAM, None)?;
    judge(stage, number, third.as_raw_fd());
    Ok(())
}

/// What the scene is judged by: whether a number that was closed is given out again.
fn judge(stage: &Stage, closed: i32, next: i32) {
    let token = if next == closed { "lowest" } else { "another" };
    stage.found(
        token,
        format!("descriptor {closed} was closed, and the next socket is {next}"),
    );
}
