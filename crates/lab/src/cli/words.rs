//! What the words of a command line mean: a scene, a half and its place, or a command of the step's own.

use std::ffi::OsStr;

use show::flags::CommandLine;

use super::asked::Task;
use super::nearest::{did_you_mean, unknown};
use super::table::of_option;
use crate::command::{Command, Filled, Given, Takes};
use crate::halves::Halves;
use crate::language::Language;
use crate::layer::Layer;
use crate::place::{Place, ipv4};
use crate::step::Step;
use crate::trouble::{Trouble, trouble};

/// What is to be done. The layer and the options of the step's own are a command's.
pub(super) fn understood<'a>(
    step: &'a Step,
    line: &CommandLine,
    layer: Option<Layer>,
) -> Result<Task<'a>, Trouble> {
    let words = line.words().iter().map(|word| text(word));
    let words: Vec<&str> = words.collect::<Result<_, _>>()?;
    match words.first().and_then(|first| step.command(first)) {
        Some(command) => {
            let given = given(command, layer, &words[1..], line, step)?;
            Ok(Task::Command(command, given))
        }
        None => task(step, &words),
    }
}

fn task<'a>(step: &'a Step, words: &[&str]) -> Result<Task<'a>, Trouble> {
    let Some(&first) = words.first() else {
        let main = step.scenes.first();
        return main
            .map(Task::Play)
            .ok_or_else(|| trouble!("{} has no scenes", step.name));
    };
    let is_half = ["serve", "connect"].contains(&first);
    let allowed = if is_half { 2 } else { 1 };
    if let Some(extra) = words.get(allowed) {
        return Err(trouble!(
            "{extra:?} is one argument too many; see {} --help",
            step.typed()
        ));
    }
    // Where a scene has the half's name, the name alone is the scene.
    if let ([_], Some(scene)) = (words, step.scene(first)) {
        return Ok(Task::Play(scene));
    }
    if let Some(halves) = &step.halves
        && let Some((name, half)) = halves.named(first)
    {
        let place = words.get(1).copied();
        let place = halves.take.read(place.unwrap_or(halves.take.default()))?;
        return Ok(Task::Half(name, half, place));
    }
    let halves = step.halves.iter().flat_map(Halves::all);
    let halves = halves.map(|(half, _)| half);
    let others = halves.chain(step.commands.iter().map(|command| command.name));
    if is_half {
        let others: Vec<&str> = others.collect();
        let there = match &others[..] {
            [] => "only scenes, see".to_owned(),
            others => format!("{}, see", others.join(" and ")),
        };
        return Err(trouble!(
            "{} has no `{first}`; it has {there} {} --help",
            step.name,
            step.typed()
        ));
    }
    let known = step.scenes.iter().map(|scene| scene.name).chain(others);
    Err(unknown("scene", first, known, step))
}

/// What a command was given: its address, and a value for each of its options.
fn given(
    command: &Command,
    layer: Option<Layer>,
    words: &[&str],
    line: &CommandLine,
    step: &Step,
) -> Result<Given, Trouble> {
    let usage = format!("{} {}", step.typed(), command.usage());
    if let Some(extra) = words.get(usize::from(command.takes_address)) {
        return Err(trouble!("{extra:?} is one argument too many; type {usage}"));
    }
    let mut values = Vec::new();
    for option in command.options {
        let name = option.name;
        let typed = line.value(of_option(option)).map(text).transpose()?;
        let value = match (option.takes, typed) {
            (Takes::OneOf(words), text) => {
                let word = text.unwrap_or(words.first().unwrap_or(&""));
                let mut known = words.iter();
                let found = known.find(|known| **known == word).ok_or_else(|| {
                    let nearest = did_you_mean(word, words.iter().copied());
                    let words = words.join(", ");
                    trouble!("{name} does not take {word:?}{nearest} It takes {words}")
                })?;
                Filled::Word(found)
            }
            (Takes::Address, None) => {
                return Err(trouble!("{} needs {name}; type {usage}", command.name));
            }
            (Takes::AddressOr(text), None) | (Takes::Address | Takes::AddressOr(_), Some(text)) => {
                Filled::Address(ipv4(text)?)
            }
        };
        values.push((name, value));
    }
    let address = words.first().copied();
    Ok(Given {
        layer: layer.unwrap_or(Layer::Libc),
        address: ipv4(address.unwrap_or(Place::Address.default()))?,
        values,
    })
}

/// The layer behind `--layer`.
pub(super) fn layer(name: &str, step: &Step) -> Result<Layer, Trouble> {
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
        trouble!(
            "there is no layer {name:?}{nearest} The layers are {}{languages}",
            names.join(", ")
        )
    })
}

/// The number behind `--repeat`.
pub(super) fn count(typed: &OsStr) -> Result<u32, Trouble> {
    let typed = text(typed)?;
    let number = typed.parse().ok();
    let number = number.filter(|number| (1..=10_000).contains(number));
    number.ok_or_else(|| {
        trouble!("--repeat takes a number from 1 to 10000, not {typed:?}; try --repeat 20")
    })
}

/// A word of the command line, where it is text.
pub(super) fn text(word: &OsStr) -> Result<&str, Trouble> {
    let not_text = || trouble!("{word:?} is not text in UTF-8");
    word.to_str().ok_or_else(not_text)
}
