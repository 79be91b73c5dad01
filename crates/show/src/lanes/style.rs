//! How lanes are drawn.

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// How many columns there are. Below 80 there is one lane.
    pub width: usize,
    /// Whether to use colour. Nothing is told by colour alone.
    pub colour: bool,
    /// Whether to show also the functions that explain nothing.
    pub all: bool,
    /// A word to put in front of each system call, by the call's name.
    pub aside: Option<fn(&str) -> Option<&'static str>>,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            width: 100,
            colour: false,
            all: false,
            aside: None,
        }
    }
}

/// How wide the words in front are, with the space behind.
pub(crate) const ASIDE: usize = 8;
/// How far the second line of a long row is set in.
pub(crate) const INDENT: usize = 4;
