//! Every scene plays in every layer as announced, and again and again the same.

use std::collections::BTreeSet;
use std::sync::Mutex;

use course_tests::diff::difference;
use course_tests::scenes::LAYERS;
use course_tests::side_by_side::AT_ONCE;
use course_tests::skip::note;
use course_tests::{Output, each_scene, normal_form, played, run, scenes, side_by_side};

/// How often a step's main scene is played, and how often every other.
const MAIN: usize = 20;
const OTHER: usize = 3;

use crate::steps::asked_of;

for_each_step! {
    are_those_of_the_plan
    in_every_layer
    again_the_same
}

/// The step lists the scenes that its file of tests has, the main one first.
fn are_those_of_the_plan(step: &str) {
    let named = |core: bool, name: &str| format!("{}{name}", if core { "*" } else { "" });
    let listed = scenes(step);
    let mut listed: Vec<String> = listed.iter().map(|s| named(s.core, &s.name)).collect();
    let planned = asked_of(step).scenes.iter();
    let mut planned: Vec<String> = planned.map(|s| named(s.core, s.name)).collect();
    assert_eq!(listed.first(), planned.first(), "{step}: the main scene");
    listed.sort();
    planned.sort();
    assert_eq!(
        listed, planned,
        "{step}: listed on the left, planned on the right"
    );
}

/// `SCENE --layer L` goes as announced.
fn in_every_layer(step: &str) {
    let scenes = scenes(step);
    let missing = Mutex::new(BTreeSet::new());
    let plays = LAYERS
        .iter()
        .flat_map(|layer| scenes.iter().map(move |scene| (scene, layer)));
    side_by_side(AT_ONCE, plays, |(scene, layer)| {
        let output = played(step, &[&scene.name, "--layer", layer]).exits(0);
        well_said(&output);
        if let Some(why) = missing_here(&output) {
            let mut missing = missing.lock().expect("nobody panics with it");
            missing.insert(format!("{} ({why})", scene.name));
            return;
        }
        output.check(
            !output.stdout.contains("not as announced"),
            "exits 0 and did not go as announced",
        );
    });
    let missing = missing.into_inner().expect("nobody panicked with it");
    if !missing.is_empty() {
        let (count, all) = (missing.len(), scenes.len());
        let missing: Vec<String> = missing.into_iter().collect();
        note(&format!(
            "not on this machine: {count} of the {all} scenes of {step}: {}",
            missing.join(", ")
        ));
    }
}

/// The whole of a scene, all layers of it, several times in normal form.
fn again_the_same(step: &str) {
    let different = Mutex::new(String::new());
    let main = scenes(step)[0].name.clone();
    each_scene(step, |scene| {
        let said = |output: Output| {
            let output = output.exits(0);
            well_said(&output);
            normal_form(&output.stdout)
        };
        let first = said(played(step, &[&scene.name]));
        for _ in 1..if scene.name == main { MAIN } else { OTHER } {
            let next = said(run(step, &[&scene.name]));
            if next != first {
                *different.lock().expect("nobody panics with it") +=
                    &format!("{step} {}:\n{}", scene.name, difference(&first, &next));
                break;
            }
        }
    });
    let different = different.into_inner().expect("nobody panicked with it");
    assert!(
        different.is_empty(),
        "not the same each time (- before, + after)\n{different}"
    );
}

/// Nothing on standard error but the one line of a machine that lacks something.
#[track_caller]
fn well_said(output: &Output) {
    let mut lines = output.stderr.lines();
    let only = lines.next().is_none_or(|line| {
        line.contains("not on this machine") || line.starts_with("not traced: ")
    });
    output.check(only && lines.next().is_none(), "complains");
    output.check(!output.stdout.is_empty(), "prints nothing");
}

/// What this machine lacks for the scene.
fn missing_here(output: &Output) -> Option<String> {
    let mut lines = output.stdout.lines().chain(output.stderr.lines());
    let line = lines.find_map(|line| line.split_once("not on this machine: "))?;
    Some(line.1.to_owned())
}
