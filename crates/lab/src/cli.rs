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

use show::flags::{CommandLine, HELP, Misread, VERSION, Words};

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
) -> Result<Asked<'_>, Trouble> {
    let table = table::table(step);
    let names: Vec<&str> = table.iter().map(|flag| flag.name).collect();
    let flags = CommandLine::read(table, Words::Own, args).map_err(|misread| match misread {
        Misread::NoSuchFlag(flag) => unknown("option", &flag, names, step),
        Misread::Value(error) => error.into(),
    })?;
    let (mut layer, mut language) = (None, None);
    if let Some(name) = flags.value(table::LAYER) {
        let name = text(name)?;
        language = Language::from_name(name).filter(|_| step.has_guests());
        if language.is_none() {
            layer = Some(words::layer(name, step)?);
        }
    }
    let variant = match (flags.has(table::BROKEN), flags.has(table::REPAIRED)) {
        (true, _) => Some(Variant::Broken),
        (_, true) => Some(Variant::Repaired),
        _ => None,
    };
    let repeat = flags.value(table::REPEAT).map(words::count).transpose()?;
    let task = if flags.has(HELP) {
        Task::Help
    } else if flags.has(VERSION) {
        Task::Version
    } else if flags.has(table::LIST) {
        Task::List
    } else {
        words::understood(step, &flags, layer)?
    };
    let asked = Asked {
        task,
        layer,
        language,
        variant,
        repeat,
        flags,
    };
    check::together(&asked, step)?;
    Ok(asked)
}
