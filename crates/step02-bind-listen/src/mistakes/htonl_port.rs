//! `htonl-port`: the port is turned round with `htonl`, which is for 32 bits, and cut to 16.
//!
//! 9999 is 0x0000270f. `htonl` makes 0x0f270000 of it, and the port takes the lower half: 0x0000.
//! C cuts it without a word; Rust wants `as u16` to be written, and then cuts without a word too.
//! Port 0 is no error either. It means "any free one", so the kernel chooses.

use lab::{ANY_PORT, Part, Played, Scene, Sign, Stage};
use step01_socket::with_libc::socket;
use step02_bind_listen::with_libc;

use super::{free, share};

/// The port that the server wants.
const WANTED: u16 = 9999;

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(server_libc),
        Part::RuledOut("SockaddrIn is made from a u16 and swaps the bytes itself"),
        Part::RuledOut("SockAddr is made from a SocketAddr, whose port is a u16"),
        Part::RuledOut("the port of a SocketAddr is a u16, and std swaps the bytes"),
    ];
    Scene::mistake(
        "htonl-port",
        "a server wants port 9999, uses htonl, which is for 32 bits, and gets some port",
    )
    .actor("server", parts)
    .needs(machine)
    .breaks(&[Sign::Found("server", "some other port")])
    .shows(&[Sign::Found("server", "the port it wanted")])
    .cause(
        "htonl moves the two bytes of the port into the upper half of 32 bits, and the port \
             keeps the lower half, which is 0. Port 0 means: any free one.",
    )
    .repair("htons, in Rust to_be of a u16")
    .hints(&[
        "No call fails. Which port did bind ask for?",
        "Write 9999 with 32 bits in hexadecimal, turn the four bytes round, keep the last two.",
        "The l in htonl is for long, 32 bits. How many bits has a port?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let fd = socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    share(fd)?;
    let mut address = with_libc::sockaddr_in(ANY_PORT);
    address.sin_port = if stage.repaired() {
        WANTED.to_be() // htons(9999)
    } else {
        u32::from(WANTED).to_be() as u16 // WRONG: htonl(9999), and then only 16 bits of it
    };
    let length = size_of_val(&address) as libc::socklen_t;
    stage.taught(|| {
        // SAFETY: `length` is the size of `address`, which lives until after the call.
        unsafe { with_libc::bind(fd, (&raw const address).cast(), length) }
    })?;
    let port = with_libc::local_address(fd)?.port();
    let [first, second] = address.sin_port.to_ne_bytes();
    let token = if port == WANTED {
        "the port it wanted"
    } else {
        "some other port"
    };
    stage.found(
        token,
        format!("wanted port {WANTED}; bytes {first:02x} {second:02x}; got port {port}"),
    );
    Ok(())
}

/// A big-endian processor stores numbers in network byte order anyway. The port must be free.
fn machine() -> Result<(), String> {
    if cfg!(target_endian = "big") {
        return Err("this processor's byte order is the network's".to_owned());
    }
    free(WANTED)
}
