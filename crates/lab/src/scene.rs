//! What a scene is: its actors, layer by layer, and what it announces.

use crate::guest::Guest;
use crate::language::Language;
use crate::layer::Layer;
use crate::part::{Act, Part, every_layer};
use crate::play::Play;
use crate::quote::Quote;
use crate::sign::Sign;
use crate::variant::Variant;

/// One actor of a scene.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Actor {
    pub(crate) name: &'static str,
    pub(crate) parts: [Part; 4],
    /// Plays the half that is not taught here, in a few plain lines of std.
    pub(crate) is_peer: bool,
}

/// A scene: who plays, what it shows, and how one knows that it showed it.
#[derive(Clone, Debug)]
pub struct Scene {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) core: bool,
    pub(crate) actors: Vec<Actor>,
    pub(crate) mistake: bool,
    pub(crate) broken: Vec<Sign>,
    pub(crate) broken_in: Vec<(Layer, Sign)>,
    pub(crate) expected: Vec<Sign>,
    pub(crate) cause: &'static str,
    pub(crate) repair: &'static str,
    pub(crate) hints: &'static [&'static str],
    pub(crate) idea: Option<fn(&Play) -> Option<String>>,
    pub(crate) quotes: Vec<(Layer, Quote)>,
    pub(crate) needs: Option<fn() -> Result<(), String>>,
    pub(crate) aside: Option<fn(&str) -> Option<&'static str>>,
    pub(crate) guests: Vec<Guest>,
    pub(crate) waits_in: &'static str,
    pub(crate) path: Option<&'static str>,
    pub(crate) wire: bool,
}

impl Scene {
    /// A scene that shows how something works. `about` says in one line what there is to see.
    pub fn new(name: &'static str, about: &'static str) -> Scene {
        Scene {
            name,
            about,
            core: false,
            actors: Vec::new(),
            mistake: false,
            broken: Vec::new(),
            broken_in: Vec::new(),
            expected: Vec::new(),
            cause: "",
            repair: "",
            hints: &[],
            idea: None,
            quotes: Vec::new(),
            needs: None,
            aside: None,
            guests: Vec::new(),
            waits_in: "accept",
            path: None,
            wire: false,
        }
    }

    /// A mistake: a scene that is played broken and repaired.
    /// Its actors ask [`Stage::repaired`](crate::Stage::repaired) at the place where the two differ.
    pub fn mistake(name: &'static str, about: &'static str) -> Scene {
        Scene {
            mistake: true,
            ..Scene::new(name, about)
        }
    }

    /// Marks the scene as one that no learner should miss.
    pub fn core(mut self) -> Scene {
        self.core = true;
        self
    }

    /// Adds an actor, one part for each layer. The first actor added has the left lane.
    pub fn actor(mut self, name: &'static str, parts: [Part; 4]) -> Scene {
        self.actors.push(Actor {
            name,
            parts,
            is_peer: false,
        });
        self
    }

    /// Adds an actor for the half that is not taught here. It is the same in every layer.
    pub fn peer(mut self, name: &'static str, act: Act) -> Scene {
        self.actors.push(Actor {
            name,
            parts: every_layer(act),
            is_peer: true,
        });
        self
    }

    /// What is seen when the mistake happens. All of the signs must show.
    pub fn breaks(mut self, signs: &[Sign]) -> Scene {
        self.broken.extend_from_slice(signs);
        self
    }

    /// What is seen besides in one layer: what the layer itself does about the mistake, too late.
    pub fn breaks_in(mut self, layer: Layer, signs: &[Sign]) -> Scene {
        self.broken_in
            .extend(signs.iter().map(|sign| (layer, *sign)));
        self
    }

    /// What is seen when all is well: in the repaired twin, in a layer that handles the mistake,
    /// and in a scene that is not a mistake.
    pub fn shows(mut self, signs: &[Sign]) -> Scene {
        self.expected.extend_from_slice(signs);
        self
    }

    /// Why it goes wrong, in one or two sentences.
    pub fn cause(mut self, cause: &'static str) -> Scene {
        self.cause = cause;
        self
    }

    /// What the repair is, in one sentence.
    pub fn repair(mut self, repair: &'static str) -> Scene {
        self.repair = repair;
        self
    }

    /// Hints from the gentle to the plain, for who plays with `--broken`.
    pub fn hints(mut self, hints: &'static [&'static str]) -> Scene {
        self.hints = hints;
        self
    }

    /// The one idea of the scene, put together from what was observed; `None` when it was not observed.
    pub fn idea(mut self, idea: fn(&Play) -> Option<String>) -> Scene {
        self.idea = Some(idea);
        self
    }

    /// The source line that makes the taught call in one layer; see [`quote!`](crate::quote!).
    /// A scene with quotes is followed by the comparison of the layers.
    pub fn quote(mut self, layer: Layer, quote: Quote) -> Scene {
        self.quotes.push((layer, quote));
        self
    }

    /// A condition of the machine. Where it fails the scene is not played, and the error says what is missing.
    pub fn needs(mut self, condition: fn() -> Result<(), String>) -> Scene {
        self.needs = Some(condition);
        self
    }

    /// A word beside each system call of that name in the drawing.
    pub fn aside(mut self, aside: fn(&str) -> Option<&'static str>) -> Scene {
        self.aside = Some(aside);
        self
    }

    /// Shows the packets, too, without being asked for: for a scene whose subject they are.
    pub fn wire(mut self) -> Scene {
        self.wire = true;
        self
    }

    /// Adds the same scene in another language; see [`guest!`](crate::guest!).
    /// `--guests` plays it beside the layers, `--layer LANGUAGE` alone.
    pub fn guest(mut self, guest: Guest) -> Scene {
        self.guests.push(guest);
        self
    }

    /// The call in which the first actor waits for the others, where it is not `accept`:
    /// a guest that is to call comes when the first one sleeps there.
    pub fn waits_in(mut self, call: &'static str) -> Scene {
        self.waits_in = call;
        self
    }

    /// The scene's address is a path. Its actors play in an empty folder of the scene's own, which is gone
    /// when the scene is over or killed: a path of one word is enough, and is the same each time.
    /// A guest that listens is given this path as its address.
    pub fn at_path(mut self, path: &'static str) -> Scene {
        self.path = Some(path);
        self
    }

    pub(crate) fn guest_in(&self, language: Language) -> Option<&Guest> {
        self.guests.iter().find(|guest| guest.language == language)
    }

    pub(crate) fn variants(&self) -> &'static [Variant] {
        if self.mistake {
            &[Variant::Broken, Variant::Repaired]
        } else {
            &[Variant::Repaired]
        }
    }

    /// Why this layer does not play the scene: an actor is ruled out or absent in it.
    pub(crate) fn not_in(&self, layer: Layer) -> Option<&'static str> {
        let mut parts = self.parts_in(layer);
        parts.find_map(Part::why_not)
    }

    /// How this layer handles the mistake, where it does.
    pub(crate) fn handled_in(&self, layer: Layer) -> Option<&'static str> {
        self.parts_in(layer).find_map(|part| match part {
            Part::Handled(_, how) => Some(how),
            _ => None,
        })
    }

    /// The parts of an actor, one for each layer.
    pub(crate) fn parts_of(&self, actor: &str) -> Option<[Part; 4]> {
        let mut actors = self.actors.iter();
        Some(actors.find(|known| known.name == actor)?.parts)
    }

    fn parts_in(&self, layer: Layer) -> impl Iterator<Item = Part> {
        let actors = self.actors.iter();
        actors.map(move |actor| actor.parts[layer as usize])
    }

    /// What must be seen when this twin is played in this layer.
    pub(crate) fn announces(&self, layer: Layer, variant: Variant) -> Vec<Sign> {
        if variant == Variant::Repaired || self.handled_in(layer).is_some() {
            return self.expected.clone();
        }
        let here = self.broken_in.iter().filter(|(of, _)| *of == layer);
        let mut signs = self.broken.clone();
        signs.extend(here.map(|(_, sign)| *sign));
        signs
    }

    /// The layer closest to the kernel that plays this scene.
    pub(crate) fn lowest_layer(&self) -> Layer {
        let plays = |layer: &Layer| self.not_in(*layer).is_none();
        Layer::ALL.into_iter().find(plays).unwrap_or(Layer::Libc)
    }

    /// The actors that a guest plays: all but the peers, which are the same helpers as beside the four layers.
    pub(crate) fn played_by_guest(&self) -> impl Iterator<Item = &'static str> {
        let taught = self.actors.iter().filter(|actor| !actor.is_peer);
        taught.map(|actor| actor.name)
    }

    /// The actor that is taught: the first that is not a peer.
    pub(crate) fn taught_actor(&self) -> &'static str {
        self.actors
            .iter()
            .find(|actor| !actor.is_peer)
            .map_or("", |actor| actor.name)
    }
}
