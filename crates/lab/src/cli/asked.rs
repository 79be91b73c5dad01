//! What was asked for: the command line, understood.

use std::path::Path;

use lens::flags::CommandLine;
use lens::flags::Flag;

use crate::command::{Command, Given};
use crate::language::Language;
use crate::layer::Layer;
use crate::variant::Variant;

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Task {
    /// A scene by its name, or the main one.
    Play(Option<String>),
    List,
    /// `serve` or `connect`, and the place behind it.
    Half(&'static str, String),
    Command(Command, Given),
    Help,
    Version,
}

/// The command line, understood.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) task: Task,
    pub(crate) layer: Option<Layer>,
    /// A guest instead of a layer.
    pub(crate) language: Option<Language>,
    pub(crate) variant: Option<Variant>,
    pub(crate) repeat: Option<u32>,
    pub(crate) line: CommandLine,
}

impl Asked {
    /// Whether a flag was given.
    pub(crate) fn has(&self, flag: Flag) -> bool {
        self.line.has(flag)
    }

    /// Whether a flag was given, or one that asks for it, too.
    pub(crate) fn asks_for(&self, flag: Flag) -> bool {
        self.line.asks_for(flag)
    }

    /// The file behind a flag.
    pub(crate) fn path(&self, flag: Flag) -> Option<&Path> {
        self.line.path(flag)
    }
}
