//! `close`, `shutdown`: the scenes of this step.

mod connect;
mod mistakes;
mod scenes;
mod serve;
mod unbound;

use std::process::ExitCode;

use lab::{Half, Halves, Place, Scene, Step, guest, layers};

fn main() -> ExitCode {
    let step = Step {
        name: env!("CARGO_PKG_NAME"),
        title: env!("CARGO_PKG_DESCRIPTION"),
        lesson: "lessons/06-close.md",
        scenes: vec![
            with_guests(scenes::close()),
            mistakes::half_close::scene(),
            mistakes::unread_reset::scene(),
            mistakes::linger_zero::scene(),
            mistakes::time_wait::scene(),
            mistakes::dup_keeps_open::scene(),
            mistakes::exec_leak::scene(),
            mistakes::close_twice::scene(),
            mistakes::late_errno::scene(),
        ],
        halves: Some(Halves {
            take: Place::Address,
            serve: Some(Half {
                about: "reads to the end, answers how many bytes it got, closes",
                parts: layers(
                    serve::serve_libc,
                    serve::serve_nix,
                    serve::serve_socket2,
                    serve::serve_std,
                ),
            }),
            connect: Some(Half {
                about: "sends a line, half-closes with shutdown, reads the answer to its end, closes",
                parts: layers(
                    connect::connect_libc,
                    connect::connect_nix,
                    connect::connect_socket2,
                    connect::connect_std,
                ),
            }),
            second_terminal: "nc 127.0.0.1 9000",
        }),
        commands: Vec::new(),
    };
    step.run()
}

/// The main scene in other languages.
fn with_guests(scene: Scene) -> Scene {
    scene
        .guest(guest!(C, "close.c", "close(connection"))
        .guest(guest!(Python, "close.py", "connection.close("))
        .guest(guest!(Java, "Close.java", "connection.close("))
}
