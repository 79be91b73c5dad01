//! What each layer makes of an actor.

use crate::stage::Stage;
use crate::trouble::Played;

/// What an actor does: one plain function, read from top to bottom.
pub type Act = fn(&mut Stage) -> Played;

/// What one layer makes of an actor.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// It plays. In a mistake: the mistake happens here.
    Plays(Act),
    /// The mistake cannot be written in this layer; the line says what rules it out.
    RuledOut(&'static str),
    /// The mistake, written the same way, does no harm here: the layer repairs it; the line says how.
    Handled(Act, &'static str),
    /// The layer has no such call; the line says what there is instead.
    Absent(&'static str),
}

impl Part {
    /// The function to play, where there is one.
    pub fn act(self) -> Option<Act> {
        match self {
            Part::Plays(act) | Part::Handled(act, _) => Some(act),
            Part::RuledOut(_) | Part::Absent(_) => None,
        }
    }

    /// Why there is none.
    pub(crate) fn why_not(self) -> Option<&'static str> {
        match self {
            Part::RuledOut(why) | Part::Absent(why) => Some(why),
            Part::Plays(_) | Part::Handled(..) => None,
        }
    }
}

impl From<Act> for Part {
    fn from(act: Act) -> Part {
        Part::Plays(act)
    }
}

/// The same function whatever the layer: for actors that are not what is taught.
pub fn every_layer(act: Act) -> [Part; 4] {
    [Part::Plays(act); 4]
}
