//! How a scene is to be played, once.

use std::sync::Arc;

use observe::wire::Network;

use crate::guest::Ready;
use crate::language::Language;
use crate::layer::Layer;
use crate::live::Live;
use crate::predict::Question;
use crate::scene::Scene;
use crate::sign::Sign;
use crate::variant::Variant;

/// How a scene is to be played.
pub(crate) struct Request<'a> {
    pub(crate) scene: &'a Scene,
    pub(crate) layer: Layer,
    pub(crate) variant: Variant,
    /// Played by a program in another language instead.
    pub(crate) guest: Option<&'a Ready<'a>>,
    /// Whether the lens watches.
    pub(crate) trace: bool,
    /// Whether the functions that each call came through are kept.
    pub(crate) stack: bool,
    /// Whether the kernel's own functions and the changes of state are kept.
    pub(crate) kernel: bool,
    /// The network it is played in, where packets are to be seen.
    pub(crate) wire: Option<Arc<Network>>,
    /// For `serve` and `connect`: where, and no deadline.
    pub(crate) place: Option<&'a str>,
    /// Prints what is said and called while it plays.
    pub(crate) live: Option<&'a Live>,
    /// What is asked before the taught actor makes the taught call for the first time.
    pub(crate) question: Option<&'a mut Question>,
}

impl<'a> Request<'a> {
    /// Unwatched, by the layer itself.
    pub(crate) fn new(scene: &'a Scene, layer: Layer, variant: Variant) -> Request<'a> {
        Request {
            scene,
            layer,
            variant,
            guest: None,
            trace: false,
            stack: false,
            kernel: false,
            wire: None,
            place: None,
            live: None,
            question: None,
        }
    }

    /// The language of the guest, where one plays.
    pub(crate) fn language(&self) -> Option<Language> {
        self.guest.map(|ready| ready.guest.language)
    }

    /// What is typed for this actor.
    pub(crate) fn typed_for(&self, actor: &str) -> &'static [&'static str] {
        let mut typed = self.guest.iter().flat_map(|ready| ready.guest.typed);
        typed
            .find(|(name, _)| *name == actor)
            .map_or(&[], |(_, lines)| lines)
    }

    /// What must be seen. A guest finds nothing, but the peers that play with it do; and where it sleeps can be seen.
    pub(crate) fn announced(&self) -> Vec<Sign> {
        let mut signs = self.scene.announces(self.layer, self.variant);
        if self.guest.is_some() {
            let is_peer = |name: &str| {
                let mut actors = self.scene.actors.iter();
                actors.any(|actor| actor.is_peer && actor.name == name)
            };
            signs.retain(|sign| match sign {
                Sign::Found(actor, _) => is_peer(actor),
                Sign::Waits(..) => true,
                _ => false,
            });
        }
        signs
    }
}
