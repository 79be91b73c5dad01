//! The same scene in other languages: beside the layers, and one alone.

use serde_json::{Value, json};

use super::Performance;
use super::json::record;
use crate::guest::Guest;
use crate::language::Language;
use crate::layer::Layer;
use crate::play::Play;
use crate::scene::Variant;
use crate::terminal::print;
use crate::trouble::Trouble;

/// The guests that have played, and what is to be said of the others.
#[derive(Default)]
pub(super) struct Guests<'a> {
    pub(super) plays: Vec<(&'a Guest, Play)>,
    pub(super) remarks: String,
}

/// How it went with one guest.
enum Played {
    Yes(Play),
    /// This program is missing.
    Missing(String),
    /// It could not even be started.
    No(Trouble),
}

impl<'a> Performance<'a> {
    /// Plays the guests of the scene.
    pub(super) fn guests(&mut self) -> Result<Guests<'a>, Trouble> {
        let mut guests = Guests::default();
        let mut missing = Vec::new();
        let scene = self.scene;
        for language in Language::ALL {
            let Some(guest) = scene.guest_in(language) else {
                continue;
            };
            match self.play_guest(guest)? {
                Played::Yes(play) => {
                    guests.remarks += &self.trouble(&play);
                    guests.plays.push((guest, play));
                }
                Played::Missing(program) => missing.push(program),
                Played::No(trouble) => guests.remarks += &self.not_played(&trouble),
            }
        }
        if !missing.is_empty() {
            guests.remarks += &self.screen.fill(0, &not_run(&missing));
        }
        Ok(guests)
    }

    /// One guest in full.
    pub(super) fn in_language(&mut self, language: Language) -> Result<(), Trouble> {
        let scene = self.scene;
        let guest = scene.guest_in(language).ok_or_else(|| {
            let (name, language) = (scene.name, language.name());
            Trouble::new(format!("{name} has no guest in {language}"))
        })?;
        if self.asked.json {
            return self.guest_json(guest);
        }
        if let Some(count) = self.asked.repeat {
            return self.repeat_guest(guest, count);
        }
        let mut out = self.title(language.name());
        match self.play_guest(guest)? {
            Played::Yes(play) => {
                self.keep("", &play);
                let idea = scene.idea.and_then(|idea| idea(&play));
                let idea = idea.unwrap_or_else(|| scene.line.to_owned());
                out += &self.screen.headline(&idea);
                out += &format!("\n{}\n", self.screen.bold(guest.file()));
                out += &self.lanes(&play);
                out += &self.trouble(&play);
            }
            Played::Missing(program) => out += &self.screen.fill(0, &not_run(&[program])),
            Played::No(trouble) => out += &self.not_played(&trouble),
        }
        out += "\n";
        out += &self.next();
        print(&out)
    }

    /// A guest beside the layers, where they are not compared.
    pub(super) fn lanes_of(&self, guest: &Guest, play: &Play) -> String {
        let title = format!("The same in {}: {}", guest.language.name(), guest.file());
        format!("\n{}\n{}", self.screen.bold(&title), self.lanes(play))
    }

    /// The lanes of a guest, and what it printed.
    fn lanes(&self, play: &Play) -> String {
        let mut out = play.draw(&self.screen, self.scene.aside);
        for run in &play.runs {
            // What a peer says stands in its lane.
            let said = if run.is_peer { &[][..] } else { &run.said };
            let (head, indent) = match said.len() {
                0..=3 => (format!("{} prints: ", run.actor), ""),
                _ => (String::new(), "  "),
            };
            if !indent.is_empty() {
                out += &format!("{} prints:\n", run.actor);
            }
            for line in said {
                out += &self.as_it_is(&format!("{indent}{head}{line}"));
            }
        }
        out
    }

    /// A line with its columns, where they fit.
    fn as_it_is(&self, line: &str) -> String {
        let line = line.trim_end();
        if line.chars().count() <= self.screen.width {
            return format!("{line}\n");
        }
        let text = line.trim_start();
        self.screen.fill(line.len() - text.len(), text)
    }

    fn play_guest(&mut self, guest: &Guest) -> Result<Played, Trouble> {
        if let Some(program) = guest.language.missing() {
            return Ok(Played::Missing(program));
        }
        let ready = match guest.prepare() {
            Ok(ready) => ready,
            Err(trouble) => {
                self.good = false;
                return Ok(Played::No(trouble));
            }
        };
        let play = self.watched(Layer::Std, Variant::Repaired, Some(&ready), None)?;
        Ok(Played::Yes(play))
    }

    fn not_played(&self, trouble: &Trouble) -> String {
        let text = format!("! {trouble}");
        // What a compiler says points to columns.
        text.lines().map(|line| self.as_it_is(line)).collect()
    }

    /// The records of all guests of the scene.
    pub(super) fn guests_json(&mut self) -> Result<(), Trouble> {
        let scene = self.scene;
        for language in Language::ALL {
            if let Some(guest) = scene.guest_in(language) {
                self.guest_json(guest)?;
            }
        }
        Ok(())
    }

    fn guest_json(&mut self, guest: &Guest) -> Result<(), Trouble> {
        let mut head: Value = json!({
            "kind": "play", "step": self.step.name, "scene": self.scene.name,
            "layer": guest.language.name(), "variant": Variant::Repaired.name(),
            "in_layer": "plays",
        });
        let not = match self.play_guest(guest)? {
            Played::Yes(play) => {
                if self.asked.language.is_some() {
                    self.keep("", &play);
                }
                return print(&record(head, &play));
            }
            Played::Missing(program) => format!("{program} is not on this machine"),
            Played::No(trouble) => trouble.to_string(),
        };
        head["in_layer"] = json!("not run");
        head["not"] = json!(not);
        print(&format!("{head}\n"))
    }

    fn repeat_guest(&mut self, guest: &Guest, count: u32) -> Result<(), Trouble> {
        let mut outcomes = Vec::new();
        for _ in 0..count {
            match self.play_guest(guest)? {
                Played::Yes(play) => outcomes.push(self.outcome(&play)),
                Played::Missing(program) => {
                    return print(&self.screen.fill(0, &not_run(&[program])));
                }
                Played::No(trouble) => return print(&self.not_played(&trouble)),
            }
        }
        print(&self.counted(guest.language.name(), &outcomes))
    }
}

/// `not run: cc and java are not on this machine`
fn not_run(missing: &[String]) -> String {
    let (verb, names) = match missing {
        [one] => ("is", one.clone()),
        [first @ .., last] => ("are", format!("{} and {last}", first.join(", "))),
        [] => return String::new(),
    };
    format!("not run: {names} {verb} not on this machine")
}
