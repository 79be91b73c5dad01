//! What each layer makes of a path: the address, the file, the errors, and what it adds.

#[path = "helpers/folder.rs"]
mod folder;
mod helpers;

use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::path::Path;

use nix::errno::Errno;
use nix::sys::socket::{Backlog, UnixAddr};
use socket2::SockAddr;
use step11_unix::with_libc::address::sockaddr_un;
use step11_unix::{with_libc, with_nix, with_socket2, with_std};

use folder::Folder;
use helpers::{closes_on_exec, owner};

#[test]
fn an_address_is_the_family_the_path_and_a_nul() {
    let address = sockaddr_un(Path::new("/tmp/chat")).unwrap();
    let family = std::mem::offset_of!(libc::sockaddr_un, sun_path);
    assert_eq!(address.length() as usize, family + "/tmp/chat\0".len());
    assert_eq!(address.name(), b"/tmp/chat");
}

#[test]
fn a_path_that_does_not_fit_is_refused_and_not_cut() {
    let room = with_libc::address::empty_address().0.sun_path.len();
    let fits = "x".repeat(room - 1);
    assert_eq!(
        sockaddr_un(Path::new(&fits)).unwrap().name(),
        fits.as_bytes()
    );
    let long = "x".repeat(room);
    let long = Path::new(&long);
    let error = sockaddr_un(long).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::ENAMETOOLONG));
    assert_eq!(with_nix::connect_to(long).unwrap_err(), Errno::ENAMETOOLONG);
    let error = with_socket2::connect_to(long).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let error = with_std::connect_to(long).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn a_path_that_could_be_taken_for_something_else_is_refused() {
    // An empty path would ask Linux for an abstract name; one with a NUL would end there.
    for path in ["", "chat\0room", "\0chat"] {
        let error = sockaddr_un(Path::new(path)).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{path:?}");
    }
}

#[test]
fn a_listener_is_reached_and_leaves_its_file_in_every_layer() {
    let folder = Folder::new();
    let path = folder.join("libc");
    let address = sockaddr_un(&path).unwrap();
    let listener = owner(with_libc::listen_at(&address, 1).unwrap());
    assert!(!closes_on_exec(&listener));
    let client = owner(with_libc::connect_to(&address).unwrap());
    let (fd, peer) = with_libc::accept_peer(listener.as_raw_fd()).unwrap();
    assert_eq!(peer.name(), b"", "a client has no name");
    check_hello(UnixStream::from(client), UnixStream::from(owner(fd)));

    let path = folder.join("nix");
    let address = UnixAddr::new(&path).unwrap();
    let listener = with_nix::listen_at(&address, Backlog::new(1).unwrap()).unwrap();
    assert!(!closes_on_exec(&listener));
    let client = with_nix::connect_to(&path).unwrap();
    let connection = step03_accept::with_nix::accept(&listener).unwrap();
    check_hello(UnixStream::from(client), UnixStream::from(connection));

    let path = folder.join("socket2");
    let address = SockAddr::unix(&path).unwrap();
    let listener = with_socket2::listen_at(&address, 1).unwrap();
    assert!(closes_on_exec(&listener));
    let client = with_socket2::connect_to(&path).unwrap();
    let (connection, peer) = step03_accept::with_socket2::accept(&listener).unwrap();
    assert!(peer.is_unnamed());
    check_hello(UnixStream::from(client), UnixStream::from(connection));

    let path = folder.join("std");
    let listener = with_std::listen_at(&path).unwrap();
    assert!(closes_on_exec(&listener));
    let client = with_std::connect_to(&path).unwrap();
    let (connection, peer) = with_std::accept(&listener).unwrap();
    assert!(peer.is_unnamed());
    check_hello(client, connection);

    drop(listener);
    let mut files = folder.files();
    files.sort();
    assert_eq!(files, ["libc", "nix", "socket2", "std"]);
}

#[test]
fn where_nobody_listens_the_file_makes_the_difference() {
    let folder = Folder::new();
    let path = folder.join("chat");
    assert_eq!(with_nix::connect_to(&path).unwrap_err(), Errno::ENOENT);
    drop(with_std::listen_at(&path).unwrap());
    let refused = with_nix::connect_to(&path).unwrap_err();
    assert_eq!(refused, Errno::ECONNREFUSED);
    let again = with_std::listen_at(&path).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::AddrInUse);
}

#[test]
#[cfg(target_os = "linux")]
fn connect_is_refused_at_an_ordinary_file_too() {
    let folder = Folder::new();
    let path = folder.join("letter");
    std::fs::write(&path, "precious").unwrap();
    // So "refused" does not say that there is a socket, and what is there may be removed.
    let refused = with_nix::connect_to(&path).unwrap_err();
    assert_eq!(refused, Errno::ECONNREFUSED);
    let taken = with_std::listen_at(&path).unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
}

#[test]
fn so_reuseaddr_does_not_remove_a_file() {
    let folder = Folder::new();
    let path = folder.join("chat");
    drop(with_std::listen_at(&path).unwrap());
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    let taken = socket.bind(&SockAddr::unix(&path).unwrap()).unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
}

#[test]
fn the_two_ends_of_a_pair_are_connected_in_every_layer() {
    let [left, right] = with_libc::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0).unwrap();
    let (left, right) = (owner(left), owner(right));
    assert!(!closes_on_exec(&left) && !closes_on_exec(&right));
    check_hello(left.into(), right.into());

    let (left, right) = with_nix::socketpair().unwrap();
    assert!(!closes_on_exec(&left) && !closes_on_exec(&right));
    check_hello(left.into(), right.into());

    let (left, right) = with_socket2::pair().unwrap();
    assert!(closes_on_exec(&left) && closes_on_exec(&right));
    check_hello(left.into(), right.into());

    let (left, right) = with_std::pair().unwrap();
    assert!(closes_on_exec(&left) && closes_on_exec(&right));
    check_hello(left, right);
}

#[test]
fn the_peer_is_this_process_in_every_layer() {
    let (one, other) = UnixStream::pair().unwrap();
    let user = nix::unistd::geteuid();
    let peer = with_libc::peer::peer_credentials(one.as_raw_fd()).unwrap();
    assert_eq!(peer.user, user.as_raw());
    let found = with_nix::peer_credentials(&one).unwrap();
    assert_eq!(found.1, user);
    assert_eq!(with_std::peer_credentials(&one).unwrap(), found);
    let one = socket2::Socket::from(one);
    assert_eq!(with_socket2::peer_credentials(&one).unwrap(), found);
    if cfg!(target_os = "linux") {
        let own = std::process::id() as i32;
        assert_eq!(peer.process, Some(own));
        assert_eq!(found.0.map(nix::unistd::Pid::as_raw), Some(own));
    }
    drop(other);
}

#[test]
#[cfg(target_os = "linux")]
fn an_abstract_name_is_the_same_in_every_layer_and_no_file() {
    let text = format!("step11-{}", std::process::id());
    let bytes = text.as_bytes();
    let address = with_libc::address::abstract_sockaddr_un(bytes).unwrap();
    assert_eq!(address.name(), [b"\0", bytes].concat());
    let mut listener = Some(owner(with_libc::listen_at(&address, 1).unwrap()));
    let nix = UnixAddr::new_abstract(bytes).unwrap();
    let taken = with_nix::listen_at(&nix, Backlog::new(1).unwrap()).unwrap_err();
    assert_eq!(taken, Errno::EADDRINUSE);
    let socket2 = SockAddr::unix(format!("\0{text}")).unwrap();
    let taken = with_socket2::listen_at(&socket2, 1).unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
    let taken = with_std::listen_at_abstract(bytes).unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
    listener.take();
    with_std::listen_at_abstract(bytes).unwrap();
}

#[track_caller]
fn check_hello(mut one: UnixStream, mut other: UnixStream) {
    one.write_all(b"hello").unwrap();
    let mut buffer = [0; 8];
    let count = other.read(&mut buffer).unwrap();
    assert_eq!(&buffer[..count], b"hello");
    drop(one);
    assert_eq!(other.read(&mut buffer).unwrap(), 0);
}
