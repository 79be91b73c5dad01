//! The program of a step, from its command line to its exit status.

use std::ffi::OsString;
use std::process::ExitCode;

use show::flags::{JSON, PLAIN};

use crate::actor;
use crate::alone::alone;
use crate::cli::{self, Task};
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
    let asked = match cli::parse(step, args) {
        Ok(asked) => asked,
        Err(trouble) => return complain(trouble, 2),
    };
    let show = |text: String| print(&text).map(|()| true);
    let good = match &asked.task {
        Task::Play(scene) => perform(step, scene, &asked),
        Task::Half(name, half, place) => alone(name, *half, place, &asked),
        Task::Command(command, given) => command.job(given.layer())(given).map(|()| true),
        Task::List if asked.flags.has(JSON) => show(list::json(step)),
        Task::List => show(list::text(
            step,
            &Screen::new(asked.flags.has(PLAIN), false),
        )),
        Task::Help => show(cli::help(step)),
        Task::Version => show(format!("{} {}\n", step.name, env!("CARGO_PKG_VERSION"))),
    };
    match good {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => complain(trouble, 1),
    }
}
