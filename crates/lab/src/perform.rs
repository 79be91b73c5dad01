//! What was asked of a scene: which layers and twins are played, and what is printed of them.

mod drawing;
mod guests;
mod in_language;
mod json;
mod main_scene;
mod mistake;
mod next;
mod performance;
mod predicted;
mod repeat;

use lens::flags::JSON;
use serde_json::json;

use crate::cli::Asked;
use crate::scene::Scene;
use crate::step::Step;
use crate::terminal::print;
use crate::trouble::Trouble;
use performance::Performance;

/// Plays a scene as it was asked for; true when everything went as announced.
pub(crate) fn perform(step: &Step, scene: &Scene, asked: &Asked) -> Result<bool, Trouble> {
    let mut performance = Performance::new(step, scene, asked)?;
    let performed = match scene.needs.map(|needs| needs()) {
        Some(Err(missing)) => not_here(&performance, &missing),
        _ => play(&mut performance),
    };
    // Also where a play could not even be started: then what was made for a drawing goes away again.
    let drawn = performance.draw();
    performed?;
    drawn?;
    Ok(performance.good)
}

fn play(performance: &mut Performance<'_>) -> Result<(), Trouble> {
    performance.watch()?;
    let asked = performance.asked;
    if asked.has(JSON) {
        json::json(performance)
    } else if let Some(count) = asked.repeat {
        repeat::repeat(performance, count)
    } else if let Some(language) = asked.language {
        in_language::in_language(performance, language)
    } else if performance.scene.mistake {
        mistake::mistake(performance)
    } else {
        main_scene::main_scene(performance)
    }
}

/// What the machine lacks for the scene.
fn not_here(performance: &Performance<'_>, missing: &str) -> Result<(), Trouble> {
    let name = performance.scene.name;
    if performance.asked.has(JSON) {
        let line = json!({
            "kind": "play", "step": performance.step.name, "scene": name,
            "in_layer": "not on this machine", "not": missing,
        });
        return print(&format!("{line}\n"));
    }
    let text = format!("{name}: not on this machine: {missing}");
    print(&performance.screen.fill(0, &text))
}
