//! What a run prints.

use std::borrow::Cow;
use std::io::IsTerminal;

use record::event::{Call, Event};
use show::lanes::Style;
use show::order::{Lane, causal};

use crate::compare::{added, taught_in_guest};
use crate::guest::Guest;
use crate::ladder::{fit, rungs};
use crate::language::Language;
use crate::layer::Layer;
use crate::play::Play;
use crate::quote::Quote;
use crate::scene::Scene;

/// The terminal, or what stands in for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    pub(crate) width: usize,
    pub(crate) colour: bool,
    pub(crate) all: bool,
}

impl Screen {
    /// At most 100 columns; 80 where nobody says how wide it is. Colour only on a terminal that wants it.
    pub(crate) fn new(plain: bool, all: bool) -> Screen {
        let terminal = std::io::stdout().is_terminal();
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let columns = variable("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
        let width = if terminal {
            terminal_width().or(columns)
        } else {
            columns
        };
        let dumb = variable("TERM").is_some_and(|term| term == "dumb");
        Screen {
            width: width.unwrap_or(80).clamp(40, 100),
            colour: terminal && !plain && !dumb && variable("NO_COLOR").is_none(),
            all,
        }
    }

    pub(crate) fn bold(&self, text: &str) -> String {
        if self.colour {
            format!("\x1b[1m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// A sentence in bold, in lines no longer than the screen.
    pub(crate) fn headline(&self, text: &str) -> String {
        self.fill(0, text)
            .lines()
            .map(|line| self.bold(line) + "\n")
            .collect()
    }

    /// Text in lines no longer than the screen, each set in by `indent`.
    pub(crate) fn fill(&self, indent: usize, text: &str) -> String {
        let room = self.width.saturating_sub(indent).max(20);
        let mut out = String::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                    out += &format!("{:indent$}{line}\n", "");
                    line.clear();
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                line += word;
            }
            out += &format!("{:indent$}{line}\n", "");
        }
        out
    }
}

fn terminal_width() -> Option<usize> {
    // SAFETY: an all-zero winsize is a valid value of the plain C structure.
    let mut size: libc::winsize = unsafe { std::mem::zeroed() };
    // SAFETY: TIOCGWINSZ fills the winsize it is given; `size` lives during the call.
    let result = unsafe { libc::ioctl(libc::STDOUT_FILENO, libc::TIOCGWINSZ, &mut size) };
    (result == 0 && size.ws_col > 0).then_some(usize::from(size.ws_col))
}

impl Play {
    /// The lanes of the drawing, one for each actor, in the order of the scene.
    pub(crate) fn lanes(&self) -> Vec<Lane> {
        let lanes = self.runs.iter().map(|run| Lane {
            name: if run.is_peer {
                format!("{} (a helper in std)", run.actor)
            } else {
                run.actor.to_owned()
            },
            processes: self.lane(run.actor),
        });
        lanes.collect()
    }

    /// The record in lanes.
    pub(crate) fn draw(
        &self,
        screen: &Screen,
        aside: Option<fn(&str) -> Option<&'static str>>,
    ) -> String {
        let lanes = self.lanes();
        let events = self.with_taught_stacks(screen.all);
        let rows = causal(&self.events, &lanes, screen.all);
        let style = Style {
            width: screen.width,
            colour: screen.colour,
            all: screen.all,
            aside,
        };
        let mut out = show::lanes::draw(&events, &rows, &lanes, &style);
        let seen = |events: &[Event]| events.iter().any(has_kernel);
        if seen(&self.events) && !seen(&events) {
            out += &screen.fill(
                0,
                "In the kernel the calls of this step pass none of the points that are watched; \
                 --all shows what was seen below the others.",
            );
        }
        let stuck = self.stuck();
        if !stuck.is_empty() {
            let them = if stuck.len() == 1 { "it" } else { "them" };
            let text = format!(
                "{}: nothing wakes {them}, and the scene ends.",
                stuck.join(", ")
            );
            out += &screen.fill(0, &text);
        }
        out
    }

    /// The record with the stacks and the kernel's functions of the taught calls only: those of the others would hide them.
    /// Nothing brackets the taught call of a guest, so all of its stacks stay.
    fn with_taught_stacks(&self, all: bool) -> Cow<'_, [Event]> {
        let has_stack = |event: &Event| {
            matches!(event, Event::Call(call) if call.stack.is_some()) || has_kernel(event)
        };
        if all || !self.events.iter().any(has_stack) {
            return Cow::Borrowed(&self.events);
        }
        let own = self.runs.iter().filter(|run| !run.is_peer);
        let shown = own.flat_map(|run| match self.guest {
            Some(_) => self.calls(run.actor),
            None => self.taught(run.actor),
        });
        let shown: Vec<_> = shown.map(|call| (call.who, call.entered)).collect();
        let mut events = self.events.clone();
        for event in &mut events {
            if let Event::Call(call) = event
                && !shown.contains(&(call.who, call.entered))
            {
                call.stack = None;
                call.kernel = None;
            }
        }
        Cow::Owned(events)
    }
}

/// Whether some of the kernel's functions were seen below it.
fn has_kernel(event: &Event) -> bool {
    matches!(event, Event::Call(call) if call.kernel.is_some())
}

/// The same call in four layers: the line that makes it, what reached the kernel, what the layer added.
/// And in other languages, where guests have played: C before the layers, since it is what they stand on.
pub(crate) fn comparison(
    scene: &Scene,
    plays: &[Play],
    guests: &[(&Guest, Play)],
    screen: &Screen,
) -> String {
    let actor = scene.taught_actor();
    let title = match guests.len() {
        0 => "The same in four layers",
        1 => "The same in four layers, and in another language",
        _ => "The same in four layers, and in other languages",
    };
    let mut out = format!("{}\n", screen.bold(title));
    let libc = plays.iter().find(|play| play.layer == Layer::Libc);
    let raw = libc.map(|play| play.taught(actor)).unwrap_or_default();
    let reference = libc.map(|play| play.calls(actor)).unwrap_or_default();
    let guest_rows = |is_first: bool| {
        let guests = guests
            .iter()
            .filter(move |(guest, _)| (guest.language == Language::C) == is_first);
        let rows = guests.map(|(guest, play)| {
            let calls = taught_in_guest(&raw, &reference, &play.calls(actor));
            let adds = play.traced.then(|| additions(&raw, &calls));
            row(
                guest.language.name(),
                guest.quotes.iter(),
                &calls,
                adds,
                screen,
            )
        });
        rows.collect::<String>()
    };
    out += &guest_rows(true);
    for layer in Layer::ALL {
        let quotes = scene.quotes.iter().filter(|(of, _)| *of == layer);
        let quotes = quotes.map(|(_, quote)| quote);
        let Some(play) = plays.iter().find(|play| play.layer == layer) else {
            out += &row(layer.name(), quotes, &[], None, screen);
            if let Some(why) = scene.not_in(layer) {
                out += &screen.fill(9, why);
            }
            continue;
        };
        let calls = play.taught(actor);
        let adds = (layer != Layer::Libc && play.traced).then(|| additions(&raw, &calls));
        out += &row(layer.name(), quotes, &calls, adds, screen);
    }
    out += &guest_rows(false);
    if plays.iter().any(|play| !play.traced) {
        out += &screen.fill(
            0,
            "What reached the kernel was not traced, so these are only the lines of the source.",
        );
    }
    out
}

/// One row of the comparison: a name, the lines of the source, the calls, and what they add.
fn row<'a>(
    name: &str,
    quotes: impl Iterator<Item = &'a Quote>,
    calls: &[&Call],
    adds: Option<String>,
    screen: &Screen,
) -> String {
    let mut quoted = String::new();
    for quote in quotes {
        let text = match quote.line() {
            Some((line, text)) => format!("{}:{line}  {text}", quote.file),
            None => format!("{}: no line has {:?}", quote.file, quote.needle),
        };
        quoted += &screen.fill(9, &text);
    }
    let head = quoted.get(9..).unwrap_or("\n");
    let mut out = format!("{}{}{head}", screen.bold(name), " ".repeat(9 - name.len()));
    let mut seen = Vec::new();
    for call in calls {
        // A ladder that leads to several calls stands above the first of them.
        let rungs = rungs(call);
        if !rungs.is_empty() && !seen.contains(&rungs) {
            for (index, (layer, names)) in rungs.iter().enumerate() {
                let label = if index == 0 { "stack" } else { "" };
                let room = screen.width.saturating_sub(25).max(20);
                let filled = screen.fill(25, &fit(names, room));
                let names = filled.trim_start();
                // A layer with a long name keeps a space behind it.
                out += &format!("         {label:7}{layer:8} {names}");
            }
            seen.push(rungs);
        }
        out += &labelled("kernel", &call.to_string(), screen);
    }
    if let Some(adds) = adds {
        out += &labelled("adds", &adds, screen);
    }
    out
}

fn additions(raw: &[&Call], calls: &[&Call]) -> String {
    let added = added(raw, calls);
    if added.is_empty() {
        "nothing: the same call".to_owned()
    } else {
        added.join("; ")
    }
}

/// A labelled text, set in below its layer.
fn labelled(label: &str, text: &str, screen: &Screen) -> String {
    let filled = screen.fill(16, text);
    format!("         {label:7}{}", filled.trim_start())
}
