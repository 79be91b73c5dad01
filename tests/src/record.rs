//! The record of a scene, as `--json` prints it.

use serde_json::Value;

use crate::played::played;

/// One scene played once: the line that names it, and its events.
#[derive(Clone, Debug)]
pub struct Play {
    /// The line of kind `play`.
    pub head: Value,
    /// The events, in order of time.
    pub events: Vec<Value>,
}

/// The record of every layer and form of a scene, of the one play that all tests share.
#[track_caller]
pub fn record(step: &str, scene: &str) -> Vec<Play> {
    let output = played(step, &[scene, "--json"]).exits(0);
    parse(&output.stdout).unwrap_or_else(|wrong| panic!("{}: {wrong}", output.shown))
}

/// Reads JSON lines into plays.
///
/// # Errors
///
/// What is wrong with the first line that is not as it should be.
pub fn parse(text: &str) -> Result<Vec<Play>, String> {
    let mut plays: Vec<Play> = Vec::new();
    if text.contains("not on this machine") {
        return Ok(plays);
    }
    for line in text.lines() {
        let value: Value =
            serde_json::from_str(line).map_err(|error| format!("{error} in the line {line}"))?;
        if value["kind"] == "play" {
            plays.push(Play {
                head: value,
                events: Vec::new(),
            });
        } else {
            let play = plays.last_mut();
            let play = play.ok_or_else(|| format!("an event before any play: {line}"))?;
            play.events.push(value);
        }
    }
    Ok(plays)
}

impl Play {
    /// A word of the head: `layer`, `variant`.
    pub fn is(&self, key: &str, value: &str) -> bool {
        self.head[key] == value
    }

    /// Which play this is.
    pub fn name(&self) -> String {
        let word = |key: &str| self.head[key].as_str().unwrap_or("?").to_owned();
        format!(
            "{} {} --layer {} ({})",
            word("step"),
            word("scene"),
            word("layer"),
            word("variant")
        )
    }

    /// Whether it was played at all: a layer may rule a mistake out.
    pub fn is_played(&self) -> bool {
        self.head.get("not").is_none()
    }

    /// Whether the calls were watched.
    pub fn is_traced(&self) -> bool {
        self.head["traced"] == true
    }

    /// The actors' processes with their names.
    pub fn actors(&self) -> Vec<(&str, i64)> {
        let actors = self.head["actors"].as_array().into_iter().flatten();
        actors
            .filter_map(|actor| Some((actor["name"].as_str()?, actor["process"].as_i64()?)))
            .collect()
    }

    /// The process of an actor.
    pub fn process(&self, actor: &str) -> Option<i64> {
        let found = self.actors().into_iter().find(|(name, _)| *name == actor);
        found.map(|(_, process)| process)
    }

    /// Every system call, in order of entry.
    pub fn calls(&self) -> impl Iterator<Item = &Value> {
        self.events.iter().filter(|event| event["event"] == "call")
    }

    /// Every system call of this name.
    pub fn named(&self, names: &[&str]) -> Vec<&Value> {
        self.calls()
            .filter(|call| {
                call["name"]
                    .as_str()
                    .is_some_and(|name| names.contains(&name))
            })
            .collect()
    }

    /// The calls of this name that failed with this error.
    pub fn failed(&self, names: &[&str], errno: &str) -> Vec<&Value> {
        let failed = |call: &&Value| call["outcome"]["name"] == errno;
        self.named(names).into_iter().filter(failed).collect()
    }

    /// The turns of life of this kind: `killed`, `signal`, `forked`.
    pub fn lives(&self, what: &str) -> Vec<&Value> {
        self.events
            .iter()
            .filter(|event| event["event"] == "life" && event["what"] == what)
            .collect()
    }

    /// Whether an actor's process was killed by this signal.
    pub fn was_killed(&self, signal: i64) -> bool {
        let actors = self.actors();
        self.lives("killed").iter().any(|life| {
            life["signal"] == signal
                && actors
                    .iter()
                    .any(|(_, process)| life["process"] == *process)
        })
    }

    /// The record as text, a call a line.
    pub fn text(&self) -> String {
        let lines = self
            .events
            .iter()
            .map(|event| match event["text"].as_str() {
                Some(text) => format!("{} {text}", event["process"]),
                None => event.to_string(),
            });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Fails, with the record, unless the condition holds.
    #[track_caller]
    pub fn check(&self, condition: bool, what: &str) {
        assert!(condition, "{}: {what}\n{}", self.name(), self.text());
    }
}

/// What a call returned; `None` when it failed or never came back.
pub fn returned(call: &Value) -> Option<i64> {
    (call["outcome"]["type"] == "returned").then(|| call["outcome"]["value"].as_i64())?
}

/// The value of an argument, the object with its type.
pub fn arg<'a>(call: &'a Value, name: &str) -> &'a Value {
    let mut args = call["args"].as_array().into_iter().flatten();
    args.find(|arg| arg["name"] == name)
        .map_or(&Value::Null, |arg| &arg["value"])
}
