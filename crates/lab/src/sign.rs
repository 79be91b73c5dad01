//! What announces that a scene went as it should.

use std::os::unix::process::ExitStatusExt;

use crate::play::Play;

/// What announces that a scene went as it should: seen by the lab, not claimed by the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// This actor reported this finding ([`found`](crate::Stage::found), [`found_error`](crate::Stage::found_error))
    /// as its last one.
    Found(&'static str, &'static str),
    /// This actor was killed by this signal.
    Killed(&'static str, i32),
    /// All of these actors sleep in these calls at the same time, and nothing is left that could wake them.
    /// The lab ends the scene when it sees that.
    Stuck(&'static [(&'static str, &'static str)]),
    /// This actor sleeps in this call when all the others have ended: it waits for the next one, who does not come.
    /// The lab ends the scene when it sees that.
    Waits(&'static str, &'static str),
}

impl Sign {
    /// What is missing of it in a play, which was or was not ended because all were stuck.
    pub(crate) fn missing(&self, play: &Play, stuck: bool) -> Option<String> {
        match self {
            Sign::Found(actor, token) => match play.finding(actor) {
                Some(found) if found == *token => None,
                Some(found) => Some(format!("{actor} was to find {token:?} and found {found:?}")),
                None => Some(format!("{actor} was to find {token:?} and found nothing")),
            },
            Sign::Killed(actor, signal) => {
                let status = play.status(actor)?;
                (status.signal() != Some(*signal)).then(|| {
                    format!("{actor} was to be killed by signal {signal} and ended with {status}")
                })
            }
            Sign::Stuck(_) => {
                (!stuck).then(|| "the actors were to wait for each other, and did not".to_owned())
            }
            Sign::Waits(actor, call) => {
                (!stuck).then(|| format!("{actor} was to wait in {call} in the end, and did not"))
            }
        }
    }
}
