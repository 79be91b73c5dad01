//! `utf8-split`: the stream is cut inside a letter, and each part is taken for text.

use lab::{Played, Scene, Sign, Stage, layers, peer};
use step05_send_recv::with_std::write_all;
use step07_chat::Framing;

use super::framing;
use super::hear::{self, found};

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "utf8-split",
        "two letters of three bytes each, cut inside the second",
    )
    .actor(
        "server",
        layers!(server),
    )
    .peer("client", client)
    .breaks(&[Sign::Found(
        "server",
        r#""not UTF-8: \xe4\xbd\xa0\xe5" "not UTF-8: \xa5\xbd""#,
    )])
    .shows(&[Sign::Found("server", r#""你好""#)])
    .cause(
        "A letter may be several bytes long: in UTF-8 one to four. A stream can be cut between any two of them, \
         and a part of a letter is no text.",
    )
    .repair("bytes are gathered until the message is whole, and only then taken for text")
    .hints(&[
        "Put the bytes of both parts one after the other. What do they say?",
        "How many bytes does one of these letters have, and where was it cut?",
        "Which comes first: to know that the message is whole, or to read it as text?",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let framing = framing(stage, Framing::Lines);
    let heard = hear::server_libc(stage, framing, None)?;
    found(stage, &heard);
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let framing = framing(stage, Framing::Lines);
    let heard = hear::server_nix(stage, framing, None)?;
    found(stage, &heard);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let framing = framing(stage, Framing::Lines);
    let heard = hear::server_socket2(stage, framing, None)?;
    found(stage, &heard);
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let framing = framing(stage, Framing::Lines);
    let heard = hear::server_std(stage, framing, None)?;
    found(stage, &heard);
    Ok(())
}

/// Sends six bytes as four and two, as a network may cut them: the second part when the first was received.
fn client(stage: &mut Stage) -> Played {
    let connection = peer::connect(stage)?;
    let bytes = framing(stage, Framing::Lines).bytes("你好")?;
    let (first, second) = bytes.split_at(4);
    for part in [first, second] {
        stage.wait_asleep("server", "recv");
        write_all(&connection, part)?;
    }
    Ok(())
}
