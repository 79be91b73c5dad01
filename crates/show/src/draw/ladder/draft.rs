//! Puts the rows of a sheet one below the other, each part in its place.

use super::super::Sheet;
use super::super::measure::{cut, height_of, room_for, shortened, time};
use super::super::states::Bars;
use super::{Arrow, Group, LINE, Ladder, Line, Text};
use crate::lanes::packets::label as packet_label;
use crate::lanes::wrap;
use crate::order::{Owners, Part, Row};
use crate::packets;
use crate::row::{call_text, only_packets, turn};
use record::event::{Call, Event, Note, Outcome, Packet, Time};
use std::collections::HashMap;

/// No narrower than this.
const WIDTH: i32 = 1000;
/// From one line to the next.
const APART: i32 = 310;
/// The same where the text of a lane stands between.
const APART_WITH_TEXT: i32 = 400;
/// Where the first line of two is.
const FIRST: i32 = 345;
/// The column of the times.
const TIMES: i32 = 84;
/// How much lower a packet arrives, where it is there at once.
const SLANT: i32 = 14;
/// How wide a character of a call is, in tenths.
const CHARACTER: i32 = 74;
/// How wide one of a packet is, in tenths.
const SMALL: i32 = 67;
/// The names of the lanes stand at least so often.
const HEAD_EVERY: i32 = 1400;

/// A ladder that is being put together, from the top downwards.
pub(super) struct Draft<'a> {
    sheet: &'a Sheet<'a>,
    timed: bool,
    all: bool,
    pub(super) heads: bool,
    owners: Owners,
    ladder: Ladder,
    bars: Bars,
    /// The group of each event.
    of_event: HashMap<usize, usize>,
    /// Down to where it has come.
    y: i32,
    began: Option<Time>,
    last: Option<Time>,
    /// By lane: down to where labels of states stand.
    labels: Vec<i32>,
    /// The packet whose states come now: the heights at which it left and arrived, and the lanes.
    packet: Option<(i32, i32, Option<usize>, Time)>,
    /// Heights of times, for packets that are under way for a while.
    heights: Vec<(Time, i32)>,
    /// Packets that arrive later: their groups.
    under_way: Vec<(usize, Time)>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(sheet: &'a Sheet<'a>, timed: bool, all: bool) -> Draft<'a> {
        let owners = Owners::of(sheet.events, sheet.lanes);
        let drawn = || sheet.rows.iter().map(|row| &sheet.events[row.event]);
        let packets = drawn().filter_map(|event| match event {
            Event::Packet(packet) => Some(packet),
            _ => None,
        });
        let mut elsewhere = false;
        let mut has_packets = false;
        for packet in packets {
            let (from, to) = owners.lanes(packet);
            elsewhere |= from.is_none() || to.is_none();
            has_packets = true;
        }
        let has_states = drawn().any(|event| matches!(event, Event::State(_)));
        let mut names: Vec<String> = sheet.lanes.iter().map(|lane| lane.name.clone()).collect();
        if elsewhere {
            names.push("elsewhere".to_owned());
        }
        let count = names.len();
        let margin = if timed { TIMES } else { 0 };
        let alone = if has_packets || has_states {
            APART
        } else {
            // Room for half of the name.
            names
                .first()
                .map_or(0, |name| name.chars().count() as i32 * 5 + 12)
        };
        let alone = margin + alone;
        let lanes = names.into_iter().enumerate().map(|(index, name)| Line {
            name,
            x: match index {
                0 if count == 1 => alone,
                0 => FIRST,
                _ => FIRST + APART + (index as i32 - 1) * APART_WITH_TEXT,
            },
            text_left: index == 0 && count > 1,
        });
        let lanes: Vec<Line> = lanes.collect();
        let last = lanes.last().map_or(0, |lane| lane.x);
        Draft {
            sheet,
            timed,
            all,
            heads: false,
            owners,
            labels: vec![0; count],
            ladder: Ladder {
                width: WIDTH.max(last + APART_WITH_TEXT - 40),
                height: 0,
                lanes,
                groups: Vec::new(),
                bars: Vec::new(),
                notes: Vec::new(),
                pauses: Vec::new(),
                heads: Vec::new(),
                has_states,
                began: 0,
            },
            bars: Bars::default(),
            of_event: HashMap::new(),
            y: 14,
            began: None,
            last: None,
            packet: None,
            heights: Vec::new(),
            under_way: Vec::new(),
        }
    }

    /// The next row.
    pub(super) fn row(&mut self, index: usize) {
        let row = self.sheet.rows[index];
        let event = &self.sheet.events[row.event];
        let at = match (event, row.part) {
            (
                Event::Call(Call {
                    left: Some(left), ..
                }),
                Part::Exit,
            ) => *left,
            _ => event.at(),
        };
        match event {
            Event::Call(call) if call.by_runtime && !self.all => return,
            Event::Life(life) if turn(&life.what).is_none() => return,
            Event::Mark(mark) if !matches!(mark.what, Note::Said(_)) => return,
            Event::State(_)
                if self
                    .packet
                    .is_some_and(|(.., sent)| !self.timed || sent == at) => {}
            _ => {
                self.clear_labels();
                self.head_again();
                self.pause(at);
                self.packet = None;
            }
        }
        match event {
            Event::Call(call) => {
                let short = only_packets(self.sheet.events, &self.sheet.rows, index);
                self.call(row, call, &call_text(call, row.part, short));
            }
            Event::Life(life) => {
                let text = turn(&life.what).unwrap_or_default();
                self.say(row, "life", &text);
            }
            Event::Mark(mark) => {
                if let Note::Said(text) = &mark.what {
                    self.say(row, "said", &format!("» {text}"));
                }
            }
            Event::Held(held) => self.say(row, "held", &packets::held(held, row.part)),
            Event::Packet(packet) => self.packet(row, packet),
            Event::State(state) => {
                let (top, label) = self.state_at(row);
                self.bars.change(row, state, top, label);
            }
        }
    }

    /// A picture cannot keep its head in sight, so that is repeated.
    fn head_again(&mut self) {
        let last = self.ladder.heads.last().copied().unwrap_or(0);
        if self.heads && self.y - last > HEAD_EVERY {
            self.y += 14;
            self.ladder.heads.push(self.y);
            self.y += 24;
        }
    }

    /// Room for the time that has passed, and the time itself.
    fn pause(&mut self, at: Time) {
        if !self.timed {
            return;
        }
        let began = *self.began.get_or_insert(at);
        self.ladder.began = began;
        let passed = at.saturating_sub(self.last.unwrap_or(at));
        self.last = Some(at.max(self.last.unwrap_or(at)));
        let more = room_for(passed);
        if passed >= 1_000_000 {
            self.ladder.pauses.push(Text {
                x: TIMES - 12,
                y: self.y + more / 2 - 4,
                ends: true,
                lines: vec![format!("+{}", time(passed))],
            });
        }
        self.y += more;
        self.heights.push((at, self.y));
        self.ladder.notes.push(Text {
            x: TIMES - 12,
            y: self.y,
            ends: true,
            lines: vec![time(at.saturating_sub(began))],
        });
    }

    fn group(&mut self, row: Row, class: &'static str) -> &mut Group {
        let groups = &mut self.ladder.groups;
        let index = *self.of_event.entry(row.event).or_insert_with(|| {
            groups.push(Group {
                event: row.event,
                class,
                lane: row.lane,
                texts: Vec::new(),
                span: None,
                arrow: None,
            });
            groups.len() - 1
        });
        &mut groups[index]
    }

    /// Text beside the line of a row's lane.
    fn text(&mut self, row: Row, class: &'static str, text: &str) -> i32 {
        let lane = self.ladder.lanes[row.lane].clone();
        let (x, room) = if lane.text_left {
            let margin = if self.timed { TIMES } else { 8 };
            (lane.x - 12, lane.x - 12 - margin)
        } else {
            let next = self.ladder.lanes.get(row.lane + 1);
            let end = next.map_or(self.ladder.width - 8, |next| next.x - 60);
            (lane.x + 14, end - lane.x - 14)
        };
        let lines = cut(wrap(text, (room * 10 / CHARACTER).max(10) as usize));
        let height = lines.len() as i32 * LINE;
        let y = self.y;
        self.group(row, class).texts.push(Text {
            x,
            y,
            ends: lane.text_left,
            lines,
        });
        self.y += height + 4;
        height
    }

    fn say(&mut self, row: Row, class: &'static str, text: &str) {
        self.text(row, class, text);
    }

    fn call(&mut self, row: Row, call: &Call, text: &str) {
        let class = match call.outcome {
            Outcome::Failed(_) => "call failed",
            _ => "call",
        };
        let top = self.y - 11;
        let height = self.text(row, class, text);
        // Threads of one lane stand side by side.
        let x = self.ladder.lanes[row.lane].x - 4 + (row.thread.min(5) as i32) * 5;
        let group = self.group(row, class);
        let bottom = top + height;
        group.span = match (group.span, row.part) {
            (Some((x, top, _)), _) => Some((x, top, bottom - LINE / 2)),
            // To be continued.
            (None, Part::Entry { .. }) => Some((x, top, -1)),
            (None, _) if call.left.is_none() => Some((x, top, -1)),
            (None, _) => Some((x, top, bottom)),
        };
    }

    fn packet(&mut self, row: Row, packet: &Packet) {
        let (from, to) = self.owners.lanes(packet);
        let label = packet_label(self.sheet.events, &self.owners, &row, packet);
        let elsewhere = self.ladder.lanes.len() - 1;
        let x = |lane: Option<usize>| self.ladder.lanes[lane.unwrap_or(elsewhere)].x;
        let (x1, x2) = (x(from), x(to));
        let (y1, y2) = (self.y + 4, self.y + 4 + SLANT);
        let room = if x1 == x2 {
            APART - 50
        } else {
            (x2 - x1).abs()
        };
        let label = shortened(&label, ((room - 76) * 10 / SMALL).max(8) as usize);
        let group = self.group(row, "packet");
        group.arrow = Some(Arrow {
            from: (x1, y1),
            to: (x2, y2),
            label,
        });
        let index = self.of_event[&row.event];
        if let Some(arrives) = packet.arrived.filter(|_| self.timed) {
            self.under_way.push((index, arrives));
        }
        self.packet = Some((y1, y2, from, packet.at));
        self.y += SLANT + 12;
    }

    /// Where a bar begins, and where its label stands.
    fn state_at(&mut self, row: Row) -> (i32, i32) {
        let top = match self.packet {
            Some((left, _, from, _)) if from == Some(row.lane) => left,
            Some((_, arrived, ..)) => arrived,
            None => {
                self.clear_labels();
                self.y - 8
            }
        };
        let label = (top + 15).max(self.labels[row.lane] + 12);
        self.labels[row.lane] = label;
        (top, label)
    }

    /// What comes now stands below the labels.
    fn clear_labels(&mut self) {
        let lowest = self.labels.iter().copied().max().unwrap_or(0);
        self.y = self.y.max(lowest + 13);
    }

    /// Ends what has no end of its own.
    pub(super) fn finish(mut self) -> Ladder {
        self.clear_labels();
        let bottom = self.y + 6;
        let mut bottom = bottom.max(60);
        let heights = std::mem::take(&mut self.heights);
        for (index, arrives) in std::mem::take(&mut self.under_way) {
            let height = height_of(&heights, arrives).unwrap_or(bottom);
            if let Some(arrow) = &mut self.ladder.groups[index].arrow {
                arrow.to.1 = arrow.to.1.max(height);
                bottom = bottom.max(arrow.to.1 + 6);
            }
        }
        for group in &mut self.ladder.groups {
            if let Some((_, _, end @ -1)) = &mut group.span {
                *end = bottom;
            }
        }
        self.bars.end(bottom);
        self.ladder.bars = self.bars.done;
        self.ladder.height = bottom + 4;
        self.ladder
    }
}
