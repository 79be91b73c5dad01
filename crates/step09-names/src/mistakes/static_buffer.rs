//! `static-buffer`: two addresses are printed, and both are the same.
//!
//! inet_ntoa writes into one buffer of the C library's and returns a pointer to it, each time the same pointer.

use std::ffi::{CStr, CString, c_char};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};

use lab::{Part, Played, Scene, Sign, Stage, peer};
use step02_bind_listen::with_libc as step02;
use step03_accept::with_libc as step03;
use step09_names::with_libc;

use crate::scenes::close;

/// A client of 127.0.0.1 calls from 127.0.0.1. Here the two ends are to have two addresses.
const SERVER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(127, 0, 0, 2), 0);

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(server),
        Part::RuledOut("nix has no inet_ntoa: its SockaddrIn is printed into a String"),
        Part::RuledOut("socket2 has no inet_ntoa: as_socket leads to std's address"),
        Part::RuledOut("std's Ipv4Addr is printed into a String of one's own"),
    ];
    Scene::mistake(
        "static-buffer",
        "inet_ntoa twice in one line: both addresses print the same",
    )
    .core()
    .actor("server", parts)
    .peer("client", peer::client)
    .needs(|| match TcpListener::bind(SERVER) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("{} is not an address here: {error}", SERVER.ip())),
    })
    .breaks(&[Sign::Found("server", "the same")])
    .shows(&[Sign::Found("server", "two")])
    .cause(
        "inet_ntoa has one buffer for the whole program. The second call writes over what the \
         first has written, and both pointers lead there.",
    )
    .repair("inet_ntop, which writes into memory that the caller brings")
    .hints(&[
        "accept and getsockname show two different addresses in the trace.",
        "Both are right when they are printed alone. What happens between the two calls and the print?",
        "Where does the memory come from that inet_ntoa returns?",
    ])
}

fn server(stage: &mut Stage) -> Played {
    let listener = step02::listen_on(SERVER, 1)?;
    stage.cue("listening", step02::local_address(listener)?);
    let (connection, peer) = stage.taught(|| step03::accept_peer(listener))?;
    let local = step02::local_address(connection)?;
    let (from, to) = if stage.repaired() {
        let figures = |address: SocketAddrV4| with_libc::inet_ntop((*address.ip()).into());
        (figures(peer), figures(local))
    } else {
        // SAFETY: this program has one thread.
        let from = unsafe { with_libc::inet_ntoa(*peer.ip()) };
        // WRONG: this call writes over what `from` points to.
        // SAFETY: this program has one thread.
        let to = unsafe { with_libc::inet_ntoa(*local.ip()) };
        // SAFETY: both point to the library's buffer, and no call comes before they are read.
        unsafe { read(from, to) }
    };
    let token = if from == to { "the same" } else { "two" };
    let (from, to) = (from.to_string_lossy(), to.to_string_lossy());
    stage.found(token, format!("a client of {to} has called from {from}"));
    close(connection);
    close(listener);
    Ok(())
}

/// What printf does with two `%s`: it reads both texts when both calls have been made.
///
/// # Safety
///
/// Both must point to C strings that nobody writes to meanwhile.
unsafe fn read(from: *const c_char, to: *const c_char) -> (CString, CString) {
    // SAFETY: the caller promises a C string.
    let from = unsafe { CStr::from_ptr(from) };
    // SAFETY: the caller promises a C string.
    let to = unsafe { CStr::from_ptr(to) };
    (from.to_owned(), to.to_owned())
}
