//! `one-recv`: one `recv` taken for one message.

use std::mem::MaybeUninit;

use lab::{Played, Scene, Sign, Stage, layers, peer};
use nix::sys::socket::MsgFlags;
use step04_connect as step04;
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::ROOM;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "one-recv",
        "two lines are sent, and two recvs bring something else",
    )
    .core()
    .actor(
        "client",
        layers!(client),
    )
    .peer("server", server)
    .breaks(&[Sign::Found("client", r#""hel" "lo\nhi\n""#)])
    .shows(&[Sign::Found("client", r#""hello\n" "hi\n""#)])
    .cause(
        "A connection carries bytes, not messages. recv brings what has arrived: a part of a message, \
         or the rest of one together with the next. How the sender cut it into sends is not kept.",
    )
    .repair("keep what has arrived, and take a message out when its newline is there")
    .hints(&[
        "No byte is missing and none is wrong. Compare where the two sides cut.",
        "The first recv returned before the sender had sent the whole line. Was it allowed to?",
        "How could the receiver know where a line ends, if not from recv?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    let mut buffer = [0; ROOM];
    let mut inbox = Inbox::default();
    while inbox.messages.len() < 2 {
        let count = stage.taught(|| with_libc::recv(connection, &mut buffer, 0))?;
        if count == 0 {
            break;
        }
        inbox.arrived(stage, &buffer[..count]);
    }
    inbox.found(stage);
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    let mut buffer = [0; ROOM];
    let mut inbox = Inbox::default();
    while inbox.messages.len() < 2 {
        let none = MsgFlags::empty();
        let count = stage.taught(|| with_nix::recv(&connection, &mut buffer, none))?;
        if count == 0 {
            break;
        }
        inbox.arrived(stage, &buffer[..count]);
    }
    inbox.found(stage);
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    let mut inbox = Inbox::default();
    while inbox.messages.len() < 2 {
        let received = stage.taught(|| with_socket2::recv(&connection, &mut buffer))?;
        if received.is_empty() {
            break;
        }
        inbox.arrived(stage, received);
    }
    inbox.found(stage);
    Ok(())
}

/// Repaired, std has this ready: `BufReader::read_line`.
fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    let mut buffer = [0; ROOM];
    let mut inbox = Inbox::default();
    while inbox.messages.len() < 2 {
        let count = stage.taught(|| with_std::read(&connection, &mut buffer))?;
        if count == 0 {
            break;
        }
        inbox.arrived(stage, &buffer[..count]);
    }
    inbox.found(stage);
    Ok(())
}

/// What the program makes of what `recv` brought.
#[derive(Default)]
struct Inbox {
    /// Arrived, and not yet a whole message.
    rest: Vec<u8>,
    messages: Vec<Vec<u8>>,
}

impl Inbox {
    fn arrived(&mut self, stage: &mut Stage, received: &[u8]) {
        if stage.repaired() {
            self.rest.extend_from_slice(received);
            while let Some(newline) = self.rest.iter().position(|byte| *byte == b'\n') {
                self.messages.push(self.rest.drain(..=newline).collect());
            }
        } else {
            // Wrong: whatever one recv brings is taken for one message.
            self.messages.push(received.to_vec());
        }
        // Only now does the server send the rest.
        stage.cue("received", received.len());
        stage.wait("all sent");
    }

    fn found(&self, stage: &Stage) {
        let quoted = |message: &Vec<u8>| format!("\"{}\"", message.escape_ascii());
        let messages: Vec<String> = self.messages.iter().map(quoted).collect();
        let messages = messages.join(" ");
        stage.found(&messages, format!("the messages: {messages}"));
    }
}

/// Sends the first line in two parts, and the second line right behind it.
fn server(stage: &mut Stage) -> Played {
    let connection = peer::accept(stage)?;
    with_std::write_all(&connection, b"hel")?;
    stage.wait("received");
    with_std::write_all(&connection, b"lo\n")?;
    with_std::write_all(&connection, b"hi\n")?;
    stage.cue("all sent", 9);
    Ok(())
}
