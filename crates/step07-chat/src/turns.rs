//! Taking turns: what the person at the terminal sees and types. The calls are the layers'.

use std::error::Error;

use lab::terminal::{ask, escaped, say};
use lab::{Given, OnCall, Trouble};
use step07_chat::{Failure, Fault, Framing};

/// The prompt of the document's programs.
const PROMPT: &str = ">>";

/// How a conversation ended.
pub(crate) enum End {
    /// The peer has ended it.
    Peer,
    /// The person here has: the input is at its end, or said `exit`.
    Person,
    /// A call failed, or what came cannot be understood: a sentence that says so.
    Broken(Trouble),
}

/// The framing that was asked for.
pub(crate) fn framing(given: &Given) -> Result<Framing, Trouble> {
    let name = given.word("--framing")?;
    Framing::from_name(name).ok_or_else(|| Trouble::new(format!("there is no framing {name:?}")))
}

/// The server's turns: hear, then answer, until somebody ends it.
pub(crate) fn answering<E: Error + 'static>(
    peer: &str,
    mut receive: impl FnMut() -> Result<Option<String>, Failure<E>>,
    mut send: impl FnMut(&str) -> Result<(), Failure<E>>,
) -> Result<End, Trouble> {
    loop {
        if let Some(end) = hear(peer, &mut receive)? {
            return Ok(end);
        }
        if let Some(end) = speak(peer, None, &mut send)? {
            return Ok(end);
        }
    }
}

/// The client's turns: speak, then hear, until somebody ends it. The word `exit` does.
pub(crate) fn asking<E: Error + 'static>(
    peer: &str,
    mut receive: impl FnMut() -> Result<Option<String>, Failure<E>>,
    mut send: impl FnMut(&str) -> Result<(), Failure<E>>,
) -> Result<End, Trouble> {
    loop {
        if let Some(end) = speak(peer, Some("exit"), &mut send)? {
            return Ok(end);
        }
        if let Some(end) = hear(peer, &mut receive)? {
            return Ok(end);
        }
    }
}

/// Waits for a message and shows it.
fn hear<E: Error + 'static>(
    peer: &str,
    receive: &mut impl FnMut() -> Result<Option<String>, Failure<E>>,
) -> Result<Option<End>, Trouble> {
    match receive() {
        Ok(Some(message)) => say(escaped(message.as_bytes()))?,
        // It is not what was agreed on, and does no harm: the talk goes on.
        Err(Failure::Fault(Fault::NotUtf8(bytes))) => {
            say(format!("{} (not UTF-8)", escaped(&bytes)))?;
        }
        Ok(None) => return Ok(Some(End::Peer)),
        Err(failure) => return Ok(Some(broken("recv from", peer, failure))),
    }
    Ok(None)
}

/// Asks for a line and sends it. What this framing cannot carry is asked for again.
fn speak<E: Error + 'static>(
    peer: &str,
    last_word: Option<&str>,
    send: &mut impl FnMut(&str) -> Result<(), Failure<E>>,
) -> Result<Option<End>, Trouble> {
    loop {
        let Some(line) = ask(PROMPT)? else {
            return Ok(Some(End::Person));
        };
        let Ok(line) = str::from_utf8(&line) else {
            say("not sent: that line is not UTF-8")?;
            continue;
        };
        if last_word == Some(line) {
            return Ok(Some(End::Person));
        }
        match send(line) {
            Ok(()) => return Ok(None),
            Err(Failure::Fault(fault)) => say(format!("not sent: {fault}"))?,
            Err(failure) => return Ok(Some(broken("send to", peer, failure))),
        }
    }
}

/// A sentence with the call and the address, where it was a call that failed.
fn broken<E: Error + 'static>(call: &str, peer: &str, failure: Failure<E>) -> End {
    let trouble = match failure {
        Failure::Call(error) => Err::<(), E>(error).on(call, peer).err(),
        Failure::Fault(fault) => Some(Trouble::new(fault.to_string())),
    };
    End::Broken(trouble.unwrap_or_else(|| Trouble::new(call)))
}
