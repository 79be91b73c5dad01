//! A scene that shows how something works: the idea, the lanes, and the layers beside each other.

use super::guests::{self, Guests};
use super::next::next;
use super::performance::Performance;
use crate::cli::{GUESTS, PREDICT};
use crate::layer::Layer;
use crate::page;
use crate::predict::Question;
use crate::request::Request;
use crate::terminal::print;
use crate::trouble::Trouble;
use crate::variant::Variant;

/// Plays and prints it.
pub(super) fn main_scene(performance: &mut Performance<'_>) -> Result<(), Trouble> {
    let (scene, screen) = (performance.scene, performance.screen);
    let layer = performance.printed_layer();
    if let Some(why) = performance.not_in(layer) {
        return print(&why);
    }
    let in_layer = |layer| Request::new(scene, layer, Variant::Repaired);
    let mut question = Question::about(scene, layer);
    let request = Request {
        question: performance
            .asked
            .flags
            .has(PREDICT)
            .then_some(&mut question),
        ..in_layer(layer)
    };
    let first = performance.play(request, Some(""))?;
    let mut out = performance.title(layer.name());
    out += &screen.headline(&performance.idea(&first));
    out += "\n";
    out += &page::lanes(&first, scene, &screen);
    out += &performance.trouble(&first);
    out += &performance.verdict(&question, &first);
    let guests = match performance.asked.flags.has(GUESTS) {
        true => guests::play_all(performance)?,
        false => Guests::default(),
    };
    if performance.asked.layer.is_none() && !scene.quotes.is_empty() {
        let mut plays = vec![first];
        for other in Layer::ALL {
            if other != layer && scene.not_in(other).is_none() {
                let play = performance.play(in_layer(other), None)?;
                out += &performance.trouble(&play);
                plays.push(play);
            }
        }
        out += "\n";
        out += &page::comparison(scene, &plays, &guests.plays, &screen);
    } else {
        for (guest, play) in &guests.plays {
            let title = format!("The same in {}: {}", guest.language.name(), guest.file());
            out += &format!("\n{}\n", screen.bold(&title));
            out += &guests::lanes(performance, play);
        }
    }
    out += &guests.remarks;
    out += "\n";
    out += &next(performance);
    print(&out)
}
