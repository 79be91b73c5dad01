//! The steps and their scenes, as the programs list them.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

use serde_json::Value;

use crate::played::played;
use crate::side_by_side::{AT_ONCE, side_by_side};

include!(concat!(env!("OUT_DIR"), "/list.rs"));

/// The layers, from the kernel upwards.
pub const LAYERS: [&str; 4] = ["libc", "nix", "socket2", "std"];

/// What a step says of one of its scenes.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Its name.
    pub name: String,
    /// Whether no learner should miss it.
    pub core: bool,
    /// Whether it has a broken and a repaired form.
    pub mistake: bool,
    /// The languages it is there in besides.
    pub guests: Vec<String>,
}

/// The scenes of a step, by its `--list --json`. The first is the main one.
#[track_caller]
pub fn scenes(step: &str) -> Vec<Scene> {
    static KNOWN: OnceLock<Mutex<HashMap<String, Vec<Scene>>>> = OnceLock::new();
    let known = KNOWN.get_or_init(Mutex::default);
    let look = || {
        known
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    };
    if let Some(scenes) = look().get(step) {
        return scenes.clone();
    }
    let output = played(step, &["--list", "--json"]).exits(0).quiet();
    let scenes: Vec<Scene> = output
        .stdout
        .lines()
        .map(|line| {
            let value: Value = serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{}: {error} in {line}", output.shown));
            Scene {
                name: value["scene"].as_str().unwrap_or_default().to_owned(),
                core: value["core"].as_bool().unwrap_or_default(),
                mistake: value["mistake"].as_bool().unwrap_or_default(),
                guests: value["guests"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|guest| Some(guest.as_str()?.to_owned()))
                    .collect(),
            }
        })
        .collect();
    output.check(!scenes.is_empty(), "no scenes");
    look().insert(step.to_owned(), scenes.clone());
    scenes
}

/// Does this with every scene of a step, several at a time: some of them wait for a clock.
#[track_caller]
pub fn each_scene(step: &str, each: impl Fn(&Scene) + Sync) {
    side_by_side(AT_ONCE, &scenes(step), each);
}
