//! The bars along the lanes: from when to when a socket was in which state.

use crate::order::Row;
use crate::packets;
use record::event::{State, TcpState};
use std::collections::HashMap;
use std::net::SocketAddr;

/// A socket in one state.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    pub(super) event: usize,
    pub(super) lane: usize,
    /// How far from the lane's line, counted in bars.
    pub(super) column: usize,
    pub(super) from: i32,
    pub(super) to: i32,
    pub(super) state: TcpState,
    pub(super) inferred: bool,
    /// What stands beside its beginning.
    pub(super) label: String,
    pub(super) label_at: i32,
    /// How far from the lane's line: beyond the bars that are there.
    pub(super) label_x: i32,
}

/// The bars of a ladder as they grow from the top.
#[derive(Default)]
pub(super) struct Bars {
    pub(super) done: Vec<Bar>,
    open: HashMap<(SocketAddr, SocketAddr), usize>,
    /// By lane: who is in which column.
    columns: HashMap<usize, Vec<Option<(SocketAddr, SocketAddr)>>>,
}

/// No further from its line than this.
const MOST_COLUMNS: usize = 6;

impl Bars {
    /// A socket goes to a state at this height; its label stands at another.
    pub(super) fn change(&mut self, row: Row, state: &State, at: i32, label_at: i32) {
        let lane = row.lane;
        let socket = (state.local, state.peer);
        if let Some(before) = self.open.remove(&socket) {
            self.done[before].to = at;
        }
        let columns = self.columns.entry(lane).or_default();
        let own = columns.iter().position(|column| *column == Some(socket));
        let column = own
            .or_else(|| columns.iter().position(Option::is_none))
            .or_else(|| {
                // When TIME-WAIT ends is not seen. Its bar goes on as long as nobody needs the room.
                let waits = |socket: &Option<(SocketAddr, SocketAddr)>| {
                    let bar = socket.and_then(|socket| self.open.get(&socket));
                    bar.is_some_and(|bar| self.done[*bar].state == TcpState::TimeWait)
                };
                columns.iter().position(waits).filter(|_| columns.len() > 2)
            })
            .unwrap_or_else(|| {
                columns.push(None);
                columns.len() - 1
            });
        if let Some(before) = columns[column]
            .replace(socket)
            .filter(|before| *before != socket)
            && let Some(bar) = self.open.remove(&before)
        {
            self.done[bar].to = at;
        }
        let beside = columns.len().min(MOST_COLUMNS + 1);
        if state.to == TcpState::Closed {
            columns[column] = None;
        } else {
            self.open.insert(socket, self.done.len());
        }
        self.done.push(Bar {
            event: row.event,
            lane,
            column: column.min(MOST_COLUMNS),
            from: at,
            to: at,
            state: state.to,
            inferred: !packets::is_read(state, row.part),
            label: packets::state(state, row.part),
            label_at,
            label_x: 14 + beside as i32 * 8,
        });
    }

    /// What is still open goes on to the bottom.
    pub(super) fn end(&mut self, bottom: i32) {
        for (_, bar) in self.open.drain() {
            self.done[bar].to = bottom;
        }
    }
}
