//! `AF_UNIX`, `socketpair`, `sendmsg`, `recvmsg`: the scenes of this step.

mod connect;
mod half;
mod mistakes;
mod scenes;
mod serve;

use std::process::ExitCode;

use lab::{Half, Halves, Place, Scene, Step, guest, layers};

fn main() -> ExitCode {
    let step = Step {
        name: env!("CARGO_PKG_NAME"),
        title: env!("CARGO_PKG_DESCRIPTION"),
        lesson: "lessons/11-unix.md",
        scenes: vec![
            with_guests(scenes::unix()),
            mistakes::stale_path::scene(),
            scenes::abstract_name::scene(),
            scenes::credentials(),
            scenes::pass_descriptor(),
            mistakes::descriptor_as_text::scene(),
            mistakes::control_truncated::scene(),
            scenes::pair(),
            mistakes::kept_end::scene(),
            mistakes::no_return_address::scene(),
            mistakes::path_too_long::scene(),
            mistakes::abstract_length::scene(),
        ],
        halves: Some(Halves {
            take: Place::Path,
            serve: Some(Half {
                about: "an echo at a path: says whose process the client is, and sends back what it receives",
                parts: layers(
                    serve::serve_libc,
                    serve::serve_nix,
                    serve::serve_socket2,
                    serve::serve_std,
                ),
            }),
            connect: Some(Half {
                about: "sends hello, says that this was all (half-close), and prints what comes back",
                parts: layers(
                    connect::connect_libc,
                    connect::connect_nix,
                    connect::connect_socket2,
                    connect::connect_std,
                ),
            }),
            second_terminal: "nc -U /tmp/chat",
        }),
        commands: Vec::new(),
    };
    step.run()
}

/// The main scene in other languages.
fn with_guests(scene: Scene) -> Scene {
    scene
        .guest(guest!(C, "unix.c", "bind(listener", "accept(listener"))
        .guest(guest!(
            Python,
            "unix.py",
            "listener.bind(",
            "listener.accept("
        ))
        .guest(guest!(
            Java,
            "Unix.java",
            "listener.bind(",
            "listener.accept("
        ))
}
