//! `getsockopt`, `setsockopt`: the scenes of this step.

mod mistakes;
mod scenes;
mod serve;
mod start;

use std::process::ExitCode;

use lab::{Half, Halves, Place, Scene, Step, guest, layers};

fn main() -> ExitCode {
    let step = Step {
        name: env!("CARGO_PKG_NAME"),
        title: env!("CARGO_PKG_DESCRIPTION"),
        lesson: "lessons/08-options.md",
        scenes: vec![
            with_guests(scenes::options()),
            scenes::defaults(),
            scenes::buffer_doubling(),
            scenes::timeouts(),
            mistakes::zero_timeout::scene(),
            mistakes::one_byte_flag::scene(),
            mistakes::nagle::scene(),
            scenes::keepalive(),
            mistakes::silent_peer::scene(),
            mistakes::reuse_address::scene(),
            mistakes::reuse_port::scene(),
            mistakes::so_error::scene(),
        ],
        halves: Some(Halves {
            take: Place::Address,
            serve: Some(Half {
                about: "an echo that gives a silent client ten seconds, and notices one that is gone",
                parts: layers(
                    serve::serve_libc,
                    serve::serve_nix,
                    serve::serve_socket2,
                    serve::serve_std,
                ),
            }),
            // The half that calls is step 5's: there is nothing new in it.
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
            "options.c",
            "setsockopt(fd, IPPROTO_TCP",
            "getsockopt(fd, IPPROTO_TCP"
        ))
        .guest(guest!(
            Python,
            "options.py",
            "first.setsockopt(socket.IPPROTO_TCP",
            "print(\"and now\""
        ))
        .guest(guest!(
            Java,
            "Options.java",
            "first.setTcpNoDelay(",
            "\"and now \""
        ))
}
