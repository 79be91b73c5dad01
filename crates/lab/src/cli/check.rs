//! What cannot be asked together.

use show::flags::{Flag, WIRE};

use super::asked::{Asked, Task};
use super::table::{GUESTS, NOT_OF_A_HALF, OF_A_COMMAND, PREDICT};
use crate::command::Command;
use crate::language::Language;
use crate::layer::Layer;
use crate::scene::Scene;
use crate::step::Step;
use crate::trouble::{Trouble, trouble};

/// Says what cannot be asked of this task, and what to leave out.
pub(super) fn together(asked: &Asked<'_>, step: &Step) -> Result<(), Trouble> {
    let see_help = |why: String| trouble!("{why}, or see {} --help", step.typed());
    let scene = match &asked.task {
        Task::Play(scene) => Some(*scene),
        _ => None,
    };
    match &asked.task {
        Task::Command(command, _) => check_command(command, asked, step)?,
        Task::Play(_) | Task::Half(..) => check_own(asked, step)?,
        Task::List | Task::Help | Task::Version => {}
    }
    if let (Some(scene), Some(variant)) = (scene.filter(|scene| !scene.mistake), asked.variant) {
        return Err(trouble!(
            "{} is not a mistake, so it has no {} form; the mistakes are marked in --list",
            scene.name,
            variant.name()
        ));
    }
    if matches!(asked.task, Task::Half(..)) {
        asked.flags.clash(NOT_OF_A_HALF).map_err(see_help)?;
    }
    // What is about packets asks for them, too.
    asked.flags.check(&[WIRE]).map_err(see_help)?;
    if asked.flags.has(GUESTS) {
        check_guests(scene, step)?;
    }
    match asked.language {
        Some(language) => check_language(language, asked, scene, step),
        None => Ok(()),
    }
}

/// What only a command can be asked.
fn check_own(asked: &Asked<'_>, step: &Step) -> Result<(), Trouble> {
    let takes = |command: &&Command, flag: &Flag| command.takes(flag.name);
    for flag in asked.flags.given() {
        let commands = step.commands.iter().filter(|command| takes(command, &flag));
        let commands: Vec<&str> = commands.map(|command| command.name).collect();
        if !commands.is_empty() {
            return Err(trouble!(
                "{} is for {}; see {} --help",
                flag.name,
                commands.join(" and "),
                step.typed()
            ));
        }
    }
    Ok(())
}

/// What cannot be asked of a command.
fn check_command(command: &Command, asked: &Asked<'_>, step: &Step) -> Result<(), Trouble> {
    let allowed = |flag: &Flag| {
        command.takes(flag.name) || OF_A_COMMAND.iter().any(|other| other.name == flag.name)
    };
    if let Some(flag) = asked.flags.given().find(|flag| !allowed(flag)) {
        let (name, flag) = (command.name, flag.name);
        return Err(Trouble::new(
            match step.commands.iter().any(|other| other.takes(flag)) {
                true => format!(
                    "{name} has no {flag}; type {} {}",
                    step.typed(),
                    command.usage()
                ),
                false => format!(
                    "{flag} is for scenes, and {name} runs in your own terminal, unwatched; \
                 to watch it type cargo lens target/debug/{} {name}",
                    step.name
                ),
            },
        ));
    }
    match asked.language {
        Some(language) => Err(trouble!(
            "{} is there in the layers only, not in {}; see {} --help",
            command.name,
            language.name(),
            step.typed()
        )),
        None => Ok(()),
    }
}

/// Whether there are guests to play.
fn check_guests(scene: Option<&Scene>, step: &Step) -> Result<(), Trouble> {
    if !step.has_guests() {
        return Err(trouble!(
            "{} has no guests in other languages; leave out --guests",
            step.name
        ));
    }
    if let Some(scene) = scene.filter(|scene| scene.guests.is_empty()) {
        let mut others = step.scenes.iter();
        let other = others.find(|scene| !scene.guests.is_empty());
        let there = other.map_or_else(String::new, |other| format!("; {} has", other.name));
        return Err(trouble!(
            "{} has no guests in other languages{there}",
            scene.name
        ));
    }
    Ok(())
}

/// What cannot be asked of a guest.
fn check_language(
    language: Language,
    asked: &Asked<'_>,
    scene: Option<&Scene>,
    step: &Step,
) -> Result<(), Trouble> {
    let name = language.name();
    if matches!(asked.task, Task::Half(..)) {
        return Err(trouble!(
            "the halves are played in the layers only, not in {name}; see {} --help",
            step.typed()
        ));
    }
    if let Some(scene) = scene.filter(|scene| scene.guest_in(language).is_none()) {
        let mut others = step.scenes.iter();
        let other = others.find(|scene| scene.guest_in(language).is_some());
        let there = other.map_or_else(String::new, |other| format!("; {} is", other.name));
        return Err(trouble!("{} is not there in {name}{there}", scene.name));
    }
    if asked.flags.has(PREDICT) {
        return Err(trouble!(
            "a program in {name} cannot be stopped before its call; --predict takes the layers {}",
            Layer::ALL.map(Layer::name).join(", ")
        ));
    }
    Ok(())
}
