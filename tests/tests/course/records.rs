//! The scenes really do what they announce: asked of the record, not of the text.

use std::collections::HashMap;
use std::os::unix::process::CommandExt;

use course_tests::record::{parse, returned};
use course_tests::scenes::LAYERS;
use course_tests::{Play, Run, each_scene, not_run, played, record, scenes};

use crate::asked::Scene;
use crate::question::descriptors;
use crate::steps::asked_of;

for_each_step! {
    records_are_in_order
    descriptors_are_the_actors_own
    scenes_do_what_they_announce
}

/// The record of each scene of a step that can be watched here.
#[track_caller]
fn records(step: &str) -> Vec<Play> {
    // They are played side by side, for some wait, and looked at in turn.
    each_scene(step, |scene| drop(played(step, &[&scene.name, "--json"])));
    let scenes = scenes(step);
    let plays = scenes.iter().flat_map(|scene| record(step, &scene.name));
    let plays: Vec<Play> = plays.filter(Play::is_played).collect();
    if plays.iter().any(|play| !play.is_traced()) {
        not_run(&format!("the record of {step}"), "nothing is traced here");
        return Vec::new();
    }
    plays
}

fn records_are_in_order(step: &str) {
    for play in records(step) {
        play.check(play.head["as_announced"] == true, "not as announced");
        play.check(
            LAYERS.iter().any(|layer| play.is("layer", layer)),
            "no layer that there is",
        );
        let mut last: HashMap<(i64, i64), u64> = HashMap::new();
        for event in &play.events {
            let number = |key: &str| event[key].as_i64().unwrap_or(-1);
            // What is on the wire is in no thread.
            let in_a_thread = event["event"] != "packet" && event["event"] != "state";
            play.check(
                !in_a_thread || number("process") > 0 && number("thread") > 0,
                "nobody did it",
            );
            if event["event"] != "call" {
                continue;
            }
            let at = event["at"].as_u64().unwrap_or(0);
            let left = event["left"].as_u64().unwrap_or(at);
            let before = last.insert((number("process"), number("thread")), left);
            play.check(
                before.is_none_or(|before| before <= at) && at <= left,
                &format!("time goes back: {}", event["text"]),
            );
        }
        play.check(!last.is_empty(), "no call");
    }
}

/// No call names the lab's own descriptor, and the first socket of each actor is 3.
#[track_caller]
fn clean_table(play: &Play) {
    for call in play.calls() {
        let mut named = Vec::new();
        descriptors(&call["args"], &mut named);
        if call["name"] == "dup" || call["name"] == "socket" {
            named.extend(returned(call));
        }
        play.check(
            named.iter().all(|descriptor| *descriptor < 100),
            &format!("a descriptor that no learner made: {}", call["text"]),
        );
    }
    for (actor, process) in play.actors() {
        let sockets = play.named(&["socket"]);
        let mut own = sockets.iter().filter(|call| call["process"] == process);
        let first = own.find_map(|call| returned(call));
        play.check(
            first.is_none_or(|descriptor| descriptor == 3),
            &format!("{actor}'s first socket is {first:?}"),
        );
    }
}

fn descriptors_are_the_actors_own(step: &str) {
    for play in records(step) {
        clean_table(&play);
    }
    // Whatever the shell left open is not the actors'.
    let mut run = Run::new(step).args(["--json"]);
    let leave_open = || {
        for number in [3, 4, 9] {
            // SAFETY: dup2 works on descriptor numbers only; async-signal-safe, as fork and exec ask.
            if unsafe { libc::dup2(0, number) } == -1 {
                return Err(std::io::Error::last_os_error());
            }
        }
        Ok(())
    };
    // SAFETY: the closure makes async-signal-safe system calls only and allocates nothing.
    unsafe { run.command().pre_exec(leave_open) };
    let output = run.output().exits(0);
    for play in parse(&output.stdout).expect("JSON lines") {
        if play.is_played() && play.is_traced() {
            clean_table(&play);
        }
    }
}

/// Each scene is asked in every layer, in both of its forms.
fn scenes_do_what_they_announce(step: &str) {
    let asked = asked_of(step);
    each_scene(step, |scene| {
        let mut questions = asked.scenes.iter();
        let question = questions.find(|question| question.name == scene.name);
        let question = question.unwrap_or_else(|| panic!("{step} {}: no question", scene.name));
        let plays = record(step, &scene.name);
        if let Some(why) = not_asked(&plays) {
            return not_run(&format!("the record of {step} {}", scene.name), why);
        }
        for layer in LAYERS {
            let of_layer: Vec<&Play> = plays
                .iter()
                .filter(|play| play.is("layer", layer))
                .collect();
            let forms = if scene.mistake { 2 } else { 1 };
            assert_eq!(of_layer.len(), forms, "{step} {} in {layer}", scene.name);
            for play in of_layer {
                // The lowest layer that a step has rules nothing out.
                play.check(play.is_played() || layer != asked.layers[0], "not played");
                answers(question, play);
            }
        }
    });
}

/// Why there is nothing to ask: the machine lacks what the scene needs, or lets nobody look.
fn not_asked(plays: &[Play]) -> Option<&str> {
    let missing = |play: &&Play| play.is("in_layer", "not on this machine");
    if let Some(play) = plays.iter().find(missing) {
        return play.head["not"].as_str();
    }
    let mut played = plays.iter().filter(|play| play.is_played());
    let untraced = played.any(|play| !play.is_traced());
    untraced.then_some("nothing is traced here")
}

/// A layer that rules a scene out says by what, and that is its answer. Every other has done something.
#[track_caller]
fn answers(question: &Scene, play: &Play) {
    if play.is_played() {
        play.check(!play.events.is_empty(), "no record");
        let happens = play.is("variant", "broken") && play.is("in_layer", "happens");
        return (question.holds)(play, happens);
    }
    play.check(
        play.is("in_layer", "ruled out"),
        "not played, and not ruled out",
    );
    let why = play.head["not"].as_str().unwrap_or_default();
    play.check(!why.is_empty(), "does not say what rules it out");
    play.check(play.events.is_empty(), "ruled out, and done");
}
