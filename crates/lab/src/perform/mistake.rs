//! A mistake: broken, repaired, and what becomes of it in each layer.

use super::Performance;
use crate::cli;
use crate::layer::Layer;
use crate::predict;
use crate::scene::Variant;
use crate::terminal::print;
use crate::trouble::Trouble;

impl Performance<'_> {
    /// A mistake: broken, then repaired, then what becomes of it in each layer.
    pub(super) fn mistake(&mut self) -> Result<(), Trouble> {
        let layer = self.drawn_layer();
        let scene = self.scene;
        let mut out = self.title(layer.name());
        out += &self.screen.headline(scene.line);
        if let Some(why) = scene.not_in(layer) {
            out += &self
                .screen
                .fill(0, &format!("Ruled out in {}: {why}", layer.name()));
            return print(&out);
        }
        if self.asked.variant != Some(Variant::Repaired) {
            let broken = self.play(layer, Variant::Broken, self.asked.predict)?;
            self.keep("Broken", &broken);
            out += &format!("\n{}\n", self.screen.bold("Broken"));
            out += &broken.draw(&self.screen, scene.aside);
            out += &self.trouble(&broken);
            out += &self.marked(&broken);
            if let Some(how) = scene.handled_in(layer) {
                out += &self
                    .screen
                    .fill(0, &format!("{} handles it: {how}", layer.name()));
            }
            if self.asked.variant == Some(Variant::Broken) {
                print(&out)?;
                return self.offer_hints();
            }
            out += &self.screen.fill(0, &format!("Why: {}", scene.cause));
        }
        let repaired = self.play(layer, Variant::Repaired, false)?;
        let headline = format!("Repaired: {}", scene.repair);
        self.keep(&headline, &repaired);
        out += "\n";
        out += &self.screen.headline(&headline);
        out += &repaired.draw(&self.screen, scene.aside);
        out += &self.trouble(&repaired);
        if self.asked.layer.is_none() && self.asked.variant.is_none() {
            out += "\n";
            out += &self.matrix()?;
        }
        out += "\n";
        out += &self.next();
        print(&out)
    }

    /// What becomes of the mistake in each layer, worked out by playing it.
    fn matrix(&mut self) -> Result<String, Trouble> {
        let mut out = format!("{}\n", self.screen.bold("The mistake in each layer"));
        for layer in Layer::ALL {
            let word = if let Some(why) = self.scene.not_in(layer) {
                format!("ruled out: {why}")
            } else {
                let play = self.play(layer, Variant::Broken, false)?;
                match (&play.trouble, self.scene.handled_in(layer)) {
                    (Some(trouble), _) => format!("did not go as announced: {trouble}"),
                    (None, Some(how)) => format!("handled: {how}"),
                    (None, None) => format!("happens: {}", play.symptom()),
                }
            };
            let filled = self.screen.fill(9, &word);
            out += &format!("{:9}{}", layer.name(), filled.trim_start());
        }
        Ok(out)
    }

    fn offer_hints(&self) -> Result<(), Trouble> {
        let mut hints = self
            .scene
            .hints
            .iter()
            .chain([&self.scene.repair])
            .enumerate();
        let count = self.scene.hints.len() + 1;
        print("\nWhat went wrong, and why? Change the program, or ask for a hint.\n")?;
        while predict::prompt("Enter for a hint, ctrl-D to stop. ").is_some() {
            let Some((index, hint)) = hints.next() else {
                break;
            };
            print(
                &self
                    .screen
                    .fill(2, &format!("hint {} of {count}: {hint}", index + 1)),
            )?;
        }
        print(&format!(
            "\nThe repaired twin: {} {} --repaired\n",
            cli::typed(self.step),
            self.scene.name
        ))
    }
}
