//! `getaddrinfo`, `getnameinfo`: the scenes of this step.

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
        lesson: "lessons/09-names.md",
        scenes: vec![
            with_guests(scenes::names()),
            mistakes::localhost_v6::scene(),
            scenes::connect_each::scene(),
            mistakes::not_found::scene(),
            mistakes::static_buffer::scene(),
            scenes::old_pair::scene(),
            scenes::dual_stack::scene(),
            mistakes::v6only::scene(),
        ],
        halves: Some(Halves {
            take: Place::Host,
            serve: Some(Half {
                about: "listens on either family, [::]:9000 for both, and tells each client its address",
                parts: layers(
                    serve::serve_libc,
                    serve::serve_nix,
                    serve::serve_socket2,
                    serve::serve_std,
                ),
            }),
            connect: Some(Half {
                about: "looks a name up, as localhost:9000, and calls its addresses until one answers",
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
        .guest(guest!(
            C,
            "names.c",
            "getaddrinfo(host",
            "connect(connection, entry"
        ))
        .guest(guest!(
            Python,
            "names.py",
            "socket.getaddrinfo(",
            "connection.connect("
        ))
        .guest(guest!(
            Java,
            "Names.java",
            "InetAddress.getAllByName(",
            "connection.connect("
        ))
}
