//! A scene that shows how something works: the idea, the lanes, and the layers beside each other.

use super::guests::{self, Guests};
use super::next::next;
use super::performance::Performance;
use super::predicted;
use crate::cli::GUESTS;
use crate::layer::Layer;
use crate::request::Request;
use crate::show::comparison;
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
    let (first, marked) = predicted::play(performance, in_layer(layer), "")?;
    let mut out = performance.title(layer.name());
    out += &screen.headline(&performance.idea(&first));
    out += "\n";
    out += &performance.lanes(&first);
    out += &performance.trouble(&first);
    out += &marked;
    let guests = match performance.asked.has(GUESTS) {
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
        out += &comparison(scene, &plays, &guests.plays, &screen);
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
