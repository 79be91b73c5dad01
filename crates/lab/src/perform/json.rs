//! `--json`: the record of each play, an object a line.

use serde_json::{Value, json};

use super::Performance;
use crate::layer::Layer;
use crate::play::Play;
use crate::scene::Variant;
use crate::terminal::print;
use crate::trouble::Trouble;

impl Performance<'_> {
    /// The record of every layer and twin, as JSON lines. Each play begins with a line that names it.
    pub(super) fn json(&mut self) -> Result<(), Trouble> {
        for (layer, variant) in self.chosen() {
            let mut head = json!({
                "kind": "play", "step": self.step.name, "scene": self.scene.name,
                "layer": layer.name(), "variant": variant.name(),
            });
            if let Some(why) = self.scene.not_in(layer) {
                head["in_layer"] = json!("ruled out");
                head["not"] = json!(why);
                print(&format!("{head}\n"))?;
                continue;
            }
            let play = self.play(layer, variant, false)?;
            if layer == self.drawn_layer() {
                let heading = match (self.scene.mistake, variant) {
                    (false, _) => "",
                    (true, Variant::Broken) => "Broken",
                    (true, Variant::Repaired) => "Repaired",
                };
                self.keep(heading, &play);
            }
            let in_layer = match (self.scene.mistake, self.scene.handled_in(layer)) {
                (false, _) => "plays",
                (true, Some(_)) => "handled",
                (true, None) => "happens",
            };
            head["in_layer"] = json!(in_layer);
            print(&record(head, &play))?;
        }
        if self.asked.guests {
            self.guests_json()?;
        }
        Ok(())
    }

    fn chosen(&self) -> Vec<(Layer, Variant)> {
        let layers = self
            .asked
            .layer
            .map_or(Layer::ALL.to_vec(), |layer| vec![layer]);
        let variants: Vec<Variant> = self
            .scene
            .variants()
            .iter()
            .copied()
            .filter(|v| self.asked.variant.is_none_or(|asked| asked == *v))
            .collect();
        let pairs = layers
            .into_iter()
            .flat_map(|layer| variants.iter().map(move |variant| (layer, *variant)));
        pairs.collect()
    }
}

/// The record of a play: the line that names it, and a line for each event.
pub(super) fn record(mut head: Value, play: &Play) -> String {
    head["traced"] = json!(play.traced);
    head["as_announced"] = json!(play.trouble.is_none());
    head["trouble"] = json!(play.trouble);
    head["actors"] = play
        .runs
        .iter()
        .map(|run| json!({"name": run.actor, "process": run.process}))
        .collect();
    let mut out = format!("{head}\n");
    for event in &play.events {
        out += &record::json::line(event);
        out.push('\n');
    }
    out
}
