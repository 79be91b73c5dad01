//! The command line that every step has.

mod check;
mod help;
mod words;

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

use crate::command::{Command, Given};
use crate::language::Language;
use crate::layer::Layer;
use crate::scene::Variant;
use crate::step::Step;
use crate::trouble::Trouble;

pub(crate) use help::help;

/// The first argument of a process that is an actor. No learner types it.
pub(crate) const ACTOR: &str = "__actor";

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

impl Default for Task {
    fn default() -> Task {
        Task::Play(None)
    }
}

/// The command line, understood.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) task: Task,
    pub(crate) layer: Option<Layer>,
    /// A guest instead of a layer.
    pub(crate) language: Option<Language>,
    pub(crate) variant: Option<Variant>,
    pub(crate) repeat: Option<u32>,
    pub(crate) predict: bool,
    pub(crate) guests: bool,
    pub(crate) json: bool,
    pub(crate) plain: bool,
    pub(crate) all: bool,
    pub(crate) no_lens: bool,
    pub(crate) stack: bool,
    pub(crate) kernel: bool,
    /// Packets: asked for, or not wanted; else as the scene has it.
    pub(crate) wire: Option<bool>,
    pub(crate) share_net: bool,
    /// Where to draw it.
    pub(crate) svg: Option<PathBuf>,
    pub(crate) html: Option<PathBuf>,
    pub(crate) no_times: bool,
    pub(crate) slow: bool,
    pub(crate) pcap: Option<PathBuf>,
}

const FLAGS: [&str; 23] = [
    "--layer",
    "--list",
    "--predict",
    "--broken",
    "--repaired",
    "--repeat",
    "--guests",
    "--json",
    "--plain",
    "--all",
    "--no-lens",
    "--stack",
    "--kernel",
    "--wire",
    "--no-wire",
    "--share-net",
    "--svg",
    "--html",
    "--no-times",
    "--slow",
    "--pcap",
    "--help",
    "--version",
];

/// Understands the arguments, or says what to type instead.
pub(crate) fn parse(
    step: &Step,
    args: impl IntoIterator<Item = OsString>,
) -> Result<Asked, Trouble> {
    let mut asked = Asked::default();
    let mut words = Vec::new();
    let mut own = Vec::new();
    let mut parser = lexopt::Parser::from_args(args);
    let mut show = None;
    while let Some(arg) = parser.next()? {
        match arg {
            Long("layer") => {
                let name = parser.value()?.string()?;
                asked.language = Language::from_name(&name).filter(|_| step.has_guests());
                asked.layer = match asked.language {
                    Some(_) => None,
                    None => Some(words::layer(&name, step)?),
                };
            }
            Long("repeat") => {
                let count = parser.value()?.string()?;
                let number = count
                    .parse()
                    .ok()
                    .filter(|number| (1..=10_000).contains(number));
                asked.repeat = Some(number.ok_or_else(|| {
                    Trouble::new(format!(
                        "--repeat takes a number from 1 to 10000, not {count:?}; try --repeat 20"
                    ))
                })?);
            }
            Long("predict") => asked.predict = true,
            Long("broken") => asked.variant = Some(Variant::Broken),
            Long("repaired") => asked.variant = Some(Variant::Repaired),
            Long("guests") => asked.guests = true,
            Long("json") => asked.json = true,
            Long("plain") => asked.plain = true,
            Long("all") => asked.all = true,
            Long("no-lens") => asked.no_lens = true,
            Long("stack") => asked.stack = true,
            Long("kernel") => asked.kernel = true,
            Long("wire") => asked.wire = Some(true),
            Long("no-wire") => asked.wire = Some(false),
            Long("share-net") => asked.share_net = true,
            Long("svg") => asked.svg = Some(parser.value()?.into()),
            Long("html") => asked.html = Some(parser.value()?.into()),
            Long("no-times") => asked.no_times = true,
            Long("slow") => asked.slow = true,
            Long("pcap") => asked.pcap = Some(parser.value()?.into()),
            Long("list") => show = Some(Task::List),
            Long("help") | Short('h') => show = Some(Task::Help),
            Long("version") | Short('V') => show = Some(Task::Version),
            Value(word) => words.push(word.string()?),
            Long(flag) => {
                let flag = format!("--{flag}");
                let known = own_options(step).any(|name| name == flag);
                if !known {
                    let names = FLAGS.into_iter().chain(own_options(step));
                    return Err(unknown("option", &flag, names, step));
                }
                own.push((flag, parser.value()?.string()?));
            }
            Short(flag) => return Err(unknown("option", &format!("-{flag}"), FLAGS, step)),
        }
    }
    asked.task = match show {
        Some(task) => task,
        None => words::understood(step, &words, asked.layer, &own)?,
    };
    check::together(&asked, &own, step)?;
    Ok(asked)
}

/// What a learner types to start this step with arguments.
pub(crate) fn typed(step: &Step) -> String {
    format!("cargo run -p {} --", step.name)
}

/// The options of the step's own commands.
fn own_options(step: &Step) -> impl Iterator<Item = &'static str> {
    let options = step.commands.iter().flat_map(|command| command.options);
    options.map(|option| option.name)
}

fn unknown(
    what: &str,
    given: &str,
    known: impl IntoIterator<Item = &'static str>,
    step: &Step,
) -> Trouble {
    let nearest = did_you_mean(given, known);
    let list = if what == "scene" { "--list" } else { "--help" };
    Trouble::new(format!(
        "there is no {what} {given:?}{nearest} See {} {list}",
        typed(step)
    ))
}

/// "; did you mean X?", or just the end of the sentence where nothing is near.
fn did_you_mean(given: &str, known: impl IntoIterator<Item = &'static str>) -> String {
    let scored = known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(given, name), name));
    let nearest = scored
        .filter(|(score, _)| *score > 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    nearest.map_or_else(
        || ".".to_owned(),
        |(_, near)| format!("; did you mean {near}?"),
    )
}
