//! A step, as its program declares it: its scenes, its two halves, and its commands.

use crate::command::Command;
use crate::halves::{Half, Halves};
use crate::scene::Scene;

/// A step of the course, as its program declares it.
#[derive(Clone, Debug)]
pub struct Step {
    /// The crate's name, `env!("CARGO_PKG_NAME")`.
    pub name: &'static str,
    /// The call and what it is for, in a line.
    pub title: &'static str,
    /// The lesson's path from the workspace root.
    pub lesson: &'static str,
    /// The scenes; the first is the main one.
    pub scenes: Vec<Scene>,
    /// `serve` and `connect`, where the step has either.
    pub halves: Option<Halves>,
    /// Programmes of the step's own, for the learner's terminal.
    pub commands: Vec<Command>,
}

impl Step {
    /// What a learner types to start its program with arguments.
    pub(crate) fn typed(&self) -> String {
        format!("cargo run -p {} --", self.name)
    }

    pub(crate) fn scene(&self, name: &str) -> Option<&Scene> {
        self.scenes.iter().find(|scene| scene.name == name)
    }

    pub(crate) fn command(&self, name: &str) -> Option<&Command> {
        self.commands.iter().find(|command| command.name == name)
    }

    /// `serve` or `connect`, where the step has it.
    pub(crate) fn half(&self, name: &str) -> Option<Half> {
        let (_, half) = self.halves.as_ref()?.named(name)?;
        Some(half)
    }

    pub(crate) fn has_guests(&self) -> bool {
        self.scenes.iter().any(|scene| !scene.guests.is_empty())
    }
}
