//! A step's own commands: programmes for the learner's own terminal.
//!
//! A scene is played by the lab, and watched. A command is neither: it runs in the process that the learner
//! started, with the learner's keyboard and screen, and goes on until it is done or ctrl-C ends it.
//! To watch it there is `cargo lens target/debug/STEP COMMAND`.

use std::net::SocketAddrV4;

use crate::layer::Layer;
use crate::trouble::{Played, Trouble};

/// What a command does in one layer: one plain function, read from top to bottom.
pub type Job = fn(&Given) -> Played;

/// A programme that a step offers beside its scenes: `cargo run -p step07-chat -- server`.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// The word that is typed. No scene of the step may have this name.
    pub name: &'static str,
    /// What it does, in a line: "waits for a client and talks with it".
    pub about: &'static str,
    /// Whether an address may stand behind the name; 127.0.0.1:9000 where none does.
    pub takes_address: bool,
    /// Its own options; `--layer` it has anyway.
    pub options: &'static [Opt],
    /// The function of each layer, from libc up. Without `--layer` it is libc's.
    pub jobs: [Job; 4],
}

/// An option of a command. It has a value: `--framing lines`, or `--framing=lines`.
#[derive(Clone, Copy, Debug)]
pub struct Opt {
    /// As it is typed, dashes included.
    pub name: &'static str,
    /// What stands behind it.
    pub takes: Takes,
    /// What it is for, in a line.
    pub about: &'static str,
}

/// What an option takes.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    /// One of these words. The first is taken where the option is not given.
    OneOf(&'static [&'static str]),
    /// An address, which must be given.
    Address,
    /// An address; this one where the option is not given.
    AddressOr(&'static str),
}

/// What the learner gave a command: every value checked, and the missing ones filled in.
#[derive(Clone, Debug)]
pub struct Given {
    pub(crate) layer: Layer,
    pub(crate) address: SocketAddrV4,
    pub(crate) values: Vec<(&'static str, Filled)>,
}

/// The value of an option.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Filled {
    Word(&'static str),
    Address(SocketAddrV4),
}

impl Given {
    /// The layer to work in.
    pub fn layer(&self) -> Layer {
        self.layer
    }

    /// The address behind the command's name.
    pub fn address(&self) -> SocketAddrV4 {
        self.address
    }

    /// The word behind an option that takes [one of several](Takes::OneOf).
    ///
    /// # Errors
    ///
    /// When the command has no such option.
    pub fn word(&self, option: &str) -> Result<&'static str, Trouble> {
        match self.value(option) {
            Some(Filled::Word(word)) => Ok(word),
            _ => Err(Trouble::new(format!("{option} is no option with words"))),
        }
    }

    /// The address behind an option that takes one.
    ///
    /// # Errors
    ///
    /// When the command has no such option.
    pub fn address_of(&self, option: &str) -> Result<SocketAddrV4, Trouble> {
        match self.value(option) {
            Some(Filled::Address(address)) => Ok(address),
            _ => Err(Trouble::new(format!(
                "{option} is no option with an address"
            ))),
        }
    }

    fn value(&self, option: &str) -> Option<Filled> {
        let mut values = self.values.iter();
        values
            .find(|(name, _)| *name == option)
            .map(|(_, value)| *value)
    }
}

impl Command {
    /// The command as it is typed, what may be left out in brackets: `server [ADDR] [--framing none|lines]`.
    pub(crate) fn usage(&self) -> String {
        let mut out = self.name.to_owned();
        if self.takes_address {
            out += " [ADDR]";
        }
        for option in self.options {
            let name = option.name;
            out += &match option.takes {
                Takes::OneOf(words) => format!(" [{name} {}]", words.join("|")),
                Takes::Address => format!(" {name} ADDR"),
                Takes::AddressOr(_) => format!(" [{name} ADDR]"),
            };
        }
        out
    }

    /// Its function in this layer.
    pub(crate) fn job(&self, layer: Layer) -> Job {
        self.jobs[layer as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{Command, Given, Opt, Takes};
    use crate::cli::{Task, help, parse};
    use crate::layer::Layer;
    use crate::scene::Scene;
    use crate::step::Step;

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
        match parse(&step(), words).map(|asked| asked.task) {
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
        let words = |trouble: crate::Trouble| trouble.to_string();
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
        let usage =
            "cargo run -p step -- chat [ADDR] [--framing none|lines] [--me ADDR] --peer ADDR\n";
        assert!(
            help.contains(usage) && help.contains("-- listen\n"),
            "{help}"
        );
        assert_eq!(help.matches("where a message ends").count(), 1);
    }
}
