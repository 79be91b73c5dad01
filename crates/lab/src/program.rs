//! The program of a step, from its command line to its exit status.

use std::ffi::OsString;
use std::process::ExitCode;

use lens::flags::{JSON, PLAIN};

use crate::actor;
use crate::alone::alone;
use crate::cli::{self, Asked, Task};
use crate::control::ACTOR;
use crate::folder::{self, SWEEPER};
use crate::list;
use crate::perform::perform;
use crate::screen::Screen;
use crate::step::Step;
use crate::terminal::print;
use crate::trouble::Trouble;

/// The program of a step: understands the command line, plays and prints.
///
/// The exit status is 0 when the scene went as announced, 1 when it did not,
/// 2 for a command line that is not understood.
pub fn run(step: Step) -> ExitCode {
    let step = &step;
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let words: Vec<String> = args
        .iter()
        .map(|arg| arg.to_string_lossy().into())
        .collect();
    match &words[..] {
        [first, words @ ..] if first == ACTOR => return actor::run(step, words),
        [first, process, number] if first == SWEEPER => {
            let swept = folder::sweep(process, number);
            return swept.map_or(ExitCode::from(2), |()| ExitCode::SUCCESS);
        }
        _ => {}
    }
    let complain = |trouble: Trouble, status: u8| {
        eprintln!("{}: {trouble}", step.name);
        ExitCode::from(status)
    };
    match cli::parse(step, args) {
        Err(trouble) => complain(trouble, 2),
        Ok(asked) => match obey(step, &asked) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(trouble) => complain(trouble, 1),
        },
    }
}

/// Does what was asked; true when everything went as announced.
fn obey(step: &Step, asked: &Asked) -> Result<bool, Trouble> {
    let text = match &asked.task {
        Task::Half(name, place) => return alone(step, name, place, asked),
        Task::Command(command, given) => return command.job(given.layer())(given).map(|()| true),
        Task::Play(name) => {
            let scene = match name {
                Some(name) => step.scene(name),
                None => step.scenes.first(),
            };
            let scene = scene.ok_or_else(|| Trouble::new("this step has no such scene"))?;
            return perform(step, scene, asked);
        }
        Task::Help => cli::help(step),
        Task::Version => format!("{} {}\n", step.name, env!("CARGO_PKG_VERSION")),
        Task::List if asked.has(JSON) => list::json(step),
        Task::List => list::text(step, &Screen::new(asked.has(PLAIN), false)),
    };
    print(&text).map(|()| true)
}

impl Step {
    /// See [`run`].
    pub fn run(self) -> ExitCode {
        run(self)
    }
}
