//! Every scene plays in every layer as announced, and again and again the same.

use course_tests::diff::difference;
use course_tests::scenes::LAYERS;
use course_tests::skip::note;
use course_tests::{Output, normal_form, run, scenes};

/// How often a step's main scene is played, and how often every other.
const MAIN: usize = 20;
const OTHER: usize = 3;

for_each_step! {
    in_every_layer
    again_the_same
}

/// `SCENE --layer L` goes as announced.
#[track_caller]
fn in_every_layer(step: &str) {
    let scenes = scenes(step);
    let mut missing = Vec::new();
    for scene in &scenes {
        for layer in LAYERS {
            let output = run(step, &[&scene.name, "--layer", layer]).exits(0);
            well_said(&output);
            if let Some(why) = missing_here(&output) {
                missing.push(format!("{} ({why})", scene.name));
                break;
            }
            output.check(
                !output.stdout.contains("not as announced"),
                "exits 0 and did not go as announced",
            );
        }
    }
    if !missing.is_empty() {
        let (count, all) = (missing.len(), scenes.len());
        note(&format!(
            "not on this machine: {count} of the {all} scenes of {step}: {}",
            missing.join(", ")
        ));
    }
}

/// The whole of a scene, all layers of it, several times in normal form.
#[track_caller]
fn again_the_same(step: &str) {
    let mut different = String::new();
    for (index, scene) in scenes(step).iter().enumerate() {
        let played = || {
            let output = run(step, &[&scene.name]).exits(0);
            well_said(&output);
            normal_form(&output.stdout)
        };
        let first = played();
        for _ in 1..if index == 0 { MAIN } else { OTHER } {
            let next = played();
            if next != first {
                different += &format!("{step} {}:\n{}", scene.name, difference(&first, &next));
                break;
            }
        }
    }
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
