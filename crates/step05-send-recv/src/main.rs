//! `send`, `recv`: the scenes of this step.

mod connect;
mod mistakes;
mod scenes;
mod serve;

use std::process::ExitCode;

use lab::{Half, Halves, Place, Scene, Step, guest, layers};

fn main() -> ExitCode {
    let step = Step {
        name: env!("CARGO_PKG_NAME"),
        title: env!("CARGO_PKG_DESCRIPTION"),
        lesson: "lessons/05-send-recv.md",
        scenes: vec![
            with_guests(scenes::send_recv()),
            mistakes::one_recv::scene(),
            mistakes::end_of_stream::scene(),
            mistakes::whole_buffer::scene(),
            mistakes::short_write::scene(),
            mistakes::sigpipe::scene(),
            mistakes::eintr::scene(),
            mistakes::first_write::scene(),
            mistakes::both_wait::scene(),
            mistakes::both_send::scene(),
            mistakes::sent_not_received::scene(),
        ],
        halves: Some(Halves {
            take: Place::Address,
            serve: Some(Half {
                about: "an echo: prints what it receives and sends it back, then waits for the next client",
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
            second_terminal: "nc 127.0.0.1 9000",
        }),
        commands: Vec::new(),
    };
    step.run()
}

/// The main scene in other languages.
fn with_guests(scene: Scene) -> Scene {
    scene
        .guest(guest!(C, "send_recv.c", "recv(fd", "send(connection, \"hi"))
        .guest(guest!(
            Python,
            "send_recv.py",
            "connection.recv(",
            "connection.sendall(b\"hi"
        ))
        .guest(guest!(
            Java,
            "SendRecv.java",
            "input.read(",
            "output.write("
        ))
}
