//! `--repeat`: how often each outcome came.

use super::guests::{self, Tried};
use super::performance::Performance;
use crate::outcome::{outcome, symptom};
use crate::play::Play;
use crate::request::Request;
use crate::terminal::print;
use crate::trouble::Trouble;

/// Plays one layer, or one guest, many times and counts how it came out.
pub(super) fn repeat(performance: &mut Performance<'_>, count: u32) -> Result<(), Trouble> {
    let scene = performance.scene;
    if let Some(language) = performance.asked.language {
        let guest = guests::of(scene, language)?;
        let mut outcomes = Vec::new();
        for _ in 0..count {
            match guests::play(performance, guest, None)? {
                Tried::Played(play) => outcomes.push(outcome_of(performance, &play)),
                other => return print(&guests::not_played(&other, &performance.screen)),
            }
        }
        return print(&counted(performance, language.name(), &outcomes));
    }
    let layer = performance.printed_layer();
    if let Some(why) = performance.not_in(layer) {
        return print(&why);
    }
    for variant in performance.variants() {
        let mut outcomes = Vec::new();
        for _ in 0..count {
            let play = performance.play(Request::new(scene, layer, variant), None)?;
            outcomes.push(outcome_of(performance, &play));
        }
        let which = match scene.mistake {
            true => format!("{}, {}", layer.name(), variant.name()),
            false => layer.name().to_owned(),
        };
        print(&counted(performance, &which, &outcomes))?;
    }
    Ok(())
}

fn outcome_of(performance: &Performance<'_>, play: &Play) -> String {
    let actor = performance.scene.taught_actor();
    let seen = play.trouble.clone().unwrap_or_else(|| outcome(play, actor));
    if seen.is_empty() {
        // Not traced, and nobody found anything: how the processes ended is all there is.
        return symptom(play);
    }
    seen
}

/// How often each outcome came, the most frequent first.
fn counted(performance: &Performance<'_>, which: &str, outcomes: &[String]) -> String {
    let mut counts: Vec<(&String, u32)> = Vec::new();
    for outcome in outcomes {
        match counts.iter_mut().find(|(known, _)| *known == outcome) {
            Some((_, times)) => *times += 1,
            None => counts.push((outcome, 1)),
        }
    }
    counts.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    let (name, count) = (performance.scene.name, outcomes.len());
    let mut out = format!("{name} · {which} · {count} times\n");
    for (outcome, times) in counts {
        let filled = performance.screen.fill(7, outcome);
        out += &format!("{times:5}  {}", filled.trim_start());
    }
    out
}
