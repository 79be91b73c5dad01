//! `whole-buffer`: the whole buffer used as the message, also where nothing new was written.

use lab::{Part, Played, Scene, Sign, Stage, peer};
use nix::sys::socket::MsgFlags;
use step04_connect as step04;
use step05_send_recv::{with_libc, with_nix, with_std};

/// As long as the longest word, so that the mistake does not show at once.
const ROOM: usize = 5;

/// A socket2 `Socket` is also a `Read`. With that one, `with_socket2::read`, the mistake happens as in std.
pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(client_libc),
        Part::Plays(client_nix),
        Part::RuledOut(
            "recv fills memory that has no value yet (MaybeUninit), and to read more of it than recv has \
             written takes unsafe",
        ),
        Part::Plays(client_std),
    ];
    Scene::mistake(
        "whole-buffer",
        "a short message, and behind it what was left of a longer one",
    )
    .actor("client", parts)
    .peer("server", server)
    .breaks(&[Sign::Found("client", "hillo")])
    .shows(&[Sign::Found("client", "hi")])
    .cause(
        "recv writes to the front of the buffer and returns how many bytes it wrote. \
         It does not clear the rest: there the last message still stands.",
    )
    .repair("use buffer[..count], never buffer")
    .hints(&[
        "The server did send the right bytes: look at what recv brought.",
        "recv returned 2. How many bytes does the program show?",
        "What stands in the buffer behind the two new bytes, and since when?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    let mut buffer = [0; ROOM];
    for _ in 0..2 {
        let count = stage.taught(|| with_libc::recv(connection, &mut buffer, 0))?;
        // Wrong: `buffer` is all of it, and only `buffer[..count]` is new.
        let message = if stage.repaired() {
            &buffer[..count]
        } else {
            &buffer
        };
        show(stage, message);
    }
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    let mut buffer = [0; ROOM];
    for _ in 0..2 {
        let none = MsgFlags::empty();
        let count = stage.taught(|| with_nix::recv(&connection, &mut buffer, none))?;
        // Wrong: all of the buffer.
        let message = if stage.repaired() {
            &buffer[..count]
        } else {
            &buffer
        };
        show(stage, message);
    }
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    let mut buffer = [0; ROOM];
    for _ in 0..2 {
        let count = stage.taught(|| with_std::read(&connection, &mut buffer))?;
        // Wrong: all of the buffer.
        let message = if stage.repaired() {
            &buffer[..count]
        } else {
            &buffer
        };
        show(stage, message);
    }
    Ok(())
}

fn show(stage: &Stage, message: &[u8]) {
    let message = message.escape_ascii();
    stage.found(&message, format!("the message: \"{message}\""));
    stage.cue("shown", &message);
}

/// Says two words, the second when the first has been read, so that they do not arrive together.
fn server(stage: &mut Stage) -> Played {
    let connection = peer::accept(stage)?;
    with_std::write_all(&connection, b"hello")?;
    stage.wait("shown");
    with_std::write_all(&connection, b"hi")?;
    Ok(())
}
