//! `merged`: two messages, sent one after the other, arrive as one.

use lab::{Played, Scene, Sign, Stage, layers, peer};
use step05_send_recv::with_std::write_all;
use step07_chat::Framing;

use super::hear::{self, found};

pub(crate) fn scene() -> Scene {
    Scene::mistake("merged", "hello and hi are sent, and hellohi arrives")
        .core()
        .actor(
            "server",
            layers(server_libc, server_nix, server_socket2, server_std),
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
    let connection = hear::accept_libc(stage)?;
    stage.wait("sent");
    let framing = framing(stage);
    let heard = hear::hear_libc(stage, connection, framing)?;
    found(stage, &heard);
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let connection = hear::accept_nix(stage)?;
    stage.wait("sent");
    let framing = framing(stage);
    let heard = hear::hear_nix(stage, &connection, framing)?;
    found(stage, &heard);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let connection = hear::accept_socket2(stage)?;
    stage.wait("sent");
    let framing = framing(stage);
    let heard = hear::hear_socket2(stage, &connection, framing)?;
    found(stage, &heard);
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let connection = hear::accept_std(stage)?;
    stage.wait("sent");
    let framing = framing(stage);
    let heard = hear::hear_std(stage, &connection, framing)?;
    found(stage, &heard);
    Ok(())
}

/// Wrong without framing: one recv is taken for one message.
fn framing(stage: &Stage) -> Framing {
    if stage.repaired() {
        Framing::Lines
    } else {
        Framing::None
    }
}

/// Says two words and does not wait for an answer.
fn client(stage: &mut Stage) -> Played {
    let connection = peer::connect(stage)?;
    for word in ["hello", "hi"] {
        write_all(&connection, &framing(stage).bytes(word)?)?;
    }
    stage.cue("sent", 2);
    Ok(())
}
