//! `getaddrinfo`, `getnameinfo`: the scenes of this step.

mod mistakes;
mod scenes;

use std::process::ExitCode;

use lab::{Scene, Step, guest};

fn main() -> ExitCode {
    let step = Step {
        name: env!("CARGO_PKG_NAME"),
        title: "getaddrinfo and getnameinfo: names for people, addresses for the kernel",
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
        serve: None,
        connect: None,
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
