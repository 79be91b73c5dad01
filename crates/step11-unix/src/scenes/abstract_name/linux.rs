//! Abstract names, layer by layer.

use std::fs;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};

use lab::{Played, Stage};
use nix::sys::socket::{Backlog, UnixAddr};
use socket2::SockAddr;
use step03_accept as step03;
use step11_unix::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::close;

pub(crate) fn needed() -> Result<(), String> {
    Ok(())
}

pub(crate) fn server_libc(stage: &mut Stage) -> Played {
    let name = own_name();
    let address = with_libc::address::abstract_sockaddr_un(name.as_bytes())?;
    let listener = stage.taught(|| with_libc::listen_at(&address, 1))?;
    count_files(stage)?;
    stage.cue("listening", &name);
    let (connection, _) = with_libc::accept_peer(listener)?;
    close(connection);
    close(listener);
    let again = with_libc::listen_at(&address, 1)?;
    close(again);
    Ok(())
}

pub(crate) fn server_nix(stage: &mut Stage) -> Played {
    let name = own_name();
    let address = UnixAddr::new_abstract(name.as_bytes())?;
    let listener = stage.taught(|| with_nix::listen_at(&address, Backlog::new(1)?))?;
    count_files(stage)?;
    stage.cue("listening", &name);
    drop(step03::with_nix::accept(&listener)?);
    drop(listener);
    with_nix::listen_at(&address, Backlog::new(1)?)?;
    Ok(())
}

pub(crate) fn server_socket2(stage: &mut Stage) -> Played {
    let name = own_name();
    // A path that begins with a NUL: socket2 takes it for an abstract name.
    let address = SockAddr::unix(format!("\0{name}"))?;
    let listener = stage.taught(|| with_socket2::listen_at(&address, 1))?;
    count_files(stage)?;
    stage.cue("listening", &name);
    drop(step03::with_socket2::accept(&listener)?);
    drop(listener);
    with_socket2::listen_at(&address, 1)?;
    Ok(())
}

pub(crate) fn server_std(stage: &mut Stage) -> Played {
    let name = own_name();
    let listener = stage.taught(|| with_std::listen_at_abstract(name.as_bytes()))?;
    count_files(stage)?;
    stage.cue("listening", &name);
    drop(with_std::accept(&listener)?);
    drop(listener);
    with_std::listen_at_abstract(name.as_bytes())?;
    Ok(())
}

/// Connects, and waits until the server has closed.
pub(crate) fn client(stage: &mut Stage) -> Played {
    let name = stage.wait("listening");
    let address = SocketAddr::from_abstract_name(name)?;
    io::read_to_string(UnixStream::connect_addr(&address)?)?;
    Ok(())
}

/// A name of this scene alone. Abstract names are one space for the whole machine (the network namespace),
/// whatever folder a program is in; so the number of the process makes it unique, always seven digits long.
pub(crate) fn own_name() -> String {
    format!("chat-{:07}", std::process::id())
}

/// Nothing was made in the folder.
fn count_files(stage: &Stage) -> Played {
    let count = fs::read_dir(".")?.count();
    stage.say(format!("files in the folder: {count}"));
    stage.cue("files", count);
    Ok(())
}
