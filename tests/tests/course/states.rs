//! The state diagrams of the lessons: an arrow that is marked was passed by some scene of the step, as it was seen.

use std::fs;
use std::path::Path;

use course_tests::record::parse;
use course_tests::{Run, STEPS, diagram, not_run, root, scenes, side_by_side};

#[test]
fn every_marked_arrow_was_passed() {
    let files = diagram::files(root()).expect("there are diagrams");
    assert!(!files.is_empty(), "no diagrams");
    side_by_side(2, files, |file| {
        let text = fs::read_to_string(&file).expect("it was there a moment ago");
        let marked =
            diagram::passed(&text).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
        let step = step_of(&file);
        // The end of a connection has a box of its own, so that its arrows do not cross the others.
        let marked = marked
            .into_iter()
            .map(|(from, to)| (from, to.trim_matches(['(', ')'])));
        let mut left: Vec<(&str, &str)> = marked.collect();
        assert!(!left.is_empty(), "{}: no arrow is marked", file.display());
        // The main scene is the first, and mostly enough.
        for scene in scenes(step) {
            if left.is_empty() {
                break;
            }
            let run = Run::new(step).args([&scene.name, "--wire", "--json", "--layer", "libc"]);
            let output = run.output().exits(0);
            if let Some(why) = output.stderr.lines().next() {
                return not_run(&format!("the arrows of {step}'s diagram"), why);
            }
            for play in parse(&output.stdout).expect("JSON lines") {
                let states = play.events.iter().filter(|event| event["event"] == "state");
                for state in states {
                    left.retain(|(from, to)| state["from"] != *from || state["to"] != *to);
                }
            }
        }
        assert!(
            left.is_empty(),
            "{}: marked, and passed by no scene of {step}: {left:?}",
            file.display()
        );
    });
}

/// The step of a diagram: both begin with its number.
#[track_caller]
fn step_of(file: &Path) -> &'static str {
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let step = STEPS.iter().find(|step| step[4..] == *name);
    step.unwrap_or_else(|| panic!("{}: no step is called so", file.display()))
}
