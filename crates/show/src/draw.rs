//! A record as a picture: the classic ladder. Each lane is a line from the top to the bottom with its calls beside it,
//! packets go from one line to the other, and bars along the lines are the states of the connections.
//!
//! [`svg`] is a picture by itself, [`html`] a page that also tells, of a call that one points to,
//! the functions it came through. Both are one file that needs nothing else.
//!
//! Heights tell the order. Where there are times they stand at the side; a longer pause has more room, but not as much more.

mod files;
mod html;
mod ladder;
mod measure;
mod palette;
mod states;
mod svg;
mod words;
mod xml;

use crate::order::{self, Lane, Row};
use record::event::Event;

pub use files::Files;
pub use html::html;
pub use svg::svg;

/// A drawing: what it is of, and one ladder or several, one below the other.
#[derive(Clone, Debug)]
pub struct Drawing<'a> {
    /// What it is called.
    pub title: String,
    /// One record each.
    pub sheets: Vec<Sheet<'a>>,
    /// Whether to show what the language's runtime did, and functions that explain nothing.
    pub all: bool,
    /// Whether the times are in it. Without, it shows only the order, and is the same each time.
    pub timed: bool,
}

/// One record of a drawing.
#[derive(Clone, Debug)]
pub struct Sheet<'a> {
    /// What stands above it; empty for none.
    pub heading: String,
    /// The record.
    pub events: &'a [Event],
    /// Its lanes.
    pub lanes: &'a [Lane],
    rows: Vec<Row>,
}

impl<'a> Sheet<'a> {
    /// The rows in the order of time.
    pub fn by_time(heading: &str, events: &'a [Event], lanes: &'a [Lane], all: bool) -> Sheet<'a> {
        let rows = order::by_time(events, lanes, all);
        Sheet {
            heading: heading.to_owned(),
            events,
            lanes,
            rows,
        }
    }

    /// The rows in the order of cause and effect: the same each time.
    pub fn causal(heading: &str, events: &'a [Event], lanes: &'a [Lane], all: bool) -> Sheet<'a> {
        let rows = order::causal(events, lanes, all);
        Sheet {
            heading: heading.to_owned(),
            events,
            lanes,
            rows,
        }
    }
}
