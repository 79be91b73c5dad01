//! A scene that shows how something works: the idea, the lanes, and the layers beside each other.

use super::Performance;
use super::guests::Guests;
use crate::layer::Layer;
use crate::play::Play;
use crate::predict;
use crate::scene::Variant;
use crate::show::comparison;
use crate::terminal::print;
use crate::trouble::Trouble;

impl Performance<'_> {
    /// A scene that shows how something works.
    pub(super) fn main(&mut self) -> Result<(), Trouble> {
        let layer = self.drawn_layer();
        if let Some(why) = self.not_in(layer) {
            return print(&why);
        }
        let first = self.play(layer, Variant::Repaired, self.asked.predict)?;
        self.keep("", &first);
        let idea = self
            .scene
            .idea
            .and_then(|idea| idea(&first))
            .unwrap_or_else(|| self.scene.line.to_owned());
        let mut out = self.title(layer.name());
        out += &self.screen.headline(&idea);
        out += "\n";
        out += &first.draw(&self.screen, self.scene.aside);
        out += &self.trouble(&first);
        out += &self.marked(&first);
        let mut guests = Guests::default();
        if self.asked.guests {
            guests = self.guests()?;
        }
        if self.asked.layer.is_none() && !self.scene.quotes.is_empty() {
            let mut plays = vec![first];
            for layer in Layer::ALL {
                if layer != plays[0].layer && self.scene.not_in(layer).is_none() {
                    let play = self.play(layer, Variant::Repaired, false)?;
                    out += &self.trouble(&play);
                    plays.push(play);
                }
            }
            out += "\n";
            out += &comparison(self.scene, &plays, &guests.plays, &self.screen);
        } else {
            for (guest, play) in &guests.plays {
                out += &self.lanes_of(guest, play);
            }
        }
        out += &guests.remarks;
        out += "\n";
        out += &self.next();
        print(&out)
    }

    /// What `--predict` asks about.
    pub(super) fn question(&self, layer: Layer) -> String {
        let actor = self.scene.taught_actor();
        let quotes = self
            .scene
            .quotes
            .iter()
            .filter(|(of, _)| *of == layer)
            .filter_map(|(_, quote)| {
                let (line, text) = quote.line()?;
                Some(format!("\n    {}:{line}  {text}", quote.file))
            });
        let mut about = quotes.collect::<String>();
        if about.is_empty() {
            about = format!("\n    {}", self.scene.line);
        }
        format!(
            "{} ({}): the {actor} is about to make the call.{about}",
            self.scene.name,
            layer.name(),
        )
    }

    /// What was said of the call beforehand, held against what it did.
    pub(super) fn marked(&self, play: &Play) -> String {
        let Some(guess) = &self.guess else {
            return String::new();
        };
        let marked = predict::mark(play, self.scene.taught_actor(), guess);
        let text = marked.unwrap_or_else(|| {
            format!("You said that it {guess}. The call was not traced; see what the actors say.")
        });
        format!("\n{}", self.screen.fill(0, &text))
    }

    /// What did not go as announced.
    pub(super) fn trouble(&self, play: &Play) -> String {
        let text = play
            .trouble
            .as_ref()
            .map(|trouble| format!("! not as announced ({}): {trouble}", play.label()));
        text.map(|text| self.screen.fill(0, &text))
            .unwrap_or_default()
    }
}
