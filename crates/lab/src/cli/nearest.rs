//! What was meant by a word that is not known.

use crate::step::Step;
use crate::trouble::{Trouble, trouble};

pub(super) fn unknown(
    what: &str,
    given: &str,
    known: impl IntoIterator<Item = &'static str>,
    step: &Step,
) -> Trouble {
    let nearest = did_you_mean(given, known);
    let list = if what == "scene" { "--list" } else { "--help" };
    trouble!(
        "there is no {what} {given:?}{nearest} See {} {list}",
        step.typed()
    )
}

/// "; did you mean X?", or just the end of the sentence where nothing is near.
pub(super) fn did_you_mean(given: &str, known: impl IntoIterator<Item = &'static str>) -> String {
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
