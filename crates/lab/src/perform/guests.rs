//! The same scene in other languages.

use super::performance::Performance;
use crate::guest::Guest;
use crate::language::Language;
use crate::layer::Layer;
use crate::page;
use crate::play::Play;
use crate::request::Request;
use crate::scene::Scene;
use crate::screen::Screen;
use crate::trouble::{Trouble, trouble};
use crate::variant::Variant;

/// The guests that have played, and what is to be said of the others.
#[derive(Default)]
pub(super) struct Guests<'a> {
    pub(super) plays: Vec<(&'a Guest, Play)>,
    pub(super) remarks: String,
}

/// How it went with one guest.
pub(super) enum Tried {
    Played(Play),
    /// This program is missing.
    Missing(String),
    /// It could not even be started.
    NotStarted(Trouble),
}

/// The guest of a scene in a language.
pub(super) fn of(scene: &Scene, language: Language) -> Result<&Guest, Trouble> {
    scene.guest_in(language).ok_or_else(|| {
        let (name, language) = (scene.name, language.name());
        trouble!("{name} has no guest in {language}")
    })
}

/// Plays all guests of the scene.
pub(super) fn play_all<'a>(performance: &mut Performance<'a>) -> Result<Guests<'a>, Trouble> {
    let mut guests = Guests::default();
    let mut missing = Vec::new();
    let scene = performance.scene;
    for language in Language::ALL {
        let Some(guest) = scene.guest_in(language) else {
            continue;
        };
        match play(performance, guest, None)? {
            Tried::Played(play) => {
                guests.remarks += &performance.trouble(&play);
                guests.plays.push((guest, play));
            }
            Tried::Missing(program) => missing.push(program),
            other => guests.remarks += &not_played(&other, &performance.screen),
        }
    }
    if !missing.is_empty() {
        guests.remarks += &performance.screen.fill(0, &not_run(&missing));
    }
    Ok(guests)
}

/// Plays one guest. With a heading the play is drawn, too.
pub(super) fn play(
    performance: &mut Performance<'_>,
    guest: &Guest,
    heading: Option<&str>,
) -> Result<Tried, Trouble> {
    if let Some(program) = guest.language.missing() {
        return Ok(Tried::Missing(program));
    }
    let ready = match guest.prepare() {
        Ok(ready) => ready,
        Err(trouble) => {
            performance.good = false;
            return Ok(Tried::NotStarted(trouble));
        }
    };
    let request = Request {
        guest: Some(&ready),
        ..Request::new(performance.scene, Layer::Std, Variant::Repaired)
    };
    Ok(Tried::Played(performance.play(request, heading)?))
}

/// The lanes of a guest, and what it printed.
pub(super) fn lanes(performance: &Performance<'_>, play: &Play) -> String {
    let mut out = page::lanes(play, performance.scene, &performance.screen);
    // What a peer says stands in its lane.
    for run in play.runs.iter().filter(|run| !run.is_peer) {
        let (head, indent) = match run.said.len() {
            0..=3 => (format!("{} prints: ", run.actor), ""),
            _ => (String::new(), "  "),
        };
        if !indent.is_empty() {
            out += &format!("{} prints:\n", run.actor);
        }
        for line in &run.said {
            out += &as_it_is(&format!("{indent}{head}{line}"), &performance.screen);
        }
    }
    out
}

/// Why a guest did not play.
pub(super) fn not_played(tried: &Tried, screen: &Screen) -> String {
    match tried {
        Tried::Played(_) => String::new(),
        Tried::Missing(program) => screen.fill(0, &not_run(std::slice::from_ref(program))),
        Tried::NotStarted(trouble) => {
            let text = format!("! {trouble}");
            // What a compiler says points to columns.
            text.lines().map(|line| as_it_is(line, screen)).collect()
        }
    }
}

/// A line with its columns, where they fit.
fn as_it_is(line: &str, screen: &Screen) -> String {
    let line = line.trim_end();
    if line.chars().count() <= screen.width {
        return format!("{line}\n");
    }
    let text = line.trim_start();
    screen.fill(line.len() - text.len(), text)
}

/// `not run: cc and java are not on this machine`
fn not_run(missing: &[String]) -> String {
    let (verb, names) = match missing {
        [one] => ("is", one.clone()),
        [first @ .., last] => ("are", format!("{} and {last}", first.join(", "))),
        [] => return String::new(),
    };
    format!("not run: {names} {verb} not on this machine")
}
