//! The command line that every step has.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

use crate::command::{Command, Filled, Given, Takes};
use crate::halves::Halves;
use crate::language::Language;
use crate::layer::Layer;
use crate::place::{Place, ipv4};
use crate::scene::{Scene, Variant};
use crate::step::Step;
use crate::trouble::Trouble;

/// The first argument of a process that is an actor. No learner types it.
pub(crate) const ACTOR: &str = "__actor";

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Task {
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
    let mut asked = Asked {
        task: Task::Play(None),
        layer: None,
        language: None,
        variant: None,
        repeat: None,
        predict: false,
        guests: false,
        json: false,
        plain: false,
        all: false,
        no_lens: false,
        stack: false,
        kernel: false,
        wire: None,
        share_net: false,
        svg: None,
        html: None,
        no_times: false,
        slow: false,
        pcap: None,
    };
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
                    None => Some(layer(&name, step)?),
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
        None => match words.first().and_then(|first| step.command(first)) {
            Some(command) => {
                let given = given(command, asked.layer, &words[1..], &own, step)?;
                Task::Command(*command, given)
            }
            None => task(step, &words)?,
        },
    };
    if !matches!(asked.task, Task::Help | Task::List | Task::Version) {
        check_own(&asked, &own, step)?;
    }
    let scene = match &asked.task {
        Task::Play(Some(name)) => step.scene(name),
        Task::Play(None) => step.scenes.first(),
        _ => None,
    };
    if let (Some(scene), Some(variant)) = (scene.filter(|scene| !scene.mistake), asked.variant) {
        return Err(Trouble::new(format!(
            "{} is not a mistake, so it has no {} form; the mistakes are marked in --list",
            scene.name,
            variant.name()
        )));
    }
    if asked.kernel && matches!(asked.task, Task::Half(..)) {
        return Err(Trouble::new(format!(
            "what the kernel did is read when a scene has ended, and a half goes on; leave out --kernel, or see {} --help",
            typed(step)
        )));
    }
    check_drawing(&asked, step)?;
    check_wire(&asked, step)?;
    if asked.guests && !step.has_guests() {
        return Err(Trouble::new(format!(
            "{} has no guests in other languages; leave out --guests",
            step.name
        )));
    }
    let has_none = scene.filter(|scene| asked.guests && scene.guests.is_empty());
    if let Some(scene) = has_none {
        let mut others = step.scenes.iter();
        let other = others.find(|scene| !scene.guests.is_empty());
        let there = other.map_or_else(String::new, |other| format!("; {} has", other.name));
        return Err(Trouble::new(format!(
            "{} has no guests in other languages{there}",
            scene.name
        )));
    }
    if let Some(language) = asked.language {
        check_guest(language, &asked, scene, step)?;
    }
    Ok(asked)
}

/// The options of the step's own commands.
fn own_options(step: &Step) -> impl Iterator<Item = &'static str> {
    let options = step.commands.iter().flat_map(|command| command.options);
    options.map(|option| option.name)
}

/// What a command was given: its address, and a value for each of its options.
fn given(
    command: &Command,
    layer: Option<Layer>,
    words: &[String],
    own: &[(String, String)],
    step: &Step,
) -> Result<Given, Trouble> {
    let usage = format!("{} {}", typed(step), command.usage());
    if let Some(extra) = words.get(usize::from(command.takes_address)) {
        return Err(Trouble::new(format!(
            "{extra:?} is one argument too many; type {usage}"
        )));
    }
    let mut values = Vec::new();
    for option in command.options {
        let name = option.name;
        let mut typed = own.iter().rev();
        let text = typed
            .find(|(typed, _)| typed == name)
            .map(|(_, text)| text.as_str());
        let value = match (option.takes, text) {
            (Takes::OneOf(words), text) => {
                let word = text.unwrap_or(words.first().unwrap_or(&""));
                let mut known = words.iter();
                let found = known.find(|known| **known == word).ok_or_else(|| {
                    let nearest = did_you_mean(word, words.iter().copied());
                    let words = words.join(", ");
                    Trouble::new(format!(
                        "{name} does not take {word:?}{nearest} It takes {words}"
                    ))
                })?;
                Filled::Word(found)
            }
            (Takes::Address, None) => {
                return Err(Trouble::new(format!(
                    "{} needs {name}; type {usage}",
                    command.name
                )));
            }
            (Takes::AddressOr(text), None) | (Takes::Address | Takes::AddressOr(_), Some(text)) => {
                Filled::Address(ipv4(text)?)
            }
        };
        values.push((name, value));
    }
    let address = words.first().map(String::as_str);
    Ok(Given {
        layer: layer.unwrap_or(Layer::Libc),
        address: ipv4(address.unwrap_or(Place::Address.default()))?,
        values,
    })
}

/// What cannot be asked of a command, and what only a command can be asked.
fn check_own(asked: &Asked, own: &[(String, String)], step: &Step) -> Result<(), Trouble> {
    let Task::Command(command, _) = &asked.task else {
        let Some((flag, _)) = own.first() else {
            return Ok(());
        };
        let has = |command: &&Command| command.options.iter().any(|option| option.name == flag);
        let commands = step.commands.iter().filter(has).map(|command| command.name);
        let commands: Vec<&str> = commands.collect();
        return Err(Trouble::new(format!(
            "{flag} is for {}; see {} --help",
            commands.join(" and "),
            typed(step)
        )));
    };
    let takes = |flag: &str| command.options.iter().any(|option| option.name == flag);
    if let Some((flag, _)) = own.iter().find(|(flag, _)| !takes(flag)) {
        return Err(Trouble::new(format!(
            "{} has no {flag}; type {} {}",
            command.name,
            typed(step),
            command.usage()
        )));
    }
    let of_scenes = [
        ("--broken", asked.variant == Some(Variant::Broken)),
        ("--repaired", asked.variant == Some(Variant::Repaired)),
        ("--repeat", asked.repeat.is_some()),
        ("--predict", asked.predict),
        ("--guests", asked.guests),
        ("--json", asked.json),
        ("--all", asked.all),
        ("--stack", asked.stack),
        ("--kernel", asked.kernel),
        ("--wire", asked.wire == Some(true)),
        ("--no-wire", asked.wire == Some(false)),
        ("--share-net", asked.share_net),
        ("--slow", asked.slow),
        ("--pcap", asked.pcap.is_some()),
        ("--svg", asked.svg.is_some()),
        ("--html", asked.html.is_some()),
        ("--no-times", asked.no_times),
    ];
    if let Some((flag, _)) = of_scenes.into_iter().find(|(_, given)| *given) {
        return Err(Trouble::new(format!(
            "{flag} is for scenes, and {} runs in your own terminal, unwatched; \
             to watch it type cargo lens target/debug/{} {}",
            command.name, step.name, command.name
        )));
    }
    match asked.language {
        Some(language) => Err(Trouble::new(format!(
            "{} is there in the layers only, not in {}; see {} --help",
            command.name,
            language.name(),
            typed(step)
        ))),
        None => Ok(()),
    }
}

/// What cannot be drawn.
fn check_drawing(asked: &Asked, step: &Step) -> Result<(), Trouble> {
    let flag = match (&asked.svg, &asked.html) {
        (Some(_), _) => "--svg",
        (_, Some(_)) => "--html",
        _ if asked.no_times => {
            return Err(Trouble::new(
                "--no-times is for drawings: add --svg FILE or --html FILE",
            ));
        }
        _ => return Ok(()),
    };
    let why = if matches!(asked.task, Task::Half(..)) {
        "a drawing is made when a scene has ended, and a half goes on"
    } else if asked.repeat.is_some() {
        "one play is drawn, and --repeat only counts how many came out"
    } else if asked.no_lens {
        "what is drawn is what the lens saw, and --no-lens does not look"
    } else {
        return Ok(());
    };
    Err(Trouble::new(format!(
        "{why}; leave out {flag}, or see {} --help",
        typed(step)
    )))
}

/// What cannot be asked of the packets. `--slow`, `--pcap` and `--share-net` ask for them, too.
fn check_wire(asked: &Asked, step: &Step) -> Result<(), Trouble> {
    let options = [
        ("--wire", asked.wire == Some(true)),
        ("--share-net", asked.share_net),
        ("--slow", asked.slow),
        ("--pcap", asked.pcap.is_some()),
    ];
    let Some((option, _)) = options.into_iter().find(|(_, given)| *given) else {
        return Ok(());
    };
    let why = if matches!(asked.task, Task::Half(..)) {
        "a half talks to whoever is there over the machine's own network, and packets are seen in a private one"
    } else if asked.no_lens {
        "packets are put beside the calls, and --no-lens leaves those out"
    } else if asked.wire == Some(false) {
        "--no-wire leaves the packets out"
    } else if asked.share_net && asked.slow {
        "only a private network is made slow, not the machine's own"
    } else {
        return Ok(());
    };
    Err(Trouble::new(format!(
        "{why}; leave out {option}, or see {} --help",
        typed(step)
    )))
}

/// What cannot be asked of a guest.
fn check_guest(
    language: Language,
    asked: &Asked,
    scene: Option<&Scene>,
    step: &Step,
) -> Result<(), Trouble> {
    let name = language.name();
    if matches!(asked.task, Task::Half(..)) {
        return Err(Trouble::new(format!(
            "the halves are played in the layers only, not in {name}; see {} --help",
            typed(step)
        )));
    }
    if let Some(scene) = scene.filter(|scene| scene.guest_in(language).is_none()) {
        let mut others = step.scenes.iter();
        let other = others.find(|scene| scene.guest_in(language).is_some());
        let there = other.map_or_else(String::new, |other| format!("; {} is", other.name));
        return Err(Trouble::new(format!(
            "{} is not there in {name}{there}",
            scene.name
        )));
    }
    if asked.predict {
        return Err(Trouble::new(format!(
            "a program in {name} cannot be stopped before its call; --predict takes the layers {}",
            Layer::ALL.map(Layer::name).join(", ")
        )));
    }
    Ok(())
}

fn task(step: &Step, words: &[String]) -> Result<Task, Trouble> {
    let Some(first) = words.first() else {
        return Ok(Task::Play(None));
    };
    let allowed = if matches!(first.as_str(), "serve" | "connect") {
        2
    } else {
        1
    };
    if let Some(extra) = words.get(allowed) {
        return Err(Trouble::new(format!(
            "{extra:?} is one argument too many; see {} --help",
            typed(step)
        )));
    }
    // Where a scene has the half's name, the name alone is the scene.
    if words.len() == 1 && step.scene(first).is_some() {
        return Ok(Task::Play(Some(first.clone())));
    }
    if let Some(halves) = &step.halves
        && let Some((name, _)) = halves.named(first)
    {
        let place = words.get(1).map(String::as_str);
        let place = halves.take.read(place.unwrap_or(halves.take.default()))?;
        return Ok(Task::Half(name, place));
    }
    match first.as_str() {
        half @ ("serve" | "connect") if !step.commands.is_empty() => {
            let commands = step.commands.iter().map(|command| command.name);
            let commands: Vec<&str> = commands.collect();
            Err(Trouble::new(format!(
                "{} has no `{half}`; it has {}, see {} --help",
                step.name,
                commands.join(" and "),
                typed(step)
            )))
        }
        half @ ("serve" | "connect") => Err(Trouble::new(format!(
            "{} has no `{half}`: {}. The steps with both halves are step05-send-recv, step06-close and step10-udp",
            step.name,
            if half == "serve" {
                "it has no half that waits"
            } else {
                "it has no half that calls"
            },
        ))),
        name => {
            let halves = step.halves.iter().flat_map(Halves::all);
            let halves = halves.map(|(half, _)| half);
            Err(unknown(
                "scene",
                name,
                step.scenes
                    .iter()
                    .map(|scene| scene.name)
                    .chain(halves)
                    .chain(step.commands.iter().map(|command| command.name)),
                step,
            ))
        }
    }
}

fn layer(name: &str, step: &Step) -> Result<Layer, Trouble> {
    Layer::from_name(name).ok_or_else(|| {
        let names = Layer::ALL.map(Layer::name);
        let languages = match step.has_guests() {
            true => &Language::ALL.map(Language::name)[..],
            false => &[],
        };
        let nearest = did_you_mean(name, names.into_iter().chain(languages.iter().copied()));
        let languages = match languages {
            [] => String::new(),
            languages => format!("; the other languages {}", languages.join(", ")),
        };
        Trouble::new(format!(
            "there is no layer {name:?}{nearest} The layers are {}{languages}",
            names.join(", ")
        ))
    })
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

/// What a learner types to start this step with arguments.
pub(crate) fn typed(step: &Step) -> String {
    format!("cargo run -p {} --", step.name)
}

/// The text of `--help`.
pub(crate) fn help(step: &Step) -> String {
    let run = typed(step);
    let mut out = format!("{}\n\n{run} [SCENE] [OPTIONS]\n", step.title);
    if let Some(halves) = &step.halves {
        let (word, default) = (halves.take.word(), halves.take.default());
        for (name, half) in halves.all() {
            let place = match step.scene(name) {
                // The name alone is the scene.
                Some(_) => word.to_owned(),
                None => format!("[{word}]    (default {default})"),
            };
            out += &format!("{run} {name} {place}\n    {}\n", half.about);
        }
    }
    for command in &step.commands {
        out += &format!("{run} {}\n    {}\n", command.usage(), command.about);
    }
    out += "
Without a SCENE the main one is played; --list names them all.

  --list        the scenes, with a line each
  --layer L     one layer, in full: libc, nix, socket2 or std
  --predict     stop before the taught call and ask what it will do
  --broken      a mistake without its repair, with hints
  --repaired    the repaired twin of a mistake
  --repeat N    play it N times and count how it came out
";
    if step.has_guests() {
        out += "  --guests      the same in other languages; --layer c, python or java for one\n";
    }
    for option in step.commands.iter().flat_map(|command| command.options) {
        let line = format!("  {:12}  {}\n", option.name, option.about);
        if !out.contains(&line) {
            out += &line;
        }
    }
    out += "  --stack       the functions between the taught call and the kernel
  --kernel      the kernel's own functions below it, and the TCP states (needs root)
  --wire        also the packets between the actors, in a private network
  --no-wire     no packets, where they are shown without being asked for
  --share-net   with --wire: in the machine's own network (needs CAP_NET_RAW)
  --svg FILE    draw it into FILE: calls, packets and states as a ladder
  --html FILE   the same as a page that tells of each call its stack, too
  --no-times    in drawings only the order, the same each time
  --slow        with --wire: each packet takes 0.1 s, to watch short-lived states
  --pcap FILE   with --wire: the packets of the first play, for Wireshark or tshark
  --json        the record, one JSON object a line
  --plain       no colour
  --all         also what the language's runtime does on its own account
  --no-lens     play without watching the system calls
  --help, --version

Exit status: 0 when it went as announced (a mistake that fails as announced too),
1 when it did not, 2 for a command line that is not understood.
";
    out
}
