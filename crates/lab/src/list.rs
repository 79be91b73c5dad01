//! `--list`: the scenes of a step.

use serde_json::json;

use crate::screen::Screen;
use crate::step::Step;

/// The scenes, with a line each.
pub(crate) fn text(step: &Step, screen: &Screen) -> String {
    let names = step.scenes.iter().map(|scene| scene.name.len());
    let width = names.max().unwrap_or(0);
    let mut out = format!("{}\n\n", screen.bold(step.title));
    for scene in &step.scenes {
        let core = if scene.core { '*' } else { ' ' };
        let kind = if scene.mistake { "mistake: " } else { "" };
        let text = screen.fill(width + 4, &format!("{kind}{}", scene.about));
        out += &format!("{core} {:width$}  {}", scene.name, text.trim_start());
    }
    out += "\n* the ones no learner should miss. A mistake is played broken, then repaired.\n";
    out
}

/// The scenes as JSON lines, for programs that want to play them all.
pub(crate) fn json(step: &Step) -> String {
    let lines = step.scenes.iter().map(|scene| {
        let guests = scene.guests.iter().map(|guest| guest.language.name());
        let line = json!({
            "scene": scene.name, "line": scene.about, "core": scene.core, "mistake": scene.mistake,
            "guests": guests.collect::<Vec<_>>(),
        });
        format!("{line}\n")
    });
    lines.collect()
}
