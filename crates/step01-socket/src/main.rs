//! `socket`: the scenes of this step.

mod mistakes;
mod scenes;

use std::process::ExitCode;

use lab::{Scene, Step, guest};

fn main() -> ExitCode {
    let step = Step {
        name: env!("CARGO_PKG_NAME"),
        title: env!("CARGO_PKG_DESCRIPTION"),
        lesson: "lessons/01-socket.md",
        scenes: vec![
            with_guests(scenes::socket()),
            scenes::families(),
            mistakes::wrong_protocol::scene(),
        ],
        // A socket alone has no address: nobody can call it yet, and it cannot call.
        halves: None,
        commands: Vec::new(),
    };
    step.run()
}

/// The main scene in other languages.
fn with_guests(scene: Scene) -> Scene {
    scene
        .guest(guest!(C, "socket.c", "= socket("))
        .guest(guest!(Python, "socket.py", "first = socket.socket("))
        .guest(guest!(Java, "Sockets.java", "first = SocketChannel.open("))
}
