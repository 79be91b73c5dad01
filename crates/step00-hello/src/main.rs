//! Two programs say hello and hi: every call of the course in one picture.

mod hello;

use std::process::ExitCode;

use lab::{Half, Halves, Part, Place, Scene, Step};

fn main() -> ExitCode {
    let step = Step {
        name: env!("CARGO_PKG_NAME"),
        title: env!("CARGO_PKG_DESCRIPTION"),
        lesson: "lessons/00-hello.md",
        scenes: vec![scene()],
        halves: Some(Halves {
            take: Place::Address,
            serve: Some(Half {
                about: "waits for a client, prints what it says and answers hi",
                parts: std_only(hello::serve),
            }),
            connect: Some(Half {
                about: "says hello and prints the answer",
                parts: std_only(hello::connect),
            }),
            second_terminal: "nc 127.0.0.1 9000",
        }),
        commands: Vec::new(),
    };
    step.run()
}

fn scene() -> Scene {
    Scene::new("hello", "a server and a client say hello and hi, and each call names the step that explains it")
        .core()
        .actor("server", std_only(hello::server))
        .actor("client", std_only(hello::client))
        .shows(&[lab::Sign::Found("server", "hello"), lab::Sign::Found("client", "hi")])
        .aside(explained_in)
        .idea(|play| {
            let (server, client) = (play.calls("server").len(), play.calls("client").len());
            (server + client > 0).then(|| format!("Behind two short programs stand {server} system calls of the server and {client} of the client."))
        })
        .guest(lab::guest!(Python, "hello.py"))
}

/// The step whose subject a system call is.
fn explained_in(call: &str) -> Option<&'static str> {
    Some(match call {
        "socket" => "step01",
        "bind" | "listen" | "getsockname" => "step02",
        "accept" | "accept4" | "getpeername" => "step03",
        "connect" => "step04",
        "sendto" | "recvfrom" | "read" | "write" | "poll" => "step05",
        "close" | "shutdown" | "setsockopt" => "step06",
        _ => return None,
    })
}

/// This step shows std alone; the other layers begin with step 1.
fn std_only(act: lab::Act) -> [Part; 4] {
    let absent = Part::Absent(
        "this first picture is drawn in std; the layers below it begin with step01-socket",
    );
    [absent, absent, absent, Part::Plays(act)]
}
