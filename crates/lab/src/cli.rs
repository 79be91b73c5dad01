//! The command line that every step has.

mod asked;
mod check;
mod help;
mod nearest;
mod table;
#[cfg(test)]
mod tests;
mod words;

use std::ffi::OsString;

use lens::flags::{CommandLine, HELP, Misread, VERSION, Words};

use crate::language::Language;
use crate::step::Step;
use crate::trouble::Trouble;
use crate::variant::Variant;
use nearest::unknown;
use words::text;

pub(crate) use asked::{Asked, Task};
pub(crate) use help::help;
pub(crate) use table::{GUESTS, NO_LENS, NO_WIRE, PREDICT};

/// Understands the arguments, or says what to type instead.
pub(crate) fn parse(
    step: &Step,
    args: impl IntoIterator<Item = OsString>,
) -> Result<Asked, Trouble> {
    let table = table::table(step);
    let names: Vec<&str> = table.iter().map(|flag| flag.name).collect();
    let line = CommandLine::read(table, Words::Own, args).map_err(|misread| match misread {
        Misread::NoSuchFlag(flag) => unknown("option", &flag, names, step),
        Misread::Value(error) => error.into(),
    })?;
    let mut asked = Asked {
        task: Task::Play(None),
        layer: None,
        language: None,
        variant: None,
        repeat: None,
        line,
    };
    if asked.has(HELP) {
        asked.task = Task::Help;
        return Ok(asked);
    }
    if asked.has(VERSION) {
        asked.task = Task::Version;
        return Ok(asked);
    }
    if let Some(name) = asked.line.value(table::LAYER) {
        let name = text(name)?;
        asked.language = Language::from_name(name).filter(|_| step.has_guests());
        if asked.language.is_none() {
            asked.layer = Some(words::layer(name, step)?);
        }
    }
    if asked.has(table::BROKEN) {
        asked.variant = Some(Variant::Broken);
    } else if asked.has(table::REPAIRED) {
        asked.variant = Some(Variant::Repaired);
    }
    if let Some(count) = asked.line.value(table::REPEAT) {
        asked.repeat = Some(words::count(text(count)?)?);
    }
    asked.task = match asked.has(table::LIST) {
        true => Task::List,
        false => words::understood(step, &asked.line, asked.layer)?,
    };
    check::together(&asked, step)?;
    Ok(asked)
}
