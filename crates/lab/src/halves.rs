//! `serve` and `connect`: one half of a conversation, played alone against whoever is there.

use record::event::Time;

use crate::cli::Asked;
use crate::direct::{Request, play};
use crate::layer::Part;
use crate::live::Live;
use crate::place::Place;
use crate::scene::{Scene, Variant};
use crate::step::Step;
use crate::trouble::Trouble;
use crate::watch::can_trace;

/// The halves that a step has, and where they meet others.
#[derive(Clone, Debug)]
pub struct Halves {
    /// What may stand behind their names.
    pub take: Place,
    /// The half that waits, alone, for a real client.
    pub serve: Option<Half>,
    /// The half that calls.
    pub connect: Option<Half>,
    /// What a learner types in a second terminal to meet `serve`; where there is only `connect`, to be called by it.
    pub second_terminal: &'static str,
}

/// One half of a conversation.
#[derive(Clone, Copy, Debug)]
pub struct Half {
    /// What it does, in a line: "accepts, prints the peer and closes".
    pub about: &'static str,
    /// The function of each layer. It asks the [`Stage`](crate::Stage) for its [`Place`].
    pub parts: [Part; 4],
}

impl Halves {
    /// Those that are there, by their names. The one that waits is the first.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, Half)> {
        let both = [("serve", self.serve), ("connect", self.connect)];
        both.into_iter()
            .filter_map(|(name, half)| Some((name, half?)))
    }

    pub(crate) fn named(&self, name: &str) -> Option<(&'static str, Half)> {
        self.all().find(|(half, _)| *half == name)
    }
}

impl Step {
    /// `serve` and `connect`: one actor, no end but its own, and what it says comes as it says it.
    pub(crate) fn alone(
        &self,
        name: &'static str,
        place: &str,
        asked: &Asked,
    ) -> Result<bool, Trouble> {
        let half = self
            .half(name)
            .ok_or_else(|| Trouble::new(format!("this step has no `{name}`")))?;
        let scene = Scene::new(name, half.about).actor(name, half.parts);
        let layer = asked.layer.unwrap_or(scene.lowest_layer());
        if let Some(why) = scene.not_in(layer) {
            return Err(Trouble::new(format!(
                "{name} is not there in {}: {why}",
                layer.name()
            )));
        }
        let live = Live::new(asked.all);
        let request = Request {
            scene: &scene,
            layer,
            variant: Variant::Repaired,
            guest: None,
            trace: !asked.no_lens && can_trace(),
            place: Some(place),
            live: Some(&live),
            stack: asked.stack,
            kernel: false,
            wire: None,
            before_taught: None,
        };
        let play = play(request)?;
        live.calls_until(Time::MAX);
        match play.trouble {
            Some(trouble) => Err(Trouble::new(
                trouble
                    .strip_prefix(&format!("{name}: "))
                    .unwrap_or(&trouble),
            )),
            None => Ok(true),
        }
    }
}
