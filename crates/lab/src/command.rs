//! A step's own commands: programmes for the learner's own terminal.
//!
//! A scene is played by the lab, and watched. A command is neither: it runs in the process that the learner
//! started, with the learner's keyboard and screen, and goes on until it is done or ctrl-C ends it.
//! To watch it there is `cargo lens target/debug/STEP COMMAND`.

use std::net::SocketAddrV4;

use crate::layer::Layer;
use crate::trouble::{Played, Trouble, trouble};

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
            _ => Err(trouble!("{option} is no option with words")),
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
            _ => Err(trouble!("{option} is no option with an address")),
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

    /// Whether it has an option of this name.
    pub(crate) fn takes(&self, option: &str) -> bool {
        self.options.iter().any(|known| known.name == option)
    }

    /// Its function in this layer.
    pub(crate) fn job(&self, layer: Layer) -> Job {
        self.jobs[layer as usize]
    }
}
