//! Predict before you run: a question before the taught call, and the answer held against the record.

use std::fmt;
use std::io::{BufRead, Write};

use record::event::{Call, Outcome};
use record::text;

use crate::layer::Layer;
use crate::play::Play;
use crate::scene::Scene;

/// What the taught call of a scene will do: asked before it is made.
pub(crate) struct Question {
    text: String,
    /// Who makes the call.
    actor: &'static str,
    answer: Option<Guess>,
}

/// What a person says a call will do.
enum Guess {
    Returns(Option<i64>),
    Waits,
    Fails(Option<String>),
}

impl Question {
    /// About the lines that make the call.
    pub(crate) fn about(scene: &Scene, layer: Layer) -> Question {
        let quotes = scene.quotes.iter().filter(|(of, _)| *of == layer);
        let lines = quotes.filter_map(|(_, quote)| {
            let (line, text) = quote.line()?;
            Some(format!("\n    {}:{line}  {text}", quote.file))
        });
        let mut about: String = lines.collect();
        if about.is_empty() {
            about = format!("\n    {}", scene.about);
        }
        let (name, layer, actor) = (scene.name, layer.name(), scene.taught_actor());
        Question {
            text: format!("{name} ({layer}): the {actor} is about to make the call.{about}"),
            actor,
            answer: None,
        }
    }

    /// Asks on the terminal, or whatever standard input is. There need not be an answer.
    pub(crate) fn ask(&mut self) {
        let answer = prompt(&format!(
            "{}\nWill it return at once (r), wait (w) or fail (f)? ",
            self.text
        ));
        let first = answer.and_then(|answer| answer.chars().next());
        self.answer = match first.map(|c| c.to_ascii_lowercase()) {
            Some('r') => {
                let number = prompt("Which number will it return (Enter: no guess)? ");
                number.map(|number| Guess::Returns(number.parse().ok()))
            }
            Some('w') => Some(Guess::Waits),
            Some('f') => {
                let error = prompt("Which error, such as EINVAL (Enter: no guess)? ");
                let error = error.map(|error| error.to_ascii_uppercase());
                error.map(|error| Guess::Fails(Some(error).filter(|error| !error.is_empty())))
            }
            _ => None,
        };
    }

    /// The answer held against what the first taught call did; `None` where there was no answer.
    pub(crate) fn verdict(&self, play: &Play) -> Option<String> {
        let guess = self.answer.as_ref()?;
        let Some(call) = asked_about(&play.taught(self.actor)) else {
            return Some(format!(
                "You said that it {guess}. The call was not traced; see what the actors say."
            ));
        };
        let waited = play.waited(call);
        let end = match call.outcome {
            Outcome::Returned(number) => format!("returned {number}"),
            Outcome::Failed(errno) => {
                let name = text::errno_name(errno).unwrap_or("an error");
                format!("failed with {name}")
            }
            Outcome::Restarted | Outcome::Unfinished => "never returned".to_owned(),
        };
        let did = match (waited, &call.outcome) {
            (true, Outcome::Returned(_) | Outcome::Failed(_)) => format!("waited, and then {end}"),
            _ => end,
        };
        let right = match (guess, &call.outcome) {
            (Guess::Waits, Outcome::Unfinished) => true,
            (Guess::Waits, _) => waited,
            (Guess::Returns(number), Outcome::Returned(is)) => {
                !waited && number.is_none_or(|number| number == *is)
            }
            (Guess::Fails(error), Outcome::Failed(errno)) => error
                .as_deref()
                .is_none_or(|error| text::errno_name(*errno) == Some(error)),
            _ => false,
        };
        let verdict = if right { "Right" } else { "Not quite" };
        let name = &call.name;
        Some(format!(
            "{verdict}: you said that it {guess}; {name} {did}."
        ))
    }
}

/// Prints a line and reads one; `None` at the end of the input.
pub(crate) fn prompt(text: &str) -> Option<String> {
    let mut out = std::io::stdout().lock();
    // A closed standard output ends the program elsewhere; here it only means that nobody reads the question.
    let _ = write!(out, "{text}").and_then(|()| out.flush());
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim().to_owned())
}

/// The call that was asked about: the first, unless that only made the socket for it.
/// `TcpListener::bind` is socket, setsockopt, bind and listen; the question is about bind.
fn asked_about<'a>(taught: &[&'a Call]) -> Option<&'a Call> {
    let first = *taught.first()?;
    if first.name != "socket" {
        return Some(first);
    }
    let mut rest = taught.iter().copied();
    let after = rest.find(|call| !matches!(&*call.name, "socket" | "setsockopt" | "fcntl"));
    // A socket that could not be made is the answer itself; and step 1 asks about nothing else.
    let made = matches!(first.outcome, Outcome::Returned(_));
    after.filter(|_| made).or(Some(first))
}

impl fmt::Display for Guess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Guess::Returns(Some(number)) => write!(f, "returns {number} at once"),
            Guess::Returns(None) => f.write_str("returns at once"),
            Guess::Waits => f.write_str("waits"),
            Guess::Fails(Some(error)) => write!(f, "fails with {error}"),
            Guess::Fails(None) => f.write_str("fails"),
        }
    }
}
