//! `--repeat`: how often each outcome came.

use super::Performance;
use crate::play::Play;
use crate::terminal::print;
use crate::trouble::Trouble;

impl Performance<'_> {
    /// Plays one layer many times and counts how it came out.
    pub(super) fn repeat(&mut self, count: u32) -> Result<(), Trouble> {
        let layer = self.drawn_layer();
        if let Some(why) = self.not_in(layer) {
            return print(&why);
        }
        let variants = match self.asked.variant {
            Some(variant) => vec![variant],
            None => self.scene.variants().to_vec(),
        };
        for variant in variants {
            let mut outcomes = Vec::new();
            for _ in 0..count {
                let play = self.play(layer, variant, false)?;
                outcomes.push(self.outcome(&play));
            }
            let which = if self.scene.mistake {
                format!("{}, {}", layer.name(), variant.name())
            } else {
                layer.name().to_owned()
            };
            print(&self.counted(&which, &outcomes))?;
        }
        Ok(())
    }

    pub(super) fn outcome(&self, play: &Play) -> String {
        let actor = self.scene.taught_actor();
        let mut outcome = play.trouble.clone().unwrap_or_else(|| play.outcome(actor));
        if outcome.is_empty() {
            // Not traced, and nobody found anything: how the processes ended is all there is.
            outcome = play.symptom();
        }
        outcome
    }

    /// How often each outcome came, the most frequent first.
    pub(super) fn counted(&self, which: &str, outcomes: &[String]) -> String {
        let mut counts: Vec<(&String, u32)> = Vec::new();
        for outcome in outcomes {
            match counts.iter_mut().find(|(known, _)| *known == outcome) {
                Some((_, times)) => *times += 1,
                None => counts.push((outcome, 1)),
            }
        }
        counts.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        let (name, count) = (self.scene.name, outcomes.len());
        let mut out = format!("{name} · {which} · {count} times\n");
        for (outcome, times) in counts {
            let filled = self.screen.fill(7, outcome);
            out += &format!("{times:5}  {}", filled.trim_start());
        }
        out
    }
}
