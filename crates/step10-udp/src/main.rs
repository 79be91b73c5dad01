//! `sendto`, `recvfrom`: the scenes of this step, and a chat for the local network.

mod chat;
mod connect;
mod helpers;
mod mistakes;
mod scenes;
mod serve;

use std::process::ExitCode;

use lab::{Half, Halves, Place, Scene, Step, guest, layers};

fn main() -> ExitCode {
    let step = Step {
        name: env!("CARGO_PKG_NAME"),
        title: env!("CARGO_PKG_DESCRIPTION"),
        lesson: "lessons/10-udp.md",
        scenes: vec![
            with_guests(scenes::udp()),
            scenes::boundaries::scene(),
            mistakes::truncated::scene(),
            scenes::real_length::scene(),
            mistakes::empty_datagram::scene(),
            mistakes::lost::scene(),
            scenes::connected::scene(),
            mistakes::nobody_there::scene(),
            mistakes::late_error::scene(),
            mistakes::broadcast::scene(),
            scenes::multicast::scene(),
        ],
        halves: Some(Halves {
            take: Place::Address,
            serve: Some(Half {
                about: "an echo: prints each datagram and its sender, and sends it back",
                parts: layers(
                    serve::serve_libc,
                    serve::serve_nix,
                    serve::serve_socket2,
                    serve::serve_std,
                ),
            }),
            connect: Some(Half {
                about: "sends hello, again if no answer comes, and prints the answer",
                parts: layers(
                    connect::connect_libc,
                    connect::connect_nix,
                    connect::connect_socket2,
                    connect::connect_std,
                ),
            }),
            second_terminal: "nc -u 127.0.0.1 9000",
        }),
        commands: vec![chat::command()],
    };
    step.run()
}

/// The main scene in other languages.
fn with_guests(scene: Scene) -> Scene {
    scene
        .guest(guest!(C, "udp.c", "= recvfrom(", "sendto(fd, \"hi"))
        .guest(guest!(Python, "udp.py", ".recvfrom(", ".sendto(b\"hi"))
        .guest(guest!(Java, "Udp.java", "socket.receive(", "socket.send("))
}
