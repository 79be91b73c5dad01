//! `merged`: two messages, sent one after the other, arrive as one.

use lab::{Played, Scene, Sign, Stage, layers, peer};
use step05_send_recv::with_std::write_all;
use step07_chat::Framing;

use super::framing;
use super::hear::{self, found};

pub(crate) fn scene() -> Scene {
    Scene::mistake("merged", "hello and hi are sent, and hellohi arrives")
        .core()
        .actor(
            "server",
            layers!(server),
        )
        .peer("client", client)
        .breaks(&[Sign::Found("server", r#""hellohi""#)])
        .shows(&[Sign::Found("server", r#""hello" "hi""#)])
        .cause(
            "The client did not wait for its turn, and both words were there before the server called recv. \
             recv brings all that has arrived, and where the one ends the bytes do not say.",
        )
        .repair("a newline behind each message, and the server cuts there")
        .hints(&[
            "Count the calls: how often did the client send, and how often did the server receive?",
            "Five bytes and two bytes lay in the receive buffer. What says that they belong apart?",
            "If the network does not say where a message ends, who can?",
        ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let framing = framing(stage, Framing::Lines);
    let heard = hear::server_libc(stage, framing, Some("sent"))?;
    found(stage, &heard);
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let framing = framing(stage, Framing::Lines);
    let heard = hear::server_nix(stage, framing, Some("sent"))?;
    found(stage, &heard);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let framing = framing(stage, Framing::Lines);
    let heard = hear::server_socket2(stage, framing, Some("sent"))?;
    found(stage, &heard);
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let framing = framing(stage, Framing::Lines);
    let heard = hear::server_std(stage, framing, Some("sent"))?;
    found(stage, &heard);
    Ok(())
}

/// Says two words and does not wait for an answer.
fn client(stage: &mut Stage) -> Played {
    let connection = peer::connect(stage)?;
    for word in ["hello", "hi"] {
        write_all(&connection, &framing(stage, Framing::Lines).bytes(word)?)?;
    }
    stage.cue("sent", 2);
    Ok(())
}
