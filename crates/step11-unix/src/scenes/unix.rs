//! The main scene, layer by layer.

use std::io::{Read, Write};
use std::mem::MaybeUninit;
use std::path::Path;

use lab::{Played, Stage};
use nix::sys::socket::{Backlog, MsgFlags, UnixAddr};
use socket2::SockAddr;
use step03_accept as step03;
use step05_send_recv as step05;
use step11_unix::{with_libc, with_nix, with_socket2, with_std};

use super::{PATH, ROOM, close, heard, look, unlink};

pub(crate) fn server_libc(stage: &mut Stage) -> Played {
    let address = with_libc::address::sockaddr_un(Path::new(PATH))?;
    let listener = stage.taught(|| with_libc::listen_at(&address, 1))?;
    look(stage, "after bind");
    stage.cue("listening", PATH);
    let (connection, peer) = stage.taught(|| with_libc::accept_peer(listener))?;
    let name = peer.name();
    stage.say(format!("the client's name has {} bytes", name.len()));
    let mut buffer = [0; ROOM];
    let count = step05::with_libc::recv(connection, &mut buffer, 0)?;
    stage.say(heard(&buffer[..count]));
    step05::with_libc::send(connection, b"hi", 0)?;
    close(connection);
    close(listener);
    remove_the_file(stage)
}

pub(crate) fn client_libc(stage: &mut Stage) -> Played {
    let path = stage.wait("listening");
    let address = with_libc::address::sockaddr_un(Path::new(&path))?;
    let connection = with_libc::connect_to(&address)?;
    step05::with_libc::send(connection, b"hello", 0)?;
    let mut buffer = [0; ROOM];
    let count = step05::with_libc::recv(connection, &mut buffer, 0)?;
    stage.say(heard(&buffer[..count]));
    close(connection);
    Ok(())
}

pub(crate) fn server_nix(stage: &mut Stage) -> Played {
    let address = UnixAddr::new(PATH)?;
    let listener = stage.taught(|| with_nix::listen_at(&address, Backlog::new(1)?))?;
    look(stage, "after bind");
    stage.cue("listening", PATH);
    let connection = stage.taught(|| step03::with_nix::accept(&listener))?;
    let mut buffer = [0; ROOM];
    let count = step05::with_nix::recv(&connection, &mut buffer, MsgFlags::empty())?;
    stage.say(heard(&buffer[..count]));
    step05::with_nix::send(&connection, b"hi", MsgFlags::empty())?;
    drop(connection);
    drop(listener);
    remove_the_file(stage)
}

pub(crate) fn client_nix(stage: &mut Stage) -> Played {
    let path = stage.wait("listening");
    let connection = with_nix::connect_to(Path::new(&path))?;
    step05::with_nix::send(&connection, b"hello", MsgFlags::empty())?;
    let mut buffer = [0; ROOM];
    let count = step05::with_nix::recv(&connection, &mut buffer, MsgFlags::empty())?;
    stage.say(heard(&buffer[..count]));
    Ok(())
}

pub(crate) fn server_socket2(stage: &mut Stage) -> Played {
    let address = SockAddr::unix(PATH)?;
    let listener = stage.taught(|| with_socket2::listen_at(&address, 1))?;
    look(stage, "after bind");
    stage.cue("listening", PATH);
    let (connection, peer) = stage.taught(|| step03::with_socket2::accept(&listener))?;
    let named = if peer.is_unnamed() { "no" } else { "a" };
    stage.say(format!("the client has {named} name"));
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    stage.say(heard(step05::with_socket2::recv(&connection, &mut buffer)?));
    step05::with_socket2::send(&connection, b"hi")?;
    drop(connection);
    drop(listener);
    remove_the_file(stage)
}

pub(crate) fn client_socket2(stage: &mut Stage) -> Played {
    let path = stage.wait("listening");
    let connection = with_socket2::connect_to(Path::new(&path))?;
    step05::with_socket2::send(&connection, b"hello")?;
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    stage.say(heard(step05::with_socket2::recv(&connection, &mut buffer)?));
    Ok(())
}

pub(crate) fn server_std(stage: &mut Stage) -> Played {
    let listener = stage.taught(|| with_std::listen_at(Path::new(PATH)))?;
    look(stage, "after bind");
    stage.cue("listening", PATH);
    let (mut connection, peer) = stage.taught(|| with_std::accept(&listener))?;
    let named = if peer.is_unnamed() { "no" } else { "a" };
    stage.say(format!("the client has {named} name"));
    let mut buffer = [0; ROOM];
    let count = connection.read(&mut buffer)?;
    stage.say(heard(&buffer[..count]));
    connection.write_all(b"hi")?;
    drop(connection);
    drop(listener);
    remove_the_file(stage)
}

pub(crate) fn client_std(stage: &mut Stage) -> Played {
    let path = stage.wait("listening");
    let mut connection = with_std::connect_to(Path::new(&path))?;
    connection.write_all(b"hello")?;
    let mut buffer = [0; ROOM];
    let count = connection.read(&mut buffer)?;
    stage.say(heard(&buffer[..count]));
    Ok(())
}

/// The listener is closed, and its file is still there: to remove it is the program's business.
fn remove_the_file(stage: &Stage) -> Played {
    look(stage, "after close");
    unlink()?;
    look(stage, "after unlink");
    Ok(())
}
