//! What to try next.

use super::Performance;
use crate::cli;
use crate::halves::Halves;

impl Performance<'_> {
    /// What to try next.
    pub(super) fn next(&self) -> String {
        let run = cli::typed(self.step);
        let mut out = format!("{}\n", self.screen.bold("Next"));
        let others = self
            .step
            .scenes
            .iter()
            .filter(|scene| scene.name != self.scene.name);
        let core: Vec<&str> = others
            .clone()
            .filter(|scene| scene.core)
            .map(|scene| scene.name)
            .collect();
        if let Some(first) = core.first() {
            out += &format!("  {run} {first}\n");
            let rest: Vec<&str> = core[1..].to_vec();
            let rest = if rest.is_empty() {
                String::new()
            } else {
                format!("then {}; ", rest.join(", "))
            };
            out += &self.screen.fill(
                4,
                &format!("{rest}all {} scenes: --list", self.step.scenes.len()),
            );
        }
        if let Some(halves) = &self.step.halves {
            out += &self.half(halves);
        }
        for command in &self.step.commands {
            out += &format!("  {run} {}\n", command.name);
            out += &self.screen.fill(4, command.about);
        }
        // The lesson stands in the workspace; a program that was moved elsewhere cannot point to it.
        let workspace = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        if workspace.join(self.step.lesson).is_file() {
            out += &format!("  the lesson: {}\n", self.step.lesson);
        }
        out
    }

    /// One of the halves, and what is typed in a second terminal for it to meet.
    fn half(&self, halves: &Halves) -> String {
        let Some((name, _)) = halves.all().next() else {
            return String::new();
        };
        let place = match self.step.scene(name) {
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
            cli::typed(self.step),
            halves.second_terminal
        )
    }
}
