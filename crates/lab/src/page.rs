//! What a run prints of its plays: the record in lanes, and the layers beside each other.

use std::borrow::Cow;

use record::event::{Call, Event};
use show::lanes::Style;
use show::order::causal;

use crate::compare::{added, taught_in_guest};
use crate::guest::Guest;
use crate::ladder::{fit, rungs};
use crate::language::Language;
use crate::layer::Layer;
use crate::play::Play;
use crate::quote::Quote;
use crate::scene::Scene;
use crate::screen::Screen;

/// The record in lanes.
pub(crate) fn lanes(play: &Play, scene: &Scene, screen: &Screen) -> String {
    let lanes = play.lanes();
    let events = with_taught_stacks(play, screen.all);
    let rows = causal(&play.events, &lanes, screen.all);
    let style = Style {
        width: screen.width,
        colour: screen.colour,
        all: screen.all,
        aside: scene.aside,
    };
    let mut out = show::lanes::draw(&events, &rows, &lanes, &style);
    let seen = |events: &[Event]| events.iter().any(has_kernel);
    if seen(&play.events) && !seen(&events) {
        out += &screen.fill(
            0,
            "In the kernel the calls of this step pass none of the points that are watched; \
             --all shows what was seen below the others.",
        );
    }
    let stuck = play.stuck();
    if !stuck.is_empty() {
        let them = if stuck.len() == 1 { "it" } else { "them" };
        let text = format!(
            "{}: nothing wakes {them}, and the scene ends.",
            stuck.join(", ")
        );
        out += &screen.fill(0, &text);
    }
    out
}

/// The record with the stacks and the kernel's functions of the taught calls only: those of the others would hide them.
/// Nothing brackets the taught call of a guest, so all of its stacks stay.
fn with_taught_stacks(play: &Play, all: bool) -> Cow<'_, [Event]> {
    let has_stack = |event: &Event| {
        matches!(event, Event::Call(call) if call.stack.is_some()) || has_kernel(event)
    };
    if all || !play.events.iter().any(has_stack) {
        return Cow::Borrowed(&play.events);
    }
    let own = play.runs.iter().filter(|run| !run.is_peer);
    let shown = own.flat_map(|run| play.judged(run.actor));
    let shown: Vec<_> = shown.map(|call| (call.who, call.entered)).collect();
    let mut events = play.events.clone();
    for event in &mut events {
        if let Event::Call(call) = event
            && !shown.contains(&(call.who, call.entered))
        {
            call.stack = None;
            call.kernel = None;
        }
    }
    Cow::Owned(events)
}

/// Whether some of the kernel's functions were seen below it.
fn has_kernel(event: &Event) -> bool {
    matches!(event, Event::Call(call) if call.kernel.is_some())
}

/// The same call in four layers: the line that makes it, what reached the kernel, what the layer added.
/// And in other languages, where guests have played: C before the layers, since it is what they stand on.
pub(crate) fn comparison(
    scene: &Scene,
    plays: &[Play],
    guests: &[(&Guest, Play)],
    screen: &Screen,
) -> String {
    let actor = scene.taught_actor();
    let title = match guests.len() {
        0 => "The same in four layers",
        1 => "The same in four layers, and in another language",
        _ => "The same in four layers, and in other languages",
    };
    let mut out = format!("{}\n", screen.bold(title));
    let libc = plays.iter().find(|play| play.layer == Layer::Libc);
    let raw = libc.map(|play| play.taught(actor)).unwrap_or_default();
    let reference = libc.map(|play| play.calls(actor)).unwrap_or_default();
    let guest_rows = |is_first: bool| {
        let guests = guests
            .iter()
            .filter(move |(guest, _)| (guest.language == Language::C) == is_first);
        let rows = guests.map(|(guest, play)| {
            let calls = taught_in_guest(&raw, &reference, &play.calls(actor));
            let adds = play.traced.then(|| additions(&raw, &calls));
            row(
                guest.language.name(),
                guest.quotes.iter(),
                &calls,
                adds,
                screen,
            )
        });
        rows.collect::<String>()
    };
    out += &guest_rows(true);
    for layer in Layer::ALL {
        let quotes = scene.quotes.iter().filter(|(of, _)| *of == layer);
        let quotes = quotes.map(|(_, quote)| quote);
        let Some(play) = plays.iter().find(|play| play.layer == layer) else {
            out += &row(layer.name(), quotes, &[], None, screen);
            if let Some(why) = scene.not_in(layer) {
                out += &screen.fill(9, why);
            }
            continue;
        };
        let calls = play.taught(actor);
        let adds = (layer != Layer::Libc && play.traced).then(|| additions(&raw, &calls));
        out += &row(layer.name(), quotes, &calls, adds, screen);
    }
    out += &guest_rows(false);
    if plays.iter().any(|play| !play.traced) {
        out += &screen.fill(
            0,
            "What reached the kernel was not traced, so these are only the lines of the source.",
        );
    }
    out
}

/// One row of the comparison: a name, the lines of the source, the calls, and what they add.
fn row<'a>(
    name: &str,
    quotes: impl Iterator<Item = &'a Quote>,
    calls: &[&Call],
    adds: Option<String>,
    screen: &Screen,
) -> String {
    let mut quoted = String::new();
    for quote in quotes {
        let text = match quote.line() {
            Some((line, text)) => format!("{}:{line}  {text}", quote.file),
            None => format!("{}: no line has {:?}", quote.file, quote.needle),
        };
        quoted += &screen.fill(9, &text);
    }
    let head = quoted.get(9..).unwrap_or("\n");
    let mut out = format!("{}{}{head}", screen.bold(name), " ".repeat(9 - name.len()));
    let mut seen = Vec::new();
    for call in calls {
        // A ladder that leads to several calls stands above the first of them.
        let rungs = rungs(call);
        if !rungs.is_empty() && !seen.contains(&rungs) {
            for (index, (layer, names)) in rungs.iter().enumerate() {
                let label = if index == 0 { "stack" } else { "" };
                let room = screen.width.saturating_sub(25).max(20);
                let filled = screen.fill(25, &fit(names, room));
                let names = filled.trim_start();
                // A layer with a long name keeps a space behind it.
                out += &format!("         {label:7}{layer:8} {names}");
            }
            seen.push(rungs);
        }
        out += &labelled("kernel", &call.to_string(), screen);
    }
    if let Some(adds) = adds {
        out += &labelled("adds", &adds, screen);
    }
    out
}

fn additions(raw: &[&Call], calls: &[&Call]) -> String {
    let added = added(raw, calls);
    if added.is_empty() {
        "nothing: the same call".to_owned()
    } else {
        added.join("; ")
    }
}

/// A labelled text, set in below its layer.
fn labelled(label: &str, text: &str, screen: &Screen) -> String {
    let filled = screen.fill(16, text);
    format!("         {label:7}{}", filled.trim_start())
}
