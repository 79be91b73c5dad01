//! `addrlen`: the length is not set before accept, so the client's address does not arrive, or only a piece of it.
//!
//! In C the variable is then often not even zero but whatever lay on the stack.
//! Rust has no such variables; here the two wrong lengths are written down.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::RawFd;

use lab::{ANY_PORT, Part, Played, Scene, Sign, Stage, Trouble};
use libc::socklen_t;
use step02_bind_listen::with_libc as step02;
use step03_accept::with_libc;

use crate::later::close;
use crate::scenes::{BACKLOG, clients};

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(server),
        Part::RuledOut(
            "accept asks for no address, and getpeername takes its length from the type asked for",
        ),
        Part::RuledOut("Socket::accept makes the room and sets the length itself"),
        Part::RuledOut("TcpListener::accept returns the address; there is no length to set"),
    ];
    Scene::mistake(
        "addrlen",
        "accept with room for an address, and a length that was never set",
    )
    .actor("server", parts)
    .peer("clients", clients::<2>)
    .breaks(&[Sign::Found("server", "missing, cut off")])
    .shows(&[Sign::Found("server", "whole, whole")])
    .cause(
        "the length goes both ways. In: how many bytes the kernel may write. Out: how many the \
         address has. The kernel cuts the address off at what went in, and reports no error.",
    )
    .repair("set the length to the size of the structure before each call")
    .hints(&[
        "accept did not fail, so no error tells. Look at its arguments.",
        "The last argument is 0 before the call and 16 after it. What does each number mean?",
        "Who tells the kernel how much it may write?",
    ])
}

fn server(stage: &mut Stage) -> Played {
    let listener = step02::listen_on(ANY_PORT, BACKLOG)?;
    stage.cue("listening", step02::local_address(listener)?);
    stage.wait("connected");
    let mut seen = Vec::new();
    for wrong in [0, 4] {
        let (mut address, room) = step02::empty_address();
        let mut length: socklen_t = if stage.repaired() {
            room
        } else {
            wrong // WRONG: 16 bytes of room, and the kernel is told of fewer.
        };
        // SAFETY: `length` is never more than the size of `address`, and both live until after the call.
        let connection = stage.taught(|| unsafe {
            with_libc::accept(listener, (&raw mut address).cast(), &raw mut length)
        })?;
        seen.push(compare(
            stage,
            connection,
            what_stands_in(&address),
            length,
        )?);
        close(connection)?;
    }
    let seen = seen.join(", ");
    stage.found(&seen, format!("the addresses of the clients: {seen}"));
    stage.cue("done", 2);
    close(listener)?;
    Ok(())
}

/// Address and port of whatever stands in the structure, an address or not.
/// (The `socket_addr` of step 2 first looks at the family, and so does not mistake zeroes for an address.)
fn what_stands_in(address: &libc::sockaddr_in) -> SocketAddrV4 {
    let ip = Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr));
    SocketAddrV4::new(ip, u16::from_be(address.sin_port))
}

/// Holds what accept left in the structure against what getpeername says.
fn compare(
    stage: &Stage,
    connection: RawFd,
    got: SocketAddrV4,
    length: socklen_t,
) -> Result<&'static str, Trouble> {
    let is = with_libc::peer_address(connection)?;
    stage.say(format!("got {got} and length {length}; the client is {is}"));
    Ok(if got == is {
        "whole"
    } else if got.port() == 0 {
        "missing"
    } else {
        "cut off"
    })
}
