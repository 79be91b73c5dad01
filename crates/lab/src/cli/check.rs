//! What cannot be asked together.

use super::{Asked, Task, typed};
use crate::command::Command;
use crate::language::Language;
use crate::layer::Layer;
use crate::scene::{Scene, Variant};
use crate::step::Step;
use crate::trouble::Trouble;

/// Says what cannot be asked of this task, and what to leave out.
pub(super) fn together(
    asked: &Asked,
    own: &[(String, String)],
    step: &Step,
) -> Result<(), Trouble> {
    if !matches!(asked.task, Task::Help | Task::List | Task::Version) {
        check_own(asked, own, step)?;
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
    check_drawing(asked, step)?;
    check_wire(asked, step)?;
    if asked.guests {
        check_guests(scene, step)?;
    }
    match asked.language {
        Some(language) => check_language(language, asked, scene, step),
        None => Ok(()),
    }
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

/// Whether there are guests to play.
fn check_guests(scene: Option<&Scene>, step: &Step) -> Result<(), Trouble> {
    if !step.has_guests() {
        return Err(Trouble::new(format!(
            "{} has no guests in other languages; leave out --guests",
            step.name
        )));
    }
    if let Some(scene) = scene.filter(|scene| scene.guests.is_empty()) {
        let mut others = step.scenes.iter();
        let other = others.find(|scene| !scene.guests.is_empty());
        let there = other.map_or_else(String::new, |other| format!("; {} has", other.name));
        return Err(Trouble::new(format!(
            "{} has no guests in other languages{there}",
            scene.name
        )));
    }
    Ok(())
}

/// What cannot be asked of a guest.
fn check_language(
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
