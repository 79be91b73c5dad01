//! A step: its scenes, its two halves, and its program.

use std::process::ExitCode;

use lens::event::Time;
use serde_json::json;

use crate::cli::{self, Asked, Task};
use crate::command::Command;
use crate::direct::{Request, play};
use crate::folder;
use crate::live::Live;
use crate::perform::Performance;
use crate::scene::{Part, Scene, Variant};
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
    /// The half that waits, alone, for a real client.
    pub serve: Option<Half>,
    /// The half that calls.
    pub connect: Option<Half>,
    /// Programmes of the step's own, for the learner's terminal.
    pub commands: Vec<Command>,
}

/// One half of a conversation, played alone against whoever is there.
#[derive(Clone, Copy, Debug)]
pub struct Half {
    /// What it does, in a line: "accepts, prints the peer and closes".
    pub about: &'static str,
    /// The function of each layer. The address is [`Stage::address`](crate::Stage::address).
    pub parts: [Part; 4],
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

    /// Whether the halves take a path: where the main scene's address is one.
    pub(crate) fn takes_paths(&self) -> bool {
        self.scenes.first().is_some_and(|main| main.path.is_some())
    }

    /// Whether the halves take names: where the main scene says so.
    pub(crate) fn takes_names(&self) -> bool {
        self.scenes.first().is_some_and(|main| main.takes_names)
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
            Task::Serve(address) => self.alone("serve", self.serve, address, asked),
            Task::Connect(address) => self.alone("connect", self.connect, address, asked),
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

    /// `serve` and `connect`: one actor, no end but its own, and what it says comes as it says it.
    fn alone(
        &self,
        name: &'static str,
        half: Option<Half>,
        address: &str,
        asked: &Asked,
    ) -> Result<bool, Trouble> {
        let half = half.ok_or_else(|| Trouble::new(format!("this step has no `{name}`")))?;
        let scene = Scene::new(name, half.about).actor(name, half.parts);
        let layer = asked.layer.unwrap_or(scene.lowest_layer());
        if let Some(Part::Absent(why) | Part::RuledOut(why)) = scene.not_in(layer) {
            return Err(Trouble::new(format!(
                "{name} is not there in {}: {why}",
                layer.name()
            )));
        }
        let live = Live::new(asked.all);
        let request = Request {
            scene: &scene,
            layer,
            variant: Variant::Repaired,
            guest: None,
            trace: !asked.no_lens && can_trace(),
            address: Some(address),
            live: Some(&live),
            stack: asked.stack,
            kernel: false,
            wire: None,
            before_taught: None,
        };
        let play = play(request)?;
        live.calls_until(Time::MAX);
        match play.trouble {
            Some(trouble) => Err(Trouble::new(
                trouble
                    .strip_prefix(&format!("{name}: "))
                    .unwrap_or(&trouble),
            )),
            None => Ok(true),
        }
    }
}

/// Whether the lens can watch here. Where it cannot, one line says why.
pub(crate) fn can_trace() -> bool {
    match lens::can_trace() {
        Ok(()) => true,
        Err(refused) => {
            eprintln!("not traced: {refused}");
            false
        }
    }
}

/// Whether one can look into the kernel here. Where not, one line says what it needs.
pub(crate) fn can_watch_kernel() -> bool {
    match lens::kernel::can_watch() {
        Ok(()) => true,
        Err(refused) => {
            eprintln!("not shown: {refused}");
            false
        }
    }
}
