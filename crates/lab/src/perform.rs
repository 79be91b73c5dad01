//! One run of a scene, as it was asked for: which layers and twins are played, and what is printed of them.

mod drawing;
mod guests;

use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;

use lens::event::{Event, Mark, Note, Outcome};
use lens::wire::{How, Network, pcap};
use serde_json::{Value, json};

use crate::cli::{self, Asked};
use crate::direct::{Request, play};
use crate::halves::Halves;
use crate::layer::{Layer, Part};
use crate::play::Play;
use crate::predict;
use crate::scene::{Scene, Variant};
use crate::show::{Screen, comparison};
use crate::step::{Step, can_trace, can_watch_kernel};
use crate::terminal::print;
use crate::trouble::Trouble;
use drawing::Drawings;
use guests::Guests;

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

    /// The layer that is drawn: the one asked for, or the lowest that plays.
    fn drawn_layer(&self) -> Layer {
        self.asked.layer.unwrap_or(self.scene.lowest_layer())
    }

    fn play(&mut self, layer: Layer, variant: Variant, ask: bool) -> Result<Play, Trouble> {
        let wire = self.network();
        let question = self.question(layer);
        let stack = self.wants_stacks();
        let guess = &mut self.guess;
        let mut before = || *guess = predict::ask(&question);
        let mut play = play(Request {
            scene: self.scene,
            layer,
            variant,
            guest: None,
            trace: self.trace,
            address: None,
            live: None,
            stack,
            kernel: self.kernel,
            wire,
            before_taught: if ask { Some(&mut before) } else { None },
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

    fn question(&self, layer: Layer) -> String {
        let actor = self.scene.taught_actor();
        let quotes = self
            .scene
            .quotes
            .iter()
            .filter(|(of, _)| *of == layer)
            .filter_map(|(_, quote)| {
                let (line, text) = quote.line()?;
                Some(format!("\n    {}:{line}  {text}", quote.file))
            });
        let mut about = quotes.collect::<String>();
        if about.is_empty() {
            about = format!("\n    {}", self.scene.line);
        }
        format!(
            "{} ({}): the {actor} is about to make the call.{about}",
            self.scene.name,
            layer.name(),
        )
    }

    /// A scene that shows how something works.
    fn main(&mut self) -> Result<(), Trouble> {
        let layer = self.drawn_layer();
        if let Some(Part::Absent(why) | Part::RuledOut(why)) = self.scene.not_in(layer) {
            return print(&format!(
                "{}: not in {}: {why}\n",
                self.scene.name,
                layer.name()
            ));
        }
        let first = self.play(layer, Variant::Repaired, self.asked.predict)?;
        self.keep("", &first);
        let idea = self
            .scene
            .idea
            .and_then(|idea| idea(&first))
            .unwrap_or_else(|| self.scene.line.to_owned());
        let mut out = format!(
            "{} · {} · {}\n\n",
            self.step.name,
            self.scene.name,
            layer.name()
        );
        out += &self.screen.headline(&idea);
        out += "\n";
        out += &first.draw(&self.screen, self.scene.aside);
        out += &self.trouble(&first);
        out += &self.marked(&first);
        let mut guests = Guests::default();
        if self.asked.guests {
            guests = self.guests()?;
        }
        if self.asked.layer.is_none() && !self.scene.quotes.is_empty() {
            let mut plays = vec![first];
            for layer in Layer::ALL {
                if layer != plays[0].layer && self.scene.not_in(layer).is_none() {
                    let play = self.play(layer, Variant::Repaired, false)?;
                    out += &self.trouble(&play);
                    plays.push(play);
                }
            }
            out += "\n";
            out += &comparison(self.scene, &plays, &guests.plays, &self.screen);
        } else {
            for (guest, play) in &guests.plays {
                out += &self.lanes_of(guest, play);
            }
        }
        out += &guests.remarks;
        out += "\n";
        out += &self.next();
        print(&out)
    }

    /// A mistake: broken, then repaired, then what becomes of it in each layer.
    fn mistake(&mut self) -> Result<(), Trouble> {
        let layer = self.drawn_layer();
        let scene = self.scene;
        let mut out = format!("{} · {} · {}\n\n", self.step.name, scene.name, layer.name());
        out += &self.screen.headline(scene.line);
        if let Some(Part::RuledOut(why) | Part::Absent(why)) = scene.not_in(layer) {
            out += &self
                .screen
                .fill(0, &format!("Ruled out in {}: {why}", layer.name()));
            return print(&out);
        }
        if self.asked.variant != Some(Variant::Repaired) {
            let broken = self.play(layer, Variant::Broken, self.asked.predict)?;
            self.keep("Broken", &broken);
            out += &format!("\n{}\n", self.screen.bold("Broken"));
            out += &broken.draw(&self.screen, scene.aside);
            out += &self.trouble(&broken);
            out += &self.marked(&broken);
            if let Some(Part::Handled(_, how)) = self.handled(layer) {
                out += &self
                    .screen
                    .fill(0, &format!("{} handles it: {how}", layer.name()));
            }
            if self.asked.variant == Some(Variant::Broken) {
                print(&out)?;
                return self.offer_hints();
            }
            out += &self.screen.fill(0, &format!("Why: {}", scene.cause));
        }
        let repaired = self.play(layer, Variant::Repaired, false)?;
        let headline = format!("Repaired: {}", scene.repair);
        self.keep(&headline, &repaired);
        out += "\n";
        out += &self.screen.headline(&headline);
        out += &repaired.draw(&self.screen, scene.aside);
        out += &self.trouble(&repaired);
        if self.asked.layer.is_none() && self.asked.variant.is_none() {
            out += "\n";
            out += &self.matrix()?;
        }
        out += "\n";
        out += &self.next();
        print(&out)
    }

    fn handled(&self, layer: Layer) -> Option<Part> {
        let parts = self
            .scene
            .actors
            .iter()
            .map(|actor| actor.parts[layer as usize]);
        parts
            .into_iter()
            .find(|part| matches!(part, Part::Handled(..)))
    }

    /// What becomes of the mistake in each layer, worked out by playing it.
    fn matrix(&mut self) -> Result<String, Trouble> {
        let mut out = format!("{}\n", self.screen.bold("The mistake in each layer"));
        for layer in Layer::ALL {
            let word = match (self.scene.not_in(layer), self.handled(layer)) {
                (Some(Part::RuledOut(why) | Part::Absent(why)), _) => format!("ruled out: {why}"),
                (_, handled) => {
                    let play = self.play(layer, Variant::Broken, false)?;
                    match (&play.trouble, handled) {
                        (Some(trouble), _) => format!("did not go as announced: {trouble}"),
                        (None, Some(Part::Handled(_, how))) => format!("handled: {how}"),
                        (None, _) => format!("happens: {}", play.symptom()),
                    }
                }
            };
            let filled = self.screen.fill(9, &word);
            out += &format!("{:9}{}", layer.name(), filled.trim_start());
        }
        Ok(out)
    }

    fn offer_hints(&self) -> Result<(), Trouble> {
        let mut hints = self
            .scene
            .hints
            .iter()
            .chain([&self.scene.repair])
            .enumerate();
        let count = self.scene.hints.len() + 1;
        print("\nWhat went wrong, and why? Change the program, or ask for a hint.\n")?;
        while predict::prompt("Enter for a hint, ctrl-D to stop. ").is_some() {
            let Some((index, hint)) = hints.next() else {
                break;
            };
            print(
                &self
                    .screen
                    .fill(2, &format!("hint {} of {count}: {hint}", index + 1)),
            )?;
        }
        print(&format!(
            "\nThe repaired twin: {} {} --repaired\n",
            cli::typed(self.step),
            self.scene.name
        ))
    }

    fn trouble(&self, play: &Play) -> String {
        let text = play
            .trouble
            .as_ref()
            .map(|trouble| format!("! not as announced ({}): {trouble}", play.label()));
        text.map(|text| self.screen.fill(0, &text))
            .unwrap_or_default()
    }

    fn marked(&self, play: &Play) -> String {
        let Some(guess) = &self.guess else {
            return String::new();
        };
        let marked = predict::mark(play, self.scene.taught_actor(), guess);
        let text = marked.unwrap_or_else(|| {
            format!("You said that it {guess}. The call was not traced; see what the actors say.")
        });
        format!("\n{}", self.screen.fill(0, &text))
    }

    /// What to try next.
    fn next(&self) -> String {
        let run = cli::typed(self.step);
        let mut out = format!("{}\n", self.screen.bold("Next"));
        let others = self
            .step
            .scenes
            .iter()
            .filter(|scene| scene.name != self.scene.name);
        let core: Vec<&str> = others
            .clone()
            .filter(|scene| scene.core)
            .map(|scene| scene.name)
            .collect();
        if let Some(first) = core.first() {
            out += &format!("  {run} {first}\n");
            let rest: Vec<&str> = core[1..].to_vec();
            let rest = if rest.is_empty() {
                String::new()
            } else {
                format!("then {}; ", rest.join(", "))
            };
            out += &self.screen.fill(
                4,
                &format!("{rest}all {} scenes: --list", self.step.scenes.len()),
            );
        }
        if let Some(halves) = &self.step.halves {
            out += &self.half(halves);
        }
        for command in &self.step.commands {
            out += &format!("  {run} {}\n", command.name);
            out += &self.screen.fill(4, command.about);
        }
        // The lesson stands in the workspace; a program that was moved elsewhere cannot point to it.
        let workspace = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        if workspace.join(self.step.lesson).is_file() {
            out += &format!("  the lesson: {}\n", self.step.lesson);
        }
        out
    }

    /// One of the halves, and what is typed in a second terminal for it to meet.
    fn half(&self, halves: &Halves) -> String {
        let Some((name, _)) = halves.all().next() else {
            return String::new();
        };
        let place = match self.step.scene(name) {
            // The name alone is the scene.
            Some(_) => format!(" {}", halves.take.default()),
            None => String::new(),
        };
        // Who calls needs somebody who waits already.
        let when = if halves.serve.is_some() {
            "and"
        } else {
            "and before it"
        };
        format!(
            "  {} {name}{place}\n    {when} in a second terminal: {}\n",
            cli::typed(self.step),
            halves.second_terminal
        )
    }

    fn chosen(&self) -> Vec<(Layer, Variant)> {
        let layers = self
            .asked
            .layer
            .map_or(Layer::ALL.to_vec(), |layer| vec![layer]);
        let variants: Vec<Variant> = self
            .scene
            .variants()
            .iter()
            .copied()
            .filter(|v| self.asked.variant.is_none_or(|asked| asked == *v))
            .collect();
        let pairs = layers
            .into_iter()
            .flat_map(|layer| variants.iter().map(move |variant| (layer, *variant)));
        pairs.collect()
    }

    /// The record of every layer and twin, as JSON lines. Each play begins with a line that names it.
    fn json(&mut self) -> Result<(), Trouble> {
        for (layer, variant) in self.chosen() {
            let mut head = json!({
                "kind": "play", "step": self.step.name, "scene": self.scene.name,
                "layer": layer.name(), "variant": variant.name(),
            });
            if let Some(part) = self.scene.not_in(layer) {
                let (Part::RuledOut(why) | Part::Absent(why) | Part::Handled(_, why)) = part else {
                    continue;
                };
                head["in_layer"] = json!("ruled out");
                head["not"] = json!(why);
                print(&format!("{head}\n"))?;
                continue;
            }
            let play = self.play(layer, variant, false)?;
            if layer == self.drawn_layer() {
                let heading = match (self.scene.mistake, variant) {
                    (false, _) => "",
                    (true, Variant::Broken) => "Broken",
                    (true, Variant::Repaired) => "Repaired",
                };
                self.keep(heading, &play);
            }
            let in_layer = match (self.scene.mistake, self.handled(layer)) {
                (false, _) => "plays",
                (true, Some(_)) => "handled",
                (true, None) => "happens",
            };
            head["in_layer"] = json!(in_layer);
            print(&record(head, &play))?;
        }
        if self.asked.guests {
            self.guests_json()?;
        }
        Ok(())
    }

    /// Plays one layer many times and counts how it came out.
    fn repeat(&mut self, count: u32) -> Result<(), Trouble> {
        let layer = self.drawn_layer();
        if let Some(Part::Absent(why) | Part::RuledOut(why)) = self.scene.not_in(layer) {
            return print(&format!(
                "{}: not in {}: {why}\n",
                self.scene.name,
                layer.name()
            ));
        }
        let variants = match self.asked.variant {
            Some(variant) => vec![variant],
            None => self.scene.variants().to_vec(),
        };
        for variant in variants {
            let mut outcomes = Vec::new();
            for _ in 0..count {
                let play = self.play(layer, variant, false)?;
                outcomes.push(self.outcome(&play));
            }
            let which = if self.scene.mistake {
                format!("{}, {}", layer.name(), variant.name())
            } else {
                layer.name().to_owned()
            };
            print(&self.counted(&which, &outcomes))?;
        }
        Ok(())
    }

    fn outcome(&self, play: &Play) -> String {
        let actor = self.scene.taught_actor();
        let mut outcome = play.trouble.clone().unwrap_or_else(|| play.outcome(actor));
        if outcome.is_empty() {
            // Not traced, and nobody found anything: how the processes ended is all there is.
            outcome = play.symptom();
        }
        outcome
    }

    /// How often each outcome came, the most frequent first.
    fn counted(&self, which: &str, outcomes: &[String]) -> String {
        let mut counts: Vec<(&String, u32)> = Vec::new();
        for outcome in outcomes {
            match counts.iter_mut().find(|(known, _)| *known == outcome) {
                Some((_, times)) => *times += 1,
                None => counts.push((outcome, 1)),
            }
        }
        counts.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        let (name, count) = (self.scene.name, outcomes.len());
        let mut out = format!("{name} · {which} · {count} times\n");
        for (outcome, times) in counts {
            let filled = self.screen.fill(7, outcome);
            out += &format!("{times:5}  {}", filled.trim_start());
        }
        out
    }
}

/// The record of a play: the line that names it, and a line for each event.
fn record(mut head: Value, play: &Play) -> String {
    head["traced"] = json!(play.traced);
    head["as_announced"] = json!(play.trouble.is_none());
    head["trouble"] = json!(play.trouble);
    head["actors"] = play
        .runs
        .iter()
        .map(|run| json!({"name": run.actor, "process": run.process}))
        .collect();
    let mut out = format!("{head}\n");
    for event in &play.events {
        out += &lens::json::line(event);
        out.push('\n');
    }
    out
}

impl Play {
    /// What was seen of a mistake, in a few words.
    fn symptom(&self) -> String {
        use std::os::unix::process::ExitStatusExt;
        let findings = self.runs.iter().filter_map(|run| {
            let (_, text) = run.findings.last()?;
            Some(format!("{}: {text}", run.actor))
        });
        let mut seen: Vec<String> = findings.collect();
        let stuck = self.stuck();
        if !stuck.is_empty() {
            let them = if stuck.len() == 1 { "it" } else { "them" };
            seen.push(format!("{}, and nothing wakes {them}", stuck.join(", ")));
        }
        let nothing_else = seen.is_empty();
        let killed = self.runs.iter().filter_map(|run| {
            let signal = run.status?.signal()?;
            // SIGKILL is also how the lab ends a scene.
            if signal == libc::SIGKILL && !nothing_else {
                return None;
            }
            let name = lens::text::signal_name(signal).unwrap_or("a signal");
            Some(format!(
                "{} is killed by {name} (signal {signal}; a shell shows status {})",
                run.actor,
                128 + signal
            ))
        });
        let killed: Vec<String> = killed.collect();
        seen.extend(killed);
        if seen.is_empty() {
            return "as announced".to_owned();
        }
        seen.join("; ")
    }

    /// Who slept in which call when the lab ended the scene because all were stuck.
    pub(crate) fn stuck(&self) -> Vec<String> {
        let asleep = self.events.iter().filter_map(|event| match event {
            Event::Mark(Mark {
                who,
                what: Note::SawAsleep { sleeper, call },
                ..
            }) if who == sleeper => {
                let run = self.runs.iter().find(|run| run.process == who.process)?;
                Some(format!("{} sleeps in {call}", run.actor))
            }
            _ => None,
        });
        asleep.collect()
    }

    /// How a play came out, without what differs each time: results of the taught calls, and findings.
    fn outcome(&self, actor: &str) -> String {
        // Nothing brackets the taught call of a guest.
        let calls = match self.guest {
            Some(_) => self.calls(actor),
            None => self.taught(actor),
        };
        let calls = calls.into_iter().map(|call| match call.outcome {
            Outcome::Returned(number) => format!("{} = {number}", call.name),
            Outcome::Failed(errno) => format!(
                "{} = {}",
                call.name,
                lens::text::errno_name(errno).unwrap_or("error")
            ),
            Outcome::Restarted => format!("{} restarted", call.name),
            Outcome::Unfinished => format!("{} never returned", call.name),
        });
        let findings = self.runs.iter().filter_map(|run| {
            run.findings
                .last()
                .map(|(token, _)| format!("{} found {token}", run.actor))
        });
        let all: Vec<String> = calls.chain(findings).chain(self.stuck()).collect();
        all.join(", ")
    }
}
