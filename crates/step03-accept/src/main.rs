//! `accept`: the scenes of this step.

mod mistakes;
mod scenes;

use std::process::ExitCode;

use lab::{Half, Step, layers};

fn main() -> ExitCode {
    let step = Step {
        name: env!("CARGO_PKG_NAME"),
        title: "accept: take one finished connection off the queue",
        lesson: "lessons/03-accept.md",
        scenes: vec![scenes::accept(), mistakes::forgot_listen::scene()],
        serve: Some(Half {
            about: "accepts, prints the peer and closes",
            parts: layers(
                scenes::serve_libc,
                scenes::serve_nix,
                scenes::serve_socket2,
                scenes::serve_std,
            ),
        }),
        connect: None,
    };
    step.run()
}
