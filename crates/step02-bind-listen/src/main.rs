//! `bind`, `listen`, `getsockname`: the scenes of this step.

mod mistakes;
mod scenes;
mod serve;

use std::process::ExitCode;

use lab::{Half, Halves, Place, Scene, Step, guest, layers};

fn main() -> ExitCode {
    let step = Step {
        name: env!("CARGO_PKG_NAME"),
        title: env!("CARGO_PKG_DESCRIPTION"),
        lesson: "lessons/02-bind-listen.md",
        scenes: vec![
            with_guests(scenes::bind_listen()),
            mistakes::no_htons::scene(),
            mistakes::htonl_port::scene(),
            mistakes::address_in_use::scene(),
            mistakes::privileged_port::scene(),
            mistakes::any_or_loopback::scene(),
            mistakes::backlog::scene(),
        ],
        halves: Some(Halves {
            take: Place::Address,
            serve: Some(Half {
                about: "binds, listens and never accepts: clients are connected, and wait in the queue",
                parts: layers(
                    serve::serve_libc,
                    serve::serve_nix,
                    serve::serve_socket2,
                    serve::serve_std,
                ),
            }),
            connect: None,
            second_terminal: "nc 127.0.0.1 9000",
        }),
        commands: Vec::new(),
    };
    step.run()
}

/// The main scene in other languages.
fn with_guests(scene: Scene) -> Scene {
    scene
        .guest(guest!(
            C,
            "bind_listen.c",
            "bind(listener",
            "listen(listener"
        ))
        .guest(guest!(
            Python,
            "bind_listen.py",
            "listener.bind(",
            "listener.listen("
        ))
        .guest(guest!(Java, "BindListen.java", "new ServerSocket("))
}
