//! What is drawn: one record or several, each with its rows in order.

use crate::order;
use crate::row::{Lane, Row};
use record::event::Event;

/// A drawing: what it is of, and one ladder or several, one below the other.
#[derive(Clone, Debug)]
pub struct Drawing<'a> {
    /// What it is called.
    pub title: String,
    /// One record each.
    pub sheets: Vec<Sheet<'a>>,
    /// Whether to show also the functions that explain nothing.
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
    pub(crate) rows: Vec<Row>,
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
