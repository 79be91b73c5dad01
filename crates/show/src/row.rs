//! What all drawings are made of: lanes, and rows in them.

/// One lane of a drawing: an actor or a program, with all its processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// What stands above it.
    pub name: String,
    /// The processes whose events belong here.
    pub processes: Vec<i32>,
}

/// One row of a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The lane's place in the list.
    pub lane: usize,
    /// The thread's number within its lane, from 0.
    pub thread: usize,
    /// The event's place in the record.
    pub event: usize,
    /// Which part of the event.
    pub part: Part,
}

/// A call is drawn in one row, or in two when rows of other threads stand between its entry and its exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The whole call, or an event that is no call.
    Whole,
    /// The entry only.
    Entry {
        /// Whether it was seen that the thread slept in the call.
        asleep: bool,
    },
    /// The exit that belongs to an earlier entry.
    Exit,
    /// Several segments of TCP with data, one behind the other in one direction, that are drawn as one.
    Run {
        /// The place of the last one in the record.
        last: usize,
    },
    /// A change of state that the kernel was certain to be seen to have made.
    Read,
    /// A change of state that was inferred; whether the kernel was seen to have made it was chance.
    Inferred,
    /// Of what the kernel held only what waits to be received: the rest was chance.
    Received,
}

/// A lane's name without the remark in parentheses behind it, which stands once, above the lanes.
pub(crate) fn short(name: &str) -> &str {
    name.split_once(" (").map_or(name, |(short, _)| short)
}
