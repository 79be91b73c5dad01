//! The main scenes in C, Python and Java: they play, make the taught calls, and stand beside the layers.

use course_tests::diff::difference;
use course_tests::programs::installed;
use course_tests::scenes::LAYERS;
use course_tests::temp::Temp;
use course_tests::{
    Output, Run, STEPS, normal_form, not_run, played, played_in, record, root, run, scenes,
};

use crate::steps::asked_of;

for_each_step! {
    each_alone_and_again_the_same
    beside_the_layers
    where_the_tools_are_missing
    c_that_does_not_compile
    what_cannot_be_asked
}

/// The languages in the order of the comparison, what runs each, and how often it is played.
const LANGUAGES: [(&str, &[&str], usize); 3] = [
    ("c", &["cc"], 5),
    ("python", &["python3"], 5),
    ("java", &["java", "javac"], 2),
];

/// The guests of a step's main scene that this machine can run.
fn guests(step: &str) -> Vec<(&'static str, usize)> {
    let there = &scenes(step)[0].guests;
    if !asked_of(step).taught.is_empty() {
        assert_eq!(there.len(), LANGUAGES.len(), "the guests of {step}");
    }
    let mut guests = Vec::new();
    for (language, tools, times) in LANGUAGES {
        if !there.iter().any(|guest| guest == language) {
            continue;
        }
        match tools.iter().find(|tool| installed(tool).is_none()) {
            Some(tool) => not_run(&format!("{step} in {language}"), &format!("no {tool}")),
            None => guests.push((language, times)),
        }
    }
    guests
}

fn each_alone_and_again_the_same(step: &str) {
    for (language, times) in guests(step) {
        let played = || {
            let output = run(step, &["--layer", language]).exits(0).quiet();
            let first = output.stdout.lines().next().unwrap_or_default();
            output.check(first.ends_with(language), "does not say the language");
            normal_form(&output.stdout)
        };
        let first = played();
        for _ in 1..times {
            let next = played();
            assert!(
                first == next,
                "{step} --layer {language} is not the same each time\n{}",
                difference(&first, &next)
            );
        }
    }
}

fn beside_the_layers(step: &str) {
    let taught = asked_of(step).taught;
    let guests: Vec<&str> = guests(step).iter().map(|(language, _)| *language).collect();
    if taught.is_empty() || guests.len() < LANGUAGES.len() {
        return;
    }
    // With their functions besides: a virtual machine is slow to start, and one run shows both.
    let output = played_in("60", step, &["--guests", "--stack"]);
    let output = output.exits(0).quiet();
    let rows = rows(&output);
    let names: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
    let order = ["c", "libc", "nix", "socket2", "std", "python", "java"];
    output.check(names == order, &format!("the rows are {names:?}"));
    for (name, row) in &rows {
        if LAYERS.contains(&name.as_str()) {
            continue;
        }
        output.check(
            row.lines().next().unwrap_or_default().contains("guests/")
                && !row.contains("no line has"),
            &format!("{name} quotes no line"),
        );
        if !output.stderr.is_empty() {
            continue; // Not traced.
        }
        for names in taught {
            let made = |call: &&str| row.contains(&format!("kernel {call}("));
            output.check(names.iter().any(made), &format!("{name}: no {names:?}"));
        }
        output.check(
            row.contains("  adds   "),
            &format!("{name} has no line `adds`"),
        );
    }
    // What C makes of it is what the layer libc makes of it.
    if output.stderr.is_empty() {
        output.check(
            rows[0].1.contains("adds   nothing: the same call"),
            "C adds something",
        );
        with_their_functions(&output, &rows);
    }
    let plain = played(step, &[]).exits(0).quiet();
    plain.check(
        !plain.stdout.contains("guests/"),
        "guests play though nobody asked",
    );
    // The record is drawn from the same plays. One guest alone and two that meet show that it has them all.
    if !["step03-accept", "step07-chat"].contains(&step) {
        return;
    }
    let json = run(step, &["--json", "--guests"]).exits(0).quiet();
    let plays = record::parse(&json.stdout).unwrap_or_else(|wrong| panic!("{step}: {wrong}"));
    for language in guests {
        let play = plays.iter().find(|play| play.is("layer", language));
        let play = play.unwrap_or_else(|| panic!("{step}: no record of {language}"));
        json.check(
            play.head["as_announced"] == true,
            &format!("{language} did not go as announced"),
        );
        for names in taught.iter().filter(|_| play.is_traced()) {
            let made = |event: &serde_json::Value| {
                event["by_runtime"] == false && names.iter().any(|name| event["name"] == *name)
            };
            json.check(
                play.events.iter().any(made),
                &format!("{language}: no {names:?}"),
            );
        }
    }
}

/// With their stacks the rows of the languages have a ladder for each taught call that begins in the guest.
#[track_caller]
fn with_their_functions(output: &Output, rows: &[(String, String)]) {
    for (name, row) in rows {
        let ladders = row.matches("  stack  ").count();
        let own = row.matches("  stack  yours ").count();
        output.check(
            ladders > 0 && own == ladders,
            &format!("{name}: {own} of {ladders} ladders begin in the program's own function"),
        );
    }
}

/// The rows of the comparison: the name in front, and the whole text.
fn rows(output: &Output) -> Vec<(String, String)> {
    let lines = output.stdout.lines();
    let lines = lines
        .skip_while(|line| !line.starts_with("The same in"))
        .skip(1);
    let mut rows: Vec<(String, String)> = Vec::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        match (line.split(' ').next(), rows.last_mut()) {
            (Some("") | None, Some((_, row))) => *row += &format!("{line}\n"),
            (name, _) => rows.push((name.unwrap_or_default().to_owned(), format!("{line}\n"))),
        }
    }
    rows
}

fn where_the_tools_are_missing(step: &str) {
    let there = scenes(step)[0].guests.clone();
    if there.is_empty() {
        return;
    }
    let nothing = Temp::new();
    let without = |args: &[&str]| {
        let mut run = Run::new(step).args(args).env("PATH", nothing.path());
        run.command().env_remove("CC");
        run.output().exits(0).quiet()
    };
    let said = |output: &Output| -> Vec<String> {
        let lines = output
            .stdout
            .lines()
            .filter(|line| line.starts_with("not run: "));
        lines.map(str::to_owned).collect()
    };
    let all = without(&["--guests"]);
    let line = match there.len() {
        1 => "not run: python3 is not on this machine",
        _ => "not run: cc, python3 and java are not on this machine",
    };
    all.check(
        said(&all) == [line],
        "does not name what is missing in one line",
    );
    for (language, tools, _) in LANGUAGES {
        if there.iter().any(|guest| guest == language) {
            let line = format!("not run: {} is not on this machine", tools[0]);
            for more in [&[][..], &["--repeat", "2"]] {
                let one = without(&[&["--layer", language], more].concat());
                one.check(
                    said(&one) == [line.as_str()],
                    "does not name what is missing",
                );
            }
        }
    }
}

fn c_that_does_not_compile(step: &str) {
    if !guests(step).iter().any(|(language, _)| *language == "c") {
        return;
    }
    let folder = Temp::new();
    let with = |compiler: &str| {
        let run = Run::new(step).args(["--layer", "c"]);
        run.env("CC", compiler)
            .env("TMPDIR", folder.path())
            .output()
    };
    with("cc -O1").exits(0).quiet();
    let refused = with("cc -fno-such-option").exits(1).quiet();
    let said = ["does not compile guests/", "no-such-option"];
    refused.check(
        said.iter().all(|part| refused.stdout.contains(part)),
        "does not say why",
    );
    let missing = with("/nothing/cc").exits(0).quiet();
    missing.check(
        missing
            .stdout
            .contains("not run: /nothing/cc is not on this machine"),
        "does not name $CC",
    );
    let left = std::fs::read_dir(folder.path()).map_or(0, Iterator::count);
    assert_eq!(left, 0, "{step} leaves something in the temporary folder");
}

fn what_cannot_be_asked(step: &str) {
    let scenes = scenes(step);
    let refused = |args: &[&str], says: &str| {
        let output = run(step, args).exits(2);
        output.check(
            output.stderr.contains(says),
            &format!("does not say {says:?}"),
        );
    };
    let Some(language) = scenes[0].guests.first() else {
        refused(&["--layer", "python"], "no layer");
        return;
    };
    refused(&["--layer", language, "--predict"], "--predict");
    if let Some(scene) = scenes.iter().find(|scene| scene.guests.is_empty()) {
        refused(&[&scene.name, "--layer", language], &scenes[0].name);
        refused(&[&scene.name, "--guests"], &scenes[0].name);
    }
    for half in ["serve", "connect"] {
        if asked_of(step).has_half(half) {
            refused(&[half, "127.0.0.1:9", "--layer", language], "layers");
        }
    }
}

/// A textbook's C compiles without a warning.
#[test]
fn c_without_a_warning() {
    if installed("cc").is_none() {
        return not_run(
            "the C guests, compiled with every warning an error",
            "no cc",
        );
    }
    for step in STEPS {
        if scenes(step).iter().all(|scene| scene.guests.is_empty()) {
            continue;
        }
        let folder = root().join("crates").join(step).join("guests");
        let files = std::fs::read_dir(&folder)
            .expect("a step's guests")
            .flatten();
        for file in files.map(|file| file.path()) {
            if file.extension().is_some_and(|extension| extension == "c") {
                let strict = [
                    "-std=c99",
                    "-pedantic",
                    "-Wall",
                    "-Wextra",
                    "-Werror",
                    "-fsyntax-only",
                ];
                Run::path("cc".into())
                    .args(strict)
                    .args([&file])
                    .output()
                    .exits(0)
                    .quiet();
            }
        }
    }
}
