//! What was asked of a scene: which layers and twins are played, and what is printed of them.

mod drawing;
mod guests;
mod in_language;
mod json;
mod main_scene;
mod mistake;
mod next;
mod performance;
mod repeat;

use show::flags::JSON;

use crate::cli::Asked;
use crate::scene::Scene;
use crate::step::Step;
use crate::terminal::print;
use crate::trouble::Trouble;
use in_language::in_language;
use json::json;
use main_scene::main_scene;
use mistake::mistake;
use performance::Performance;
use repeat::repeat;

/// Plays a scene as it was asked for; true when everything went as announced.
pub(crate) fn perform(step: &Step, scene: &Scene, asked: &Asked<'_>) -> Result<bool, Trouble> {
    let mut performance = Performance::new(step, scene, asked)?;
    let performed = match scene.needs.map(|needs| needs()) {
        Some(Err(missing)) => not_here(&performance, &missing),
        _ => performance.watch().and_then(|()| {
            if asked.flags.has(JSON) {
                json(&mut performance)
            } else if let Some(count) = asked.repeat {
                repeat(&mut performance, count)
            } else if let Some(language) = asked.language {
                in_language(&mut performance, language)
            } else if scene.mistake {
                mistake(&mut performance)
            } else {
                main_scene(&mut performance)
            }
        }),
    };
    // Also where a play could not even be started: then what was made for a drawing goes away again.
    let drawn = performance.draw();
    performed?;
    drawn?;
    Ok(performance.good)
}

/// What the machine lacks for the scene.
fn not_here(performance: &Performance<'_>, missing: &str) -> Result<(), Trouble> {
    let name = performance.scene.name;
    if performance.asked.flags.has(JSON) {
        let line = serde_json::json!({
            "kind": "play", "step": performance.step.name, "scene": name,
            "in_layer": "not on this machine", "not": missing,
        });
        return print(&format!("{line}\n"));
    }
    let text = format!("{name}: not on this machine: {missing}");
    print(&performance.screen.fill(0, &text))
}
