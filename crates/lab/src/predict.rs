//! Predict before you run: a question before the taught call, and the answer held against the record.

use std::io::{BufRead, Write};

use lens::event::{Event, Outcome};
use lens::text;

use crate::play::Play;

/// What a person says a call will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Guess {
    Returns(Option<i64>),
    Waits,
    Fails(Option<String>),
}

/// Asks on the terminal, or whatever standard input is; `None` when no answer comes.
pub(crate) fn ask(question: &str) -> Option<Guess> {
    let answer = prompt(&format!(
        "{question}\nWill it return at once (r), wait (w) or fail (f)? "
    ))?;
    match answer.chars().next().map(|c| c.to_ascii_lowercase()) {
        Some('r') => Some(Guess::Returns(
            prompt("Which number will it return (Enter: no guess)? ")?
                .parse()
                .ok(),
        )),
        Some('w') => Some(Guess::Waits),
        Some('f') => {
            let error = prompt("Which error, such as EINVAL (Enter: no guess)? ")?;
            Some(Guess::Fails(
                Some(error.to_ascii_uppercase()).filter(|error| !error.is_empty()),
            ))
        }
        _ => None,
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

/// What the first taught call did, and whether the guess says so. `None` when it was not observed.
pub(crate) fn mark(play: &Play, actor: &str, guess: &Guess) -> Option<String> {
    let call = *play.taught(actor).first()?;
    let waited = play.waited(call);
    let end = match call.outcome {
        Outcome::Returned(number) => format!("returned {number}"),
        Outcome::Failed(errno) => format!(
            "failed with {}",
            text::errno_name(errno).unwrap_or("an error")
        ),
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
    Some(format!(
        "{verdict}: you said that it {guess}; {} {did}.",
        call.name
    ))
}

impl std::fmt::Display for Guess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Guess::Returns(Some(number)) => write!(f, "returns {number} at once"),
            Guess::Returns(None) => f.write_str("returns at once"),
            Guess::Waits => f.write_str("waits"),
            Guess::Fails(Some(error)) => write!(f, "fails with {error}"),
            Guess::Fails(None) => f.write_str("fails"),
        }
    }
}

impl Play {
    /// Whether a call of the record surely waited.
    pub fn waited(&self, call: &lens::event::Call) -> bool {
        let waited = lens::order::waited(&self.events, &self.lanes());
        waited.iter().any(
            |index| matches!(&self.events[*index], Event::Call(other) if std::ptr::eq(other, call)),
        )
    }
}
