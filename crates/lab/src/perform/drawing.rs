//! `--svg` and `--html`: the plays whose lanes are printed, drawn into files.

use record::event::Event;
use show::draw::{Drawing, Files, Sheet};
use show::order::Lane;

use super::Performance;
use crate::play::Play;
use crate::trouble::Trouble;

/// What is to be drawn, and where.
#[derive(Default)]
pub(super) struct Drawings {
    files: Files,
    /// The record of the last play as it was seen, where the text is to be without the stacks.
    whole: Option<Vec<Event>>,
    kept: Vec<Kept>,
}

/// A play that is drawn.
struct Kept {
    heading: String,
    label: &'static str,
    events: Vec<Event>,
    lanes: Vec<Lane>,
}

impl Performance<'_> {
    /// Opens the files. Those are no good after the play.
    pub(super) fn open_drawings(&mut self) -> Result<(), Trouble> {
        let (svg, html) = (self.asked.svg.as_deref(), self.asked.html.as_deref());
        self.drawings.files = Files::open(svg, html)?;
        Ok(())
    }

    /// Whether the functions that each call came through are wanted: the page tells them, whatever the text shows.
    pub(super) fn wants_stacks(&self) -> bool {
        self.asked.stack || self.asked.html.is_some()
    }

    /// Takes the stacks out of a play again that only the page wants.
    pub(super) fn without_unasked_stacks(&mut self, play: &mut Play) {
        if self.asked.stack || self.asked.html.is_none() {
            return;
        }
        self.drawings.whole = Some(play.events.clone());
        for event in &mut play.events {
            if let Event::Call(call) = event {
                call.stack = None;
            }
        }
    }

    /// Keeps the last play, to be drawn at the end.
    pub(super) fn keep(&mut self, heading: &str, play: &Play) {
        if self.drawings.files.is_empty() || !play.traced {
            return;
        }
        let whole = self.drawings.whole.take();
        self.drawings.kept.push(Kept {
            heading: heading.to_owned(),
            label: play.label(),
            events: whole.unwrap_or_else(|| play.events.clone()),
            lanes: play.lanes(),
        });
    }

    /// Draws what was kept. Where that is nothing, one line says so.
    pub(super) fn draw(&mut self) -> Result<(), Trouble> {
        let drawings = std::mem::take(&mut self.drawings);
        if drawings.files.is_empty() {
            return Ok(());
        }
        let Some(first) = drawings.kept.first() else {
            eprintln!("not drawn: nothing was seen of a play");
            drawings.files.give_up();
            return Ok(());
        };
        let (all, timed) = (self.asked.all, !self.asked.no_times);
        let sheets = drawings.kept.iter().map(|kept| {
            let sheet = if timed { Sheet::by_time } else { Sheet::causal };
            sheet(&kept.heading, &kept.events, &kept.lanes, all)
        });
        let drawing = Drawing {
            title: format!("{} · {} · {}", self.step.name, self.scene.name, first.label),
            sheets: sheets.collect(),
            all,
            timed,
        };
        drawings.files.write(&drawing)?;
        Ok(())
    }
}
