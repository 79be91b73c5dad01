//! `connect`: the scenes of this step.

mod connect;
mod mistakes;
mod scenes;

use std::process::ExitCode;

use lab::{Half, Halves, Place, Scene, Step, guest, layers};

fn main() -> ExitCode {
    let step = Step {
        name: env!("CARGO_PKG_NAME"),
        title: env!("CARGO_PKG_DESCRIPTION"),
        lesson: "lessons/04-connect.md",
        scenes: vec![
            with_guests(scenes::ephemeral_port()),
            mistakes::refused::scene(),
            mistakes::timeout::scene(),
            mistakes::self_connect::scene(),
        ],
        halves: Some(Halves {
            take: Place::Address,
            // The half that waits is step 3's.
            serve: None,
            connect: Some(Half {
                about: "calls, says both addresses and closes",
                parts: layers(
                    connect::connect_libc,
                    connect::connect_nix,
                    connect::connect_socket2,
                    connect::connect_std,
                ),
            }),
            second_terminal: "nc -l 9000",
        }),
        commands: Vec::new(),
    };
    step.run()
}

/// The main scene in other languages.
fn with_guests(scene: Scene) -> Scene {
    scene
        .guest(guest!(C, "connect.c", "connect(connection, ("))
        .guest(guest!(Python, "connect.py", "connection.connect("))
        .guest(guest!(Java, "Connect.java", "new Socket("))
}
