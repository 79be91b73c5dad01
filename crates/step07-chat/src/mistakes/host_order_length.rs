//! `host-order-length`: the length of a message, sent in the byte order of the sender's processor.

use lab::{Played, Scene, Sign, Stage, layers, peer};
use nix::sys::socket::MsgFlags;
use step04_connect as step04;
use step05_send_recv as step05;
use step07_chat::{Failure, Fault, Framing, Inbox, with_std};

const MESSAGE: &str = "hello";

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "host-order-length",
        "a message of 5 bytes that announces 83886080",
    )
    .actor(
        "client",
        layers!(client),
    )
    .peer("server", server)
    .needs(little_endian)
    .breaks(&[Sign::Found("server", "83886080")])
    .shows(&[Sign::Found("server", "hello")])
    .cause(
        "This processor keeps the lowest byte of a number first: 5 is 05 00 00 00. The other side was told that \
         the highest comes first, and reads 0x05000000. The kernel turns no bytes round: what is inside a \
         message is the two programs' own affair.",
    )
    .repair("to_be_bytes, C's htonl: the highest byte first on every machine")
    .hints(&[
        "Look at the first four bytes of the send.",
        "Read them from the left, as one number of 32 bits.",
        "For ports and addresses there were htons and htonl. Who does it for a number inside a message?",
    ])
}

/// On a processor that keeps the highest byte first the two orders are the same.
fn little_endian() -> Result<(), String> {
    if cfg!(target_endian = "little") {
        return Ok(());
    }
    Err("this processor keeps the highest byte first, as the network does".to_owned())
}

fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    let bytes = bytes(stage)?;
    let sent = stage.taught(|| step05::with_libc::send_all(connection, &bytes, 0));
    sent.map_err(|(_, error)| error)?;
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    let bytes = bytes(stage)?;
    let none = MsgFlags::empty();
    let sent = stage.taught(|| step05::with_nix::send_all(&connection, &bytes, none));
    sent.map_err(|(_, errno)| errno)?;
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    let bytes = bytes(stage)?;
    stage.taught(|| step05::with_socket2::write_all(&connection, &bytes))?;
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    let bytes = bytes(stage)?;
    stage.taught(|| step05::with_std::write_all(&connection, &bytes))?;
    Ok(())
}

fn bytes(stage: &Stage) -> Result<Vec<u8>, Fault> {
    if stage.repaired() {
        return Framing::Length.bytes(MESSAGE);
    }
    // Wrong: ne is "native endian", the order of this processor.
    let length = (MESSAGE.len() as u32).to_ne_bytes();
    Ok([&length, MESSAGE.as_bytes()].concat())
}

/// Understands a length with the highest byte first, and refuses one that cannot be meant.
fn server(stage: &mut Stage) -> Played {
    let connection = peer::accept(stage)?;
    match with_std::receive(&connection, &mut Inbox::new(Framing::Length)) {
        Ok(message) => {
            let message = message.unwrap_or_default();
            stage.found(&message, format!("the message: \"{message}\""));
        }
        Err(Failure::Fault(Fault::TooLong(length))) => {
            stage.found(length, format!("refused: it announces {length} bytes"));
        }
        Err(failure) => return Err(failure.into()),
    }
    Ok(())
}
