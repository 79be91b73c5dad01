//! `--svg` and `--html`: the plays whose lanes are printed, drawn into files.

use record::event::Event;
use show::draw::{Drawing, Files, Sheet};
use show::flags::{ALL, HTML, NO_TIMES, SVG};
use show::order::Lane;

use crate::cli::Asked;
use crate::play::Play;
use crate::trouble::Trouble;

/// What is to be drawn, and where.
#[derive(Default)]
pub(super) struct Drawings {
    files: Files,
    kept: Vec<Kept>,
}

/// A play that is drawn.
struct Kept {
    heading: String,
    label: &'static str,
    events: Vec<Event>,
    lanes: Vec<Lane>,
}

impl Drawings {
    /// Opens the files.
    pub(super) fn open(asked: &Asked<'_>) -> Result<Drawings, Trouble> {
        let files = Files::open(asked.flags.path(SVG), asked.flags.path(HTML))?;
        let kept = Vec::new();
        Ok(Drawings { files, kept })
    }

    /// Keeps a play, to be drawn at the end.
    pub(super) fn keep(&mut self, heading: &str, play: &Play) {
        if self.files.is_empty() || !play.traced {
            return;
        }
        self.kept.push(Kept {
            heading: heading.to_owned(),
            label: play.label(),
            events: play.events.clone(),
            lanes: play.lanes(),
        });
    }

    /// Draws what was kept. Where that is nothing, one line says so.
    pub(super) fn draw(self, title: &str, asked: &Asked<'_>) -> Result<(), Trouble> {
        if self.files.is_empty() {
            return Ok(());
        }
        let Some(first) = self.kept.first() else {
            eprintln!("not drawn: nothing was seen of a play");
            self.files.give_up();
            return Ok(());
        };
        let (all, timed) = (asked.flags.has(ALL), !asked.flags.has(NO_TIMES));
        let sheets = self.kept.iter().map(|kept| {
            let sheet = if timed { Sheet::by_time } else { Sheet::causal };
            sheet(&kept.heading, &kept.events, &kept.lanes, all)
        });
        let drawing = Drawing {
            title: format!("{title} · {}", first.label),
            sheets: sheets.collect(),
            all,
            timed,
        };
        self.files.write(&drawing)?;
        Ok(())
    }
}
