//! `no-htons`: the port is put into the structure without `htons`, in the processor's byte order.
//!
//! Most processors store the lowest byte of a number first (little-endian). The kernel reads the
//! port the other way round, in network byte order. So 8080 = 0x1f90 becomes 0x901f = 36895.
//! Nothing fails: the server runs, and no client finds it.
//!
//! The other layers take the port as a plain number and swap its bytes themselves.
//! There the opposite is the mistake: `8080_u16.to_be()` is swapped twice, and is 36895 again.

use lab::{ANY_PORT, Part, Played, Scene, Sign, Stage};
use step01_socket::with_libc::socket;
use step02_bind_listen::with_libc;

use super::{free, share};

/// The port that the server wants.
const WANTED: u16 = 8080;

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(server_libc),
        Part::RuledOut("SockaddrIn is made from a plain number and swaps the bytes itself"),
        Part::RuledOut("SockAddr is made from a SocketAddr, which takes a plain number"),
        Part::RuledOut("a SocketAddr takes a plain number, and std swaps the bytes"),
    ];
    Scene::mistake(
        "no-htons",
        "a server wants port 8080, leaves out htons, and gets another port",
    )
    .core()
    .actor("server", parts)
    .needs(machine)
    .breaks(&[Sign::Found("server", "36895")])
    .shows(&[Sign::Found("server", "8080")])
    .cause(
        "the kernel reads the port in network byte order, highest byte first, and this \
         processor stored the lowest first. No call fails; clients that go to 8080 do not \
         find this server.",
    )
    .repair("htons, in Rust to_be")
    .hints(&[
        "No call fails. Compare the port that was wanted with the port that bind was given.",
        "Write both numbers in hexadecimal: 8080 is 0x1f90.",
        "In which order does the kernel read the two bytes, and in which order does this \
         processor store them?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let fd = socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    share(fd)?;
    let mut address = with_libc::sockaddr_in(ANY_PORT);
    address.sin_port = if stage.repaired() {
        WANTED.to_be() // htons(8080)
    } else {
        WANTED // WRONG: the processor's byte order
    };
    let length = size_of_val(&address) as libc::socklen_t;
    stage.taught(|| {
        // SAFETY: `length` is the size of `address`, which lives until after the call.
        unsafe { with_libc::bind(fd, (&raw const address).cast(), length) }
    })?;
    let port = with_libc::local_address(fd)?.port();
    let [first, second] = address.sin_port.to_ne_bytes();
    stage.found(
        port,
        format!("wanted port {WANTED}; bytes {first:02x} {second:02x}; got port {port}"),
    );
    Ok(())
}

/// A big-endian processor stores numbers in network byte order anyway. Both ports must be free.
fn machine() -> Result<(), String> {
    if cfg!(target_endian = "big") {
        return Err("this processor's byte order is the network's".to_owned());
    }
    free(WANTED)?;
    free(WANTED.to_be())
}
