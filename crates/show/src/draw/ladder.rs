//! What a ladder consists of, and where each part stands.

use super::states::Bar;
use crate::row::short;
use record::event::Time;

/// The height of a line of text.
pub(crate) const LINE: i32 = 15;

/// A ladder.
pub(crate) struct Ladder {
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) lanes: Vec<Lifeline>,
    pub(crate) groups: Vec<Group>,
    pub(crate) bars: Vec<Bar>,
    pub(crate) notes: Vec<Text>,
    pub(crate) pauses: Vec<Text>,
    /// Where the names of the lanes stand once more, in a long ladder.
    pub(crate) heads: Vec<i32>,
    /// Whether the states of connections are in it.
    pub(crate) has_states: bool,
    /// The time that its times are counted from.
    pub(crate) began: Time,
}

/// A lane's line, from the top to the bottom.
#[derive(Clone, Debug)]
pub(crate) struct Lifeline {
    pub(crate) name: String,
    pub(crate) x: i32,
    /// Whether its text stands to the left of it.
    pub(crate) text_left: bool,
}

/// Everything that is drawn of one event.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) event: usize,
    pub(crate) class: &'static str,
    pub(crate) lane: usize,
    pub(crate) texts: Vec<Text>,
    /// From where to where the call went on: x, top, bottom.
    pub(crate) span: Option<(i32, i32, i32)>,
    pub(crate) arrow: Option<Arrow>,
}

/// Lines of text.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) x: i32,
    pub(crate) y: i32,
    /// Whether it ends at x.
    pub(crate) ends: bool,
    pub(crate) lines: Vec<String>,
}

/// A packet on its way.
#[derive(Clone, Debug)]
pub(crate) struct Arrow {
    pub(crate) from: (i32, i32),
    pub(crate) to: (i32, i32),
    pub(crate) label: String,
}

impl Ladder {
    /// Of a bar: its left edge.
    pub(crate) fn bar_x(&self, bar: &Bar) -> i32 {
        let line = &self.lanes[bar.lane];
        let away = 9 + bar.column as i32 * 8;
        if line.text_left {
            line.x + away
        } else {
            line.x - away - 6
        }
    }

    /// A lane's name without the remark behind it.
    pub(crate) fn name(&self, lane: usize) -> &str {
        self.lanes.get(lane).map_or("", |line| short(&line.name))
    }
}
