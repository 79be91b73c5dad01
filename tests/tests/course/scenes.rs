//! Every scene plays in every layer as announced, and again and again the same.

use course_tests::scenes::LAYERS;
use course_tests::skip::note;
use course_tests::{Output, assert_same, normal_form, run, scenes};

/// How often a step's main scene is played, and how often every other.
const MAIN: usize = 20;
const OTHER: usize = 3;

/// One test for each step, so that they run side by side.
macro_rules! for_each_step {
    ($($test:ident $step:literal)*) => {
        mod in_every_layer {
            $(#[test] fn $test() { super::in_every_layer($step); })*
        }
        mod again_the_same {
            $(#[test] fn $test() { super::again_the_same($step); })*
        }
    };
}

for_each_step! {
    step00 "step00-hello"
    step01 "step01-socket"
    step02 "step02-bind-listen"
    step03 "step03-accept"
    step04 "step04-connect"
    step05 "step05-send-recv"
    step06 "step06-close"
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
    for (index, scene) in scenes(step).iter().enumerate() {
        let played = || {
            let output = run(step, &[&scene.name]).exits(0);
            well_said(&output);
            normal_form(&output.stdout)
        };
        let first = played();
        for _ in 1..if index == 0 { MAIN } else { OTHER } {
            assert_same(&first, &played(), &format!("{step} {}", scene.name));
        }
    }
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
