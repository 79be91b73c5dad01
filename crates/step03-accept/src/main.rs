//! `accept`: the scenes of this step.

mod later;
mod mistakes;
mod scenes;
mod serve;

use std::process::ExitCode;

use lab::{Half, Halves, Place, Scene, Step, guest, layers};

fn main() -> ExitCode {
    let step = Step {
        name: env!("CARGO_PKG_NAME"),
        title: env!("CARGO_PKG_DESCRIPTION"),
        lesson: "lessons/03-accept.md",
        scenes: vec![
            with_guests(scenes::accept()),
            scenes::connected_before_accept::scene(),
            scenes::same_port::scene(),
            mistakes::forgot_listen::scene(),
            mistakes::talk_to_listener::scene(),
            mistakes::accept_datagram::scene(),
            mistakes::addrlen::scene(),
            mistakes::too_many_files::scene(),
            mistakes::emfile_spin::scene(),
            mistakes::one_at_a_time::scene(),
        ],
        halves: Some(Halves {
            take: Place::Address,
            serve: Some(Half {
                about: "accepts, prints the peer and closes",
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
        .guest(guest!(C, "accept.c", "= accept("))
        .guest(guest!(Python, "accept.py", "listener.accept("))
        .guest(guest!(Java, "Accept.java", "listener.accept("))
}
