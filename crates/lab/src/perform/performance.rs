//! The plays of a scene, watched as they were asked for.

use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;

use observe::wire::{How, Network};
use show::flags::{ALL, HTML, KERNEL, PCAP, PLAIN, SHARE_NET, SLOW, STACK, WIRE};
use show::pcap;

use super::drawing::Drawings;
use crate::cli::{Asked, NO_LENS, NO_WIRE};
use crate::direct;
use crate::layer::Layer;
use crate::play::Play;
use crate::predict::Question;
use crate::request::Request;
use crate::scene::Scene;
use crate::screen::Screen;
use crate::step::Step;
use crate::trouble::{Trouble, trouble};
use crate::variant::Variant;
use crate::watch::{can_trace, can_watch_kernel};

/// All plays of a scene that a command line asks for.
pub(super) struct Performance<'a> {
    pub(super) step: &'a Step,
    pub(super) scene: &'a Scene,
    pub(super) asked: &'a Asked<'a>,
    pub(super) screen: Screen,
    /// Whether everything went as announced.
    pub(super) good: bool,
    trace: bool,
    kernel: bool,
    wire: bool,
    /// Where the packets of the first play go.
    pcap: Option<File>,
    /// Whether it has been said what the network cannot give.
    remarked: bool,
    drawings: Drawings,
}

impl<'a> Performance<'a> {
    /// Opens the files for the drawings. Those are no good after the play.
    pub(super) fn new(
        step: &'a Step,
        scene: &'a Scene,
        asked: &'a Asked<'a>,
    ) -> Result<Performance<'a>, Trouble> {
        Ok(Performance {
            step,
            scene,
            asked,
            screen: Screen::new(asked.flags.has(PLAIN), asked.flags.has(ALL)),
            good: true,
            trace: false,
            kernel: false,
            wire: false,
            pcap: None,
            remarked: false,
            drawings: Drawings::open(asked)?,
        })
    }

    /// Finds out what can be watched here, and makes the file for the packets before anything is played:
    /// if it cannot be written, playing is for nothing.
    pub(super) fn watch(&mut self) -> Result<(), Trouble> {
        let asked = self.asked;
        self.trace = !asked.flags.has(NO_LENS) && can_trace();
        let wire = asked.flags.asks_for(WIRE) || self.scene.wire;
        self.wire = self.trace && wire && !asked.flags.has(NO_WIRE);
        if let Some(path) = asked.flags.path(PCAP) {
            let file = File::create(path).map_err(|error| {
                trouble!(
                    "the packets cannot be written to {} ({error}); choose another file",
                    path.display()
                )
            })?;
            self.pcap = Some(file);
        }
        self.kernel = asked.flags.has(KERNEL) && self.trace && can_watch_kernel();
        Ok(())
    }

    /// Plays the scene once, watched as it was asked for. With a heading the play is drawn, too.
    pub(super) fn play(
        &mut self,
        request: Request<'_>,
        heading: Option<&str>,
    ) -> Result<Play, Trouble> {
        let (stack, html) = (self.asked.flags.has(STACK), self.asked.flags.has(HTML));
        let mut play = direct::play(Request {
            trace: self.trace,
            // The page tells of each call its stack, whatever the text shows.
            stack: stack || html,
            kernel: self.kernel,
            wire: self.network(),
            ..request
        })?;
        self.good &= play.trouble.is_none();
        if let Some(heading) = heading {
            self.drawings.keep(heading, &play);
        }
        if !stack {
            play.forget_stacks();
        }
        if let Some(file) = self.pcap.take() {
            pcap::write(&mut BufWriter::new(file), &play.events)?;
        }
        Ok(play)
    }

    /// A network for one play, so that nothing of another is in it. Where it cannot be had, one line says why.
    fn network(&mut self) -> Option<Arc<Network>> {
        if !self.wire {
            return None;
        }
        let how = How {
            share_net: self.asked.flags.has(SHARE_NET),
            slow: self.asked.flags.has(SLOW),
        };
        match Network::open(how) {
            Ok(network) => {
                if let Some(remark) = network.remark().filter(|_| !self.remarked) {
                    eprintln!("{remark}");
                    self.remarked = true;
                }
                Some(Arc::new(network))
            }
            Err(refused) => {
                eprintln!("no packets: {refused}");
                self.wire = false;
                None
            }
        }
    }

    /// Draws the plays that are to be drawn.
    pub(super) fn draw(&mut self) -> Result<(), Trouble> {
        let title = format!("{} · {}", self.step.name, self.scene.name);
        std::mem::take(&mut self.drawings).draw(&title, self.asked)
    }

    /// The layer that is printed: the one asked for, or the lowest that plays.
    pub(super) fn printed_layer(&self) -> Layer {
        self.asked.layer.unwrap_or(self.scene.lowest_layer())
    }

    /// The head of what is printed: which step, which scene, and in what it is played.
    pub(super) fn title(&self, played_in: &str) -> String {
        format!("{} · {} · {played_in}\n\n", self.step.name, self.scene.name)
    }

    /// Why the scene is not played in this layer, as a line.
    pub(super) fn not_in(&self, layer: Layer) -> Option<String> {
        let why = self.scene.not_in(layer)?;
        let (scene, layer) = (self.scene.name, layer.name());
        Some(format!("{scene}: not in {layer}: {why}\n"))
    }

    /// The one idea of the scene, as it was observed in a play.
    pub(super) fn idea(&self, play: &Play) -> String {
        let idea = self.scene.idea.and_then(|idea| idea(play));
        idea.unwrap_or_else(|| self.scene.about.to_owned())
    }

    /// What did not go as announced.
    pub(super) fn trouble(&self, play: &Play) -> String {
        let trouble = play.trouble.iter();
        let text = trouble.map(|text| format!("! not as announced ({}): {text}", play.label()));
        text.map(|text| self.screen.fill(0, &text)).collect()
    }

    /// What was said of the taught call beforehand, held against what it did.
    pub(super) fn verdict(&self, question: &Question, play: &Play) -> String {
        let verdict = question.verdict(play);
        let text = verdict.map(|text| format!("\n{}", self.screen.fill(0, &text)));
        text.unwrap_or_default()
    }

    /// The twins that are played: the one asked for, or all there are.
    pub(super) fn variants(&self) -> Vec<Variant> {
        match self.asked.variant {
            Some(variant) => vec![variant],
            None => self.scene.variants().to_vec(),
        }
    }
}
