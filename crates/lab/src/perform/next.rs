//! What to try next.

use std::path::Path;

use super::performance::Performance;
use crate::halves::Halves;
use crate::step::Step;

/// What to try next: the core scenes, the half, the step's own commands, and the lesson.
pub(super) fn next(performance: &Performance<'_>) -> String {
    let (step, screen) = (performance.step, performance.screen);
    let run = step.typed();
    let mut out = format!("{}\n", screen.bold("Next"));
    let others = step.scenes.iter().filter(|scene| scene.core);
    let core: Vec<&str> = others
        .map(|scene| scene.name)
        .filter(|name| *name != performance.scene.name)
        .collect();
    if let [first, rest @ ..] = &core[..] {
        out += &format!("  {run} {first}\n");
        let rest = match rest {
            [] => String::new(),
            rest => format!("then {}; ", rest.join(", ")),
        };
        let count = step.scenes.len();
        out += &screen.fill(4, &format!("{rest}all {count} scenes: --list"));
    }
    if let Some(halves) = &step.halves {
        out += &half(step, halves);
    }
    for command in &step.commands {
        out += &format!("  {run} {}\n", command.name);
        out += &screen.fill(4, command.about);
    }
    // The lesson stands in the workspace; a program that was moved elsewhere cannot point to it.
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if workspace.join(step.lesson).is_file() {
        out += &format!("  the lesson: {}\n", step.lesson);
    }
    out
}

/// One of the halves, and what is typed in a second terminal for it to meet.
fn half(step: &Step, halves: &Halves) -> String {
    let Some((name, _)) = halves.all().next() else {
        return String::new();
    };
    let place = match step.scene(name) {
        // The name alone is the scene.
        Some(_) => format!(" {}", halves.take.default()),
        None => String::new(),
    };
    // Who calls needs somebody who waits already.
    let when = if halves.serve.is_some() {
        "and"
    } else {
        "and before it"
    };
    format!(
        "  {} {name}{place}\n    {when} in a second terminal: {}\n",
        step.typed(),
        halves.second_terminal
    )
}
