//! From moments to rows.

use super::graph::{Graph, Moment};
use crate::choice::Choice;
use crate::row::{Part, Row};
use record::event::Event;

impl Graph {
    /// The rows of what is shown: an exit that follows its entry makes one row of the two.
    pub(crate) fn rows(&self, order: &[usize], events: &[Event], choice: Choice) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for &index in order {
            let node = &self.nodes[index];
            if !choice.has_row(&events[node.event]) {
                continue;
            }
            let thread = &self.threads[node.thread];
            let row = |part| Row {
                lane: thread.lane,
                thread: thread.number,
                event: node.event,
                part,
            };
            let unfinished =
                matches!(&events[node.event], Event::Call(call) if call.left.is_none());
            match node.moment {
                Moment::Point => rows.push(row(Part::Whole)),
                Moment::Entry if unfinished && !node.asleep => rows.push(row(Part::Whole)),
                Moment::Entry => rows.push(row(Part::Entry {
                    asleep: node.asleep,
                })),
                Moment::Exit => match rows.last_mut() {
                    Some(last) if last.event == node.event => last.part = Part::Whole,
                    _ => rows.push(row(Part::Exit)),
                },
            }
        }
        rows
    }
}
