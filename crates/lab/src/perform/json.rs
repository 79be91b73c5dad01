//! `--json`: the record of each play, an object a line.

use serde_json::{Value, json};

use super::guests::{self, Tried};
use super::performance::Performance;
use crate::cli::GUESTS;
use crate::guest::Guest;
use crate::language::Language;
use crate::layer::Layer;
use crate::play::Play;
use crate::request::Request;
use crate::terminal::print;
use crate::trouble::Trouble;
use crate::variant::Variant;

/// The record of every layer and twin that was asked for, or of a guest. Each play begins with a line that names it.
pub(super) fn json(performance: &mut Performance<'_>) -> Result<(), Trouble> {
    let (scene, asked) = (performance.scene, performance.asked);
    if let Some(language) = asked.language {
        return of_guest(performance, guests::of(scene, language)?, Some(""));
    }
    let layers = asked.layer.map_or(Layer::ALL.to_vec(), |layer| vec![layer]);
    for layer in layers {
        for variant in performance.variants() {
            of_layer(performance, layer, variant)?;
        }
    }
    if asked.flags.has(GUESTS) {
        for guest in Language::ALL
            .into_iter()
            .filter_map(|of| scene.guest_in(of))
        {
            of_guest(performance, guest, None)?;
        }
    }
    Ok(())
}

fn of_layer(
    performance: &mut Performance<'_>,
    layer: Layer,
    variant: Variant,
) -> Result<(), Trouble> {
    let scene = performance.scene;
    let mut head = head(performance, layer.name(), variant);
    if let Some(why) = scene.not_in(layer) {
        head["in_layer"] = json!("ruled out");
        head["not"] = json!(why);
        return print(&format!("{head}\n"));
    }
    let (heading, in_layer) = match (scene.mistake, variant) {
        (false, _) => ("", "plays"),
        (true, Variant::Broken) => ("Broken", "happens"),
        (true, Variant::Repaired) => ("Repaired", "happens"),
    };
    let is_drawn = layer == performance.printed_layer();
    let request = Request::new(scene, layer, variant);
    let play = performance.play(request, is_drawn.then_some(heading))?;
    let handled = scene.mistake && scene.handled_in(layer).is_some();
    head["in_layer"] = json!(if handled { "handled" } else { in_layer });
    print(&record(head, &play))
}

fn of_guest(
    performance: &mut Performance<'_>,
    guest: &Guest,
    heading: Option<&str>,
) -> Result<(), Trouble> {
    let mut head = head(performance, guest.language.name(), Variant::Repaired);
    let not = match guests::play(performance, guest, heading)? {
        Tried::Played(play) => {
            head["in_layer"] = json!("plays");
            return print(&record(head, &play));
        }
        Tried::Missing(program) => format!("{program} is not on this machine"),
        Tried::NotStarted(trouble) => trouble.to_string(),
    };
    head["in_layer"] = json!("not run");
    head["not"] = json!(not);
    print(&format!("{head}\n"))
}

/// The line that names a play.
fn head(performance: &Performance<'_>, played_in: &str, variant: Variant) -> Value {
    json!({
        "kind": "play", "step": performance.step.name, "scene": performance.scene.name,
        "layer": played_in, "variant": variant.name(),
    })
}

/// The record of a play: the line that names it, and a line for each event.
fn record(mut head: Value, play: &Play) -> String {
    head["traced"] = json!(play.traced);
    head["as_announced"] = json!(play.trouble.is_none());
    head["trouble"] = json!(play.trouble);
    let runs = play.runs.iter();
    head["actors"] = runs
        .map(|run| json!({"name": run.actor, "process": run.process}))
        .collect();
    let mut out = format!("{head}\n");
    for event in &play.events {
        out += &record::json::line(event);
        out.push('\n');
    }
    out
}
