//! What a ladder consists of, and where each part stands.

mod draft;

use super::Sheet;
use super::states::Bar;
use crate::lanes::short;
use draft::Draft;
use record::event::Time;

/// The height of a line of text.
pub(super) const LINE: i32 = 15;

/// A ladder.
pub(super) struct Ladder {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) lanes: Vec<Line>,
    pub(super) groups: Vec<Group>,
    pub(super) bars: Vec<Bar>,
    pub(super) notes: Vec<Text>,
    pub(super) pauses: Vec<Text>,
    /// Where the names of the lanes stand once more, in a long ladder.
    pub(super) heads: Vec<i32>,
    /// Whether the states of connections are in it.
    pub(super) has_states: bool,
    /// The time that its times are counted from.
    pub(super) began: Time,
}

/// A lane's line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) x: i32,
    /// Whether its text stands to the left of it.
    pub(super) text_left: bool,
}

/// Everything that is drawn of one event.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) event: usize,
    pub(super) class: &'static str,
    pub(super) lane: usize,
    pub(super) texts: Vec<Text>,
    /// From where to where the call went on: x, top, bottom.
    pub(super) span: Option<(i32, i32, i32)>,
    pub(super) arrow: Option<Arrow>,
}

/// Lines of text.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) x: i32,
    pub(super) y: i32,
    /// Whether it ends at x.
    pub(super) ends: bool,
    pub(super) lines: Vec<String>,
}

/// A packet on its way.
#[derive(Clone, Debug)]
pub(super) struct Arrow {
    pub(super) from: (i32, i32),
    pub(super) to: (i32, i32),
    pub(super) label: String,
}

/// Puts everything of a sheet in its place. With `heads`, a long one has the names of its lanes more than once.
pub(super) fn ladder(sheet: &Sheet<'_>, timed: bool, all: bool, heads: bool) -> Ladder {
    let mut draft = Draft::new(sheet, timed, all);
    draft.heads = heads;
    for index in 0..sheet.rows.len() {
        draft.row(index);
    }
    draft.finish()
}

impl Ladder {
    /// Of a bar: its left edge.
    pub(super) fn bar_x(&self, bar: &Bar) -> i32 {
        let line = &self.lanes[bar.lane];
        let away = 9 + bar.column as i32 * 8;
        if line.text_left {
            line.x + away
        } else {
            line.x - away - 6
        }
    }

    /// A lane's name without the remark behind it.
    pub(super) fn name(&self, lane: usize) -> &str {
        self.lanes.get(lane).map_or("", |line| short(&line.name))
    }
}
