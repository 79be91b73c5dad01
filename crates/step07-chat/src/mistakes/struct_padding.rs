//! `struct-padding`: a structure sent as it lies in memory.

use std::io::Read;

use lab::{Part, Played, Scene, Sign, Stage, Trouble, peer};
use step01_socket::with_libc::cvt;
use step04_connect as step04;
use step05_send_recv::with_libc::send_all;

/// What goes before a message: one byte that says what it is, and its length, highest byte first.
#[repr(C)]
struct Header {
    kind: u8,
    length: u32,
}

const TEXT: u8 = 1;
const MESSAGE: &[u8] = b"hello";

pub(crate) fn scene() -> Scene {
    let ruled_out = Part::RuledOut(
        "it sends bytes, &[u8], and to take a structure for its bytes takes unsafe; \
         with padding in it that is undefined even so",
    );
    let parts = [Part::Plays(client_libc), ruled_out, ruled_out, ruled_out];
    Scene::mistake(
        "struct-padding",
        "five bytes are agreed on, and a structure of eight is sent",
    )
    .actor("client", parts)
    .peer("server", server)
    .breaks(&[Sign::Found("server", "sec\\x00")])
    .shows(&[Sign::Found("server", "hello")])
    .cause(
        "A structure is laid out for the processor: the length of four bytes begins at a multiple of four, \
         and the padding before it holds what stood there last, here three letters of a secret. \
         What lies in memory is no agreement between two programs, and not all of it is for others.",
    )
    .repair("each field as its own bytes, one behind the other")
    .hints(&[
        "The server takes one byte and then four. Where in the send do these four lie?",
        "Add up the sizes of the two fields, and compare with what was sent.",
        "Would another compiler, or another processor, lay it out in the same way?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    let length = MESSAGE.len() as u32;
    if stage.repaired() {
        let header = [&[TEXT][..], &length.to_be_bytes()].concat();
        let sent = stage.taught(|| send_all(connection, &header, 0));
        sent.map_err(|(_, error)| error)?;
    } else {
        // Memory that was used before: a stack is like that.
        let mut memory = u64::from_ne_bytes(*b"(secret)");
        // SAFETY: `memory` is as large as the structure, aligned at least as it is, and any bytes make two integers.
        let header: &mut Header = unsafe { &mut *(&raw mut memory).cast() };
        header.kind = TEXT;
        header.length = length.to_be();
        let (start, size) = ((&raw const memory).cast(), size_of::<Header>());
        // Wrong: what lies between the two fields goes with them.
        // SAFETY: `size` is the size of `memory`, and the kernel only reads from it.
        cvt(stage.taught(|| unsafe { libc::send(connection, start, size, 0) }))?;
    }
    send_all(connection, MESSAGE, 0).map_err(|(_, error)| error)?;
    stage.cue("sent", MESSAGE.len());
    Ok(())
}

/// Reads to the end, and understands it as was agreed on: one byte, then four, then as many as these say.
fn server(stage: &mut Stage) -> Played {
    let mut connection = peer::accept(stage)?;
    stage.wait("sent");
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes)?;
    let Some(([kind, length @ ..], message)) = bytes.split_first_chunk::<5>() else {
        return Err(Trouble::new("fewer bytes than were agreed on"));
    };
    let announced = u32::from_be_bytes(*length) as usize;
    let Some(message) = message.get(..announced) else {
        let length = length.escape_ascii();
        let text = format!("refused: \"{length}\" announces {announced} bytes");
        stage.found(length, text);
        return Ok(());
    };
    let message = message.escape_ascii();
    stage.found(&message, format!("kind {kind}, message \"{message}\""));
    Ok(())
}
