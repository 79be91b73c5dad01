//! A step with a programme that takes everything there is to take.

use std::ffi::OsString;

use super::table::table;
use super::{Task, help, parse};
use crate::command::{Command, Given, Opt, Takes};
use crate::layer::Layer;
use crate::scene::Scene;
use crate::step::Step;
use crate::trouble::Trouble;

/// A step with a programme that takes everything there is to take.
fn step() -> Step {
    let job = |_: &Given| Ok(());
    let options = &[
        Opt {
            name: "--framing",
            takes: Takes::OneOf(&["none", "lines"]),
            about: "where a message ends",
        },
        Opt {
            name: "--me",
            takes: Takes::AddressOr("127.0.0.1:9001"),
            about: "your own address",
        },
        Opt {
            name: "--peer",
            takes: Takes::Address,
            about: "the other one's address",
        },
    ];
    let chat = Command {
        name: "chat",
        about: "talks",
        takes_address: true,
        options,
        jobs: [job; 4],
    };
    let bare = Command {
        name: "listen",
        takes_address: false,
        options: &[],
        ..chat
    };
    Step {
        name: "step",
        title: "a step",
        lesson: "",
        scenes: vec![Scene::new("scene", "")],
        halves: None,
        commands: vec![chat, bare],
    }
}

fn parsed(line: &str) -> Result<Given, String> {
    let words = line.split_whitespace().map(OsString::from);
    let step = step();
    match parse(&step, words).map(|asked| asked.task) {
        Ok(Task::Command(_, given)) => Ok(given),
        Ok(task) => Err(format!("{task:?}")),
        Err(trouble) => Err(trouble.to_string()),
    }
}

#[track_caller]
fn refused(line: &str, says: &[&str]) {
    let trouble = parsed(line).expect_err("it is understood");
    for part in says {
        assert!(trouble.contains(part), "{trouble:?} lacks {part:?}");
    }
}

#[test]
fn what_is_not_given_is_filled_in() -> Result<(), String> {
    let given = parsed("chat --peer :9002")?;
    let text = |address: std::net::SocketAddrV4| address.to_string();
    assert_eq!(given.layer(), Layer::Libc);
    assert_eq!(text(given.address()), "127.0.0.1:9000");
    let words = |trouble: Trouble| trouble.to_string();
    assert_eq!(given.word("--framing").map_err(words)?, "none");
    let me = given.address_of("--me").map_err(words)?;
    assert_eq!(text(me), "127.0.0.1:9001");
    let peer = given.address_of("--peer").map_err(words)?;
    assert_eq!(text(peer), "127.0.0.1:9002");
    assert!(given.word("--peer").is_err() && given.address_of("--framing").is_err());
    Ok(())
}

#[test]
fn options_stand_anywhere_and_the_last_counts() -> Result<(), String> {
    let line =
        "--peer=1.2.3.4:5 --framing none chat 127.0.0.2:80 --layer std --framing=lines --plain";
    let given = parsed(line)?;
    assert_eq!(given.layer(), Layer::Std);
    assert_eq!(given.address().to_string(), "127.0.0.2:80");
    assert_eq!(given.word("--framing").map_err(|t| t.to_string())?, "lines");
    Ok(())
}

#[test]
fn what_is_not_understood_says_what_to_type() {
    refused("chatt --peer 1", &["did you mean chat?"]);
    refused(
        "chat",
        &["needs --peer", "chat [ADDR] [--framing none|lines]"],
    );
    refused("chat --peer", &["--peer"]);
    refused("chat --peer x", &["\"x\"", ":9000"]);
    refused("chat x --peer 1", &["\"x\"", ":9000"]);
    refused("chat 1 2 --peer 1", &["\"2\"", "too many"]);
    refused("listen 1", &["\"1\"", "too many"]);
    refused("listen --me 1", &["listen has no --me"]);
    refused("--me 1", &["--me is for chat"]);
    refused("scene --framing none", &["--framing is for chat"]);
    refused("chat --framin none", &["did you mean --framing?"]);
    refused(
        "chat --peer 1 --framing line",
        &["did you mean lines?", "none, lines"],
    );
    refused("chat --peer 1 --layer socket", &["did you mean socket2?"]);
    refused(
        "chat --peer 1 --json",
        &["--json is for scenes", "cargo lens"],
    );
    refused("chat --peer 1 --broken", &["--broken is for scenes"]);
    refused("serve", &["no `serve`", "it has chat and listen"]);
}

#[test]
fn help_names_commands_and_each_option_once() {
    let help = help(&step());
    let usage = "cargo run -p step -- chat [ADDR] [--framing none|lines] [--me ADDR] --peer ADDR\n";
    assert!(
        help.contains(usage) && help.contains("-- listen\n"),
        "{help}"
    );
    assert_eq!(help.matches("where a message ends").count(), 1);
    let names = table(&step()).into_iter().map(|flag| flag.name);
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    assert!(names.is_sorted_by(|a, b| a < b), "twice: {names:?}");
}
