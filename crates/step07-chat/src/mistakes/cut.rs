//! `cut`: a message longer than the buffer arrives as two.

use lab::{Played, Scene, Sign, Stage, layers, peer};
use step05_send_recv::with_std::write_all;
use step07_chat::Framing;

use super::{framing, hear};

/// How long the message is: more than the 1024 bytes that one recv has room for.
const LONG: usize = 1500;

pub(crate) fn scene() -> Scene {
    Scene::mistake("cut", "one message of 1500 bytes, and two arrive")
        .core()
        .actor("server", layers!(server))
        .peer("client", client)
        .breaks(&[Sign::Found("server", "1024 476")])
        .shows(&[Sign::Found("server", "1500")])
        .cause(
            "recv writes no more than the buffer has room for; the rest waits for the next recv. \
             A larger buffer only moves the limit.",
        )
        .repair(
            "the length goes first, in four bytes, and the server receives until it has that many",
        )
        .hints(&[
            "Add up what the server's recvs returned. Is anything lost?",
            "How large is the buffer, and how long the message?",
            "The server would have to know how much is still to come before it has come.",
        ])
}

fn server_libc(stage: &mut Stage) -> Played {
    let framing = framing(stage, Framing::Length);
    let heard = hear::server_libc(stage, framing, Some("sent"))?;
    lengths(stage, &heard);
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let framing = framing(stage, Framing::Length);
    let heard = hear::server_nix(stage, framing, Some("sent"))?;
    lengths(stage, &heard);
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let framing = framing(stage, Framing::Length);
    let heard = hear::server_socket2(stage, framing, Some("sent"))?;
    lengths(stage, &heard);
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let framing = framing(stage, Framing::Length);
    let heard = hear::server_std(stage, framing, Some("sent"))?;
    lengths(stage, &heard);
    Ok(())
}

fn lengths(stage: &Stage, heard: &[String]) {
    let lengths: Vec<String> = heard.iter().map(|text| text.len().to_string()).collect();
    let messages = if heard.len() == 1 {
        "1 message"
    } else {
        "messages"
    };
    let text = format!("{messages} of {} bytes", lengths.join(" and "));
    stage.found(lengths.join(" "), text);
}

/// Says something long.
fn client(stage: &mut Stage) -> Played {
    let connection = peer::connect(stage)?;
    let text = "x".repeat(LONG);
    let bytes = if stage.repaired() {
        Framing::Length.bytes(&text)?
    } else {
        text.into_bytes()
    };
    write_all(&connection, &bytes)?;
    stage.cue("sent", bytes.len());
    Ok(())
}
