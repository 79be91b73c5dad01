//! The record of a scene, as `--json` prints it.

use serde_json::Value;

use crate::played::played;
use crate::skip::not_run;

/// One scene played once: the line that names it, and its events.
#[derive(Clone, Debug)]
pub struct Play {
    /// The line of kind `play`.
    pub head: Value,
    /// The events, in order of time.
    pub events: Vec<Value>,
}

/// How it stands with a scene in a layer, or with a guest, where it was played and where it was not.
const PLAYED: [&str; 3] = ["plays", "happens", "handled"];
const NOT_PLAYED: [&str; 3] = ["ruled out", "not run", NOT_HERE];
/// What the one line of a scene says that this machine lacks something for: it has no layer.
const NOT_HERE: &str = "not on this machine";
/// The kinds of events.
const EVENTS: [&str; 6] = ["call", "life", "mark", "state", "packet", "held"];

/// The record of every layer and form of a scene, of the one play that all tests share.
///
/// That the machine lacks something for the scene is counted as a test that was not run: there is nothing to ask then.
#[track_caller]
pub fn record(step: &str, scene: &str) -> Vec<Play> {
    let output = played(step, &[scene, "--json"]).exits(0);
    let plays = parse(&output.stdout).unwrap_or_else(|wrong| panic!("{}: {wrong}", output.shown));
    if let Some(why) = plays.iter().find_map(Play::missing) {
        not_run(
            &format!("the record of {step} {scene}"),
            &format!("{NOT_HERE}: {why}"),
        );
    }
    plays
}

/// Reads JSON lines into plays. What is not a play's line or an event's is wrong, and so is a text without a play.
///
/// # Errors
///
/// What is wrong with the first line that is not as it should be.
pub fn parse(text: &str) -> Result<Vec<Play>, String> {
    let mut plays: Vec<Play> = Vec::new();
    for line in text.lines() {
        let value: Value =
            serde_json::from_str(line).map_err(|error| format!("{error} in the line {line}"))?;
        let event = value["event"].as_str().unwrap_or_default();
        if value["kind"] == "play" {
            check_head(&value).map_err(|what| format!("{what} in the line {line}"))?;
            plays.push(Play {
                head: value,
                events: Vec::new(),
            });
        } else if EVENTS.contains(&event) {
            let play = plays.last_mut().filter(|play| play.is_played());
            let play = play.ok_or_else(|| format!("an event of no play: {line}"))?;
            play.events.push(value);
        } else {
            return Err(format!("neither a play nor an event: {line}"));
        }
    }
    match plays.is_empty() {
        true => Err("there is no play".to_owned()),
        false => Ok(plays),
    }
}

/// Whether the line that names a play has what such a line has.
fn check_head(head: &Value) -> Result<(), String> {
    let in_layer = head["in_layer"].as_str().unwrap_or_default();
    let mut texts = vec!["step", "scene", "in_layer"];
    if in_layer != NOT_HERE {
        texts.extend(["layer", "variant"]);
    }
    if NOT_PLAYED.contains(&in_layer) {
        texts.push("not");
    } else if !PLAYED.contains(&in_layer) {
        return Err(format!("{in_layer:?} is no way to stand with a layer"));
    } else if !head["traced"].is_boolean() || !head["as_announced"].is_boolean() {
        return Err("it does not say how the play went".to_owned());
    } else if !head["actors"].is_array() {
        return Err("there are no actors".to_owned());
    }
    match texts.into_iter().find(|key| !head[*key].is_string()) {
        Some(key) => Err(format!("there is no {key}")),
        None => Ok(()),
    }
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

    /// Whether it was played at all: a layer may rule a mistake out, and the machine may lack something.
    pub fn is_played(&self) -> bool {
        self.head.get("not").is_none()
    }

    /// What this machine lacks for the whole scene. It is then the only play of the scene, and in no layer.
    pub fn missing(&self) -> Option<&str> {
        self.head["not"]
            .as_str()
            .filter(|_| self.is("in_layer", NOT_HERE))
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

#[cfg(test)]
mod tests {
    use super::parse;

    const HEAD: &str = r#"{"kind":"play","step":"s","scene":"a","layer":"libc","variant":"repaired","in_layer":"plays","traced":true,"as_announced":true,"trouble":null,"actors":[]}"#;
    const SAID: &str = r#"{"event":"mark","at":1,"process":2,"thread":2,"what":"said","text":"java is not on this machine"}"#;
    const GUEST: &str = r#"{"kind":"play","step":"s","scene":"a","layer":"java","variant":"repaired","in_layer":"not run","not":"java is not on this machine"}"#;
    const MISSING: &str = r#"{"kind":"play","step":"s","scene":"a","in_layer":"not on this machine","not":"no IPv6"}"#;

    #[test]
    fn what_is_not_on_this_machine_empties_nothing_else() {
        let plays = parse(&[HEAD, SAID, GUEST].join("\n")).expect("a record");
        assert_eq!(plays.len(), 2);
        assert_eq!(plays[0].events.len(), 1);
        assert!(plays[0].is_played() && !plays[1].is_played());
        assert_eq!(plays[1].missing(), None, "a guest, and not the scene");
        let plays = parse(MISSING).expect("a record");
        assert_eq!(plays[0].missing(), Some("no IPv6"));
        assert!(plays[0].events.is_empty() && !plays[0].is_played());
    }

    #[test]
    fn everything_else_is_held_to_the_form() {
        let without_layer = HEAD.replace(r#""layer":"libc","#, "");
        let another_word = HEAD.replace("plays", "play");
        let untold = HEAD.replace(r#""traced":true,"#, "");
        let after_missing = [MISSING, SAID].join("\n");
        for wrong in [
            "",
            "a: not on this machine: no IPv6",
            "{}",
            "{\"event\":\"call\"}",
            SAID,
            &without_layer,
            &another_word,
            &untold,
            &after_missing,
            &format!("{HEAD}\n\n{SAID}"),
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
