//! Predict before you run: a question before the taught call, and the answer held against the record.

use std::io::{BufRead, Write};

use record::event::{Call, Event, Outcome};
use record::text;

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
    let call = asked_about(&play.taught(actor))?;
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
    pub fn waited(&self, call: &record::event::Call) -> bool {
        let waited = show::order::waited(&self.events, &self.lanes());
        waited.iter().any(
            |index| matches!(&self.events[*index], Event::Call(other) if std::ptr::eq(other, call)),
        )
    }
}
