//! How a play came out, in a few words.

use std::os::unix::process::ExitStatusExt;

use record::event::Outcome;

use crate::play::Play;

/// What was seen of a mistake.
pub(crate) fn symptom(play: &Play) -> String {
    let findings = play.runs.iter().filter_map(|run| {
        let (_, text) = run.findings.last()?;
        Some(format!("{}: {text}", run.actor))
    });
    let mut seen: Vec<String> = findings.collect();
    let stuck = play.stuck();
    if !stuck.is_empty() {
        let them = if stuck.len() == 1 { "it" } else { "them" };
        seen.push(format!("{}, and nothing wakes {them}", stuck.join(", ")));
    }
    let nothing_else = seen.is_empty();
    let killed = play.runs.iter().filter_map(|run| {
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
    seen.extend(killed);
    if seen.is_empty() {
        return "as announced".to_owned();
    }
    seen.join("; ")
}

/// What is the same each time: results of the taught calls, and findings.
pub(crate) fn outcome(play: &Play, actor: &str) -> String {
    let calls = play.judged(actor);
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
    let findings = play.runs.iter().filter_map(|run| {
        let (token, _) = run.findings.last()?;
        Some(format!("{} found {token}", run.actor))
    });
    let all: Vec<String> = calls.chain(findings).chain(play.stuck()).collect();
    all.join(", ")
}
