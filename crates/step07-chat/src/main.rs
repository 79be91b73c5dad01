//! A chat: the programme itself, and its scenes.

mod client;
mod mistakes;
mod scenes;
mod server;
mod turns;

use std::process::ExitCode;

use lab::{Command, Opt, Scene, Step, Takes, guest};

/// The step's own option.
const FRAMING: &[Opt] = &[Opt {
    name: "--framing",
    takes: Takes::OneOf(&["none", "lines", "length"]),
    about: "where a message ends: none, lines or length; the same on both sides",
}];

fn main() -> ExitCode {
    let step = Step {
        name: env!("CARGO_PKG_NAME"),
        title: env!("CARGO_PKG_DESCRIPTION"),
        lesson: "lessons/07-chat.md",
        scenes: vec![
            with_guests(scenes::chat()),
            mistakes::merged::scene(),
            mistakes::cut::scene(),
            mistakes::utf8_split::scene(),
            mistakes::empty_line::scene(),
            mistakes::host_order_length::scene(),
            mistakes::struct_padding::scene(),
        ],
        halves: None,
        commands: vec![
            Command {
                name: "server",
                about: "waits for a client and talks with it, then waits for the next one",
                takes_address: true,
                options: FRAMING,
                jobs: [
                    server::server_libc,
                    server::server_nix,
                    server::server_socket2,
                    server::server_std,
                ],
            },
            Command {
                name: "client",
                about: "in a second terminal: talks with a server; exit ends it",
                takes_address: true,
                options: FRAMING,
                jobs: [
                    client::client_libc,
                    client::client_nix,
                    client::client_socket2,
                    client::client_std,
                ],
            },
        ],
    };
    step.run()
}

/// The main scene in other languages: the whole programmes, and what their persons type.
fn with_guests(scene: Scene) -> Scene {
    const TYPED: &[(&str, &[&str])] = &[("server", &["hi"]), ("client", &["hello", "exit"])];
    let c = guest!(C, "chat.c", "recv(fd", "send(fd");
    let python = guest!(Python, "chat.py", ".recv(ROOM)", ".sendall(message)");
    let java = guest!(Java, "Chat.java", ".read(buffer)", ".write(message)");
    scene
        .guest(c.typing(TYPED))
        .guest(python.typing(TYPED))
        .guest(java.typing(TYPED))
}
