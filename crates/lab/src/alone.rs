//! `serve` and `connect`: one half of a conversation, played alone against whoever is there.

use record::event::Time;
use show::flags::{ALL, STACK};

use crate::cli::{Asked, NO_LENS};
use crate::direct;
use crate::halves::Half;
use crate::live::Live;
use crate::request::Request;
use crate::scene::Scene;
use crate::trouble::{Trouble, trouble};
use crate::variant::Variant;
use crate::watch::can_trace;

/// Plays a half: one actor, no end but its own, and what it says comes as it says it.
pub(crate) fn alone(
    name: &'static str,
    half: Half,
    place: &str,
    asked: &Asked<'_>,
) -> Result<bool, Trouble> {
    let scene = Scene::new(name, half.about).actor(name, half.parts);
    let layer = asked.layer.unwrap_or(scene.lowest_layer());
    if let Some(why) = scene.not_in(layer) {
        let layer = layer.name();
        return Err(trouble!("{name} is not there in {layer}: {why}"));
    }
    let live = Live::new(asked.flags.has(ALL));
    let play = direct::play(Request {
        trace: !asked.flags.has(NO_LENS) && can_trace(),
        place: Some(place),
        live: Some(&live),
        stack: asked.flags.has(STACK),
        ..Request::new(&scene, layer, Variant::Repaired)
    })?;
    live.calls_until(Time::MAX);
    match play.trouble {
        Some(trouble) => {
            let own = trouble.strip_prefix(&format!("{name}: "));
            Err(Trouble::new(own.unwrap_or(&trouble)))
        }
        None => Ok(true),
    }
}
