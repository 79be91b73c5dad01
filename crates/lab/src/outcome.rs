//! How a play came out, in a few words.

use std::os::unix::process::ExitStatusExt;

use record::event::{Event, Mark, Note, Outcome};

use crate::play::Play;

impl Play {
    /// What was seen of a mistake, in a few words.
    pub(crate) fn symptom(&self) -> String {
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
            let name = record::text::signal_name(signal).unwrap_or("a signal");
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
    pub(crate) fn outcome(&self, actor: &str) -> String {
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
                record::text::errno_name(errno).unwrap_or("error")
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
