//! A step: its scenes, its two halves, and its program.

use std::process::ExitCode;

use serde_json::json;

use crate::cli::{self, Asked, Task};
use crate::command::Command;
use crate::folder;
use crate::halves::{Half, Halves};
use crate::perform::Performance;
use crate::scene::Scene;
use crate::show::Screen;
use crate::terminal::print;
use crate::trouble::Trouble;

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
    /// The program of a step: understands the command line, plays and prints.
    ///
    /// The exit status is 0 when the scene went as announced, 1 when it did not,
    /// 2 for a command line that is not understood.
    pub fn run(self) -> ExitCode {
        let args: Vec<_> = std::env::args_os().skip(1).collect();
        if args.first().is_some_and(|first| first == cli::ACTOR) {
            let args: Vec<String> = args
                .iter()
                .map(|arg| arg.to_string_lossy().into_owned())
                .collect();
            return crate::actor::run(&self, &args[1..]);
        }
        if let [first, process, number] = &args[..]
            && first == folder::SWEEPER
        {
            let swept = folder::sweep(&process.to_string_lossy(), &number.to_string_lossy());
            return swept.map_or(ExitCode::from(2), |()| ExitCode::SUCCESS);
        }
        let asked = match cli::parse(&self, args) {
            Ok(asked) => asked,
            Err(trouble) => {
                eprintln!("{}: {trouble}", self.name);
                return ExitCode::from(2);
            }
        };
        match self.perform(&asked) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(trouble) => {
                eprintln!("{}: {trouble}", self.name);
                ExitCode::FAILURE
            }
        }
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

    /// Does what was asked; true when everything went as announced.
    fn perform(&self, asked: &Asked) -> Result<bool, Trouble> {
        match &asked.task {
            Task::Help => print(&cli::help(self)).map(|()| true),
            Task::Version => {
                print(&format!("{} {}\n", self.name, env!("CARGO_PKG_VERSION"))).map(|()| true)
            }
            Task::List if asked.json => print(&self.list_json()).map(|()| true),
            Task::List => print(&self.list(&Screen::new(asked.plain, false))).map(|()| true),
            Task::Half(name, place) => self.alone(name, place, asked),
            Task::Command(command, given) => command.job(given.layer())(given).map(|()| true),
            Task::Play(name) => {
                let scene = match name {
                    Some(name) => self.scene(name),
                    None => self.scenes.first(),
                };
                let scene = scene.ok_or_else(|| Trouble::new("this step has no such scene"))?;
                Performance::new(self, scene, asked).run()
            }
        }
    }

    fn list(&self, screen: &Screen) -> String {
        let width = self
            .scenes
            .iter()
            .map(|scene| scene.name.len())
            .max()
            .unwrap_or(0);
        let mut out = format!("{}\n\n", screen.bold(self.title));
        for scene in &self.scenes {
            let core = if scene.core { '*' } else { ' ' };
            let kind = if scene.mistake { "mistake: " } else { "" };
            let text = screen.fill(width + 4, &format!("{kind}{}", scene.line));
            out += &format!("{core} {:width$}  {}", scene.name, text.trim_start());
        }
        out += "\n* the ones no learner should miss. A mistake is played broken, then repaired.\n";
        out
    }

    /// The scenes as JSON lines, for programs that want to play them all.
    fn list_json(&self) -> String {
        let lines = self.scenes.iter().map(|scene| {
            let line = json!({
                "scene": scene.name, "line": scene.line, "core": scene.core, "mistake": scene.mistake,
                "guests": scene.guests.iter().map(|guest| guest.language.name()).collect::<Vec<_>>(),
            });
            format!("{line}\n")
        });
        lines.collect()
    }
}
