//! One run of a scene, as it was asked for: which layers and twins are played, and what is printed of them.

mod drawing;
mod guests;
mod json;
mod main_scene;
mod mistake;
mod next;
mod repeat;

use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;

use observe::wire::{How, Network};
use serde_json::json;
use show::pcap;

use crate::cli::Asked;
use crate::direct::{Request, play};
use crate::guest::Ready;
use crate::layer::Layer;
use crate::play::Play;
use crate::predict;
use crate::scene::{Scene, Variant};
use crate::show::Screen;
use crate::step::Step;
use crate::terminal::print;
use crate::trouble::Trouble;
use crate::watch::{can_trace, can_watch_kernel};
use drawing::Drawings;

/// One run of a scene: every layer and variant that was asked for.
pub(crate) struct Performance<'a> {
    step: &'a Step,
    scene: &'a Scene,
    asked: &'a Asked,
    screen: Screen,
    trace: bool,
    kernel: bool,
    wire: bool,
    /// Where the packets of the first play go.
    pcap: Option<File>,
    /// Whether it has been said what the network cannot give.
    remarked: bool,
    good: bool,
    guess: Option<predict::Guess>,
    drawings: Drawings,
}

impl<'a> Performance<'a> {
    pub(crate) fn new(step: &'a Step, scene: &'a Scene, asked: &'a Asked) -> Performance<'a> {
        let screen = Screen::new(asked.plain, asked.all);
        Performance {
            step,
            scene,
            asked,
            screen,
            trace: false,
            kernel: false,
            wire: false,
            pcap: None,
            remarked: false,
            good: true,
            guess: None,
            drawings: Drawings::default(),
        }
    }

    pub(crate) fn run(mut self) -> Result<bool, Trouble> {
        self.open_drawings()?;
        let played = self.played();
        // Also where a play could not even be started: then what was made for a drawing goes away again.
        let drawn = self.draw();
        played?;
        drawn?;
        Ok(self.good)
    }

    fn played(&mut self) -> Result<(), Trouble> {
        if let Some(Err(missing)) = self.scene.needs.map(|needs| needs()) {
            let name = self.scene.name;
            let line = if self.asked.json {
                json!({
                    "kind": "play", "step": self.step.name, "scene": name,
                    "in_layer": "not on this machine", "not": missing,
                })
                .to_string()
                    + "\n"
            } else {
                self.screen
                    .fill(0, &format!("{name}: not on this machine: {missing}"))
            };
            return print(&line);
        }
        self.trace = !self.asked.no_lens && can_trace();
        self.wire = self.trace && self.wants_wire();
        self.pcap = self.open_pcap()?;
        self.kernel = self.asked.kernel && self.trace && can_watch_kernel();
        if let Some(language) = self.asked.language {
            self.in_language(language)?;
        } else if self.asked.json {
            self.json()?;
        } else if let Some(count) = self.asked.repeat {
            self.repeat(count)?;
        } else if self.scene.mistake {
            self.mistake()?;
        } else {
            self.main()?;
        }
        Ok(())
    }

    /// Whether packets were asked for, or are what the scene is about.
    fn wants_wire(&self) -> bool {
        let asked = self.asked;
        let by_another = asked.share_net || asked.slow || asked.pcap.is_some();
        asked.wire.unwrap_or(by_another || self.scene.wire)
    }

    /// The file for the packets, made before the scene is played: if it cannot be written, playing is for nothing.
    fn open_pcap(&self) -> Result<Option<File>, Trouble> {
        let Some(path) = &self.asked.pcap else {
            return Ok(None);
        };
        match File::create(path) {
            Ok(file) => Ok(Some(file)),
            Err(error) => Err(Trouble::new(format!(
                "the packets cannot be written to {} ({error}); choose another file",
                path.display()
            ))),
        }
    }

    /// The head of what is printed: which step, which scene, and in what it is played.
    fn title(&self, played_in: &str) -> String {
        format!("{} · {} · {played_in}\n\n", self.step.name, self.scene.name)
    }

    /// Why the scene is not played in this layer, as a line.
    fn not_in(&self, layer: Layer) -> Option<String> {
        let why = self.scene.not_in(layer)?;
        Some(format!(
            "{}: not in {}: {why}\n",
            self.scene.name,
            layer.name()
        ))
    }

    /// The layer that is drawn: the one asked for, or the lowest that plays.
    fn drawn_layer(&self) -> Layer {
        self.asked.layer.unwrap_or(self.scene.lowest_layer())
    }

    /// Plays the scene once in a layer; asks what the taught call will do, if it is to.
    fn play(&mut self, layer: Layer, variant: Variant, ask: bool) -> Result<Play, Trouble> {
        if !ask {
            return self.watched(layer, variant, None, None);
        }
        let question = self.question(layer);
        let mut guess = None;
        let play = self.watched(
            layer,
            variant,
            None,
            Some(&mut || guess = predict::ask(&question)),
        )?;
        self.guess = guess;
        Ok(play)
    }

    /// Plays the scene once, watched as it was asked for: by a guest, where one is given.
    fn watched<'b>(
        &'b mut self,
        layer: Layer,
        variant: Variant,
        guest: Option<&'b Ready<'b>>,
        before_taught: Option<&'b mut (dyn FnMut() + 'b)>,
    ) -> Result<Play, Trouble> {
        let mut play = play(Request {
            scene: self.scene,
            layer,
            variant,
            guest,
            trace: self.trace,
            place: None,
            live: None,
            stack: self.wants_stacks(),
            kernel: self.kernel,
            wire: self.network(),
            before_taught,
        })?;
        self.good &= play.trouble.is_none();
        self.without_unasked_stacks(&mut play);
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
            share_net: self.asked.share_net,
            slow: self.asked.slow,
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
}
