//! The two halves of a conversation, each played alone against whoever is there.

use crate::part::Part;
use crate::place::Place;

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
