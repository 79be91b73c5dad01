//! The command line is the same in every step, and says what to type where it is not understood.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;

use course_tests::scenes::LAYERS;
use course_tests::{Output, Run, Scene, each_scene, played, played_in, run, scenes};

use crate::steps::asked_of;

for_each_step! {
    list_names_every_scene
    help_and_version
    what_can_be_typed_is_what_its_tests_know
    unknown_words_name_the_nearest
    values_that_are_missing_or_wrong
    addresses
    pipes_get_plain_text
    colour_is_for_terminals_that_want_it
    no_line_is_too_long
    without_the_lens
    predictions_are_marked
    mistakes_have_hints_and_a_twin
    repeat_counts_every_play
    a_reader_that_goes_away
    a_full_disk
    the_layers_are_named_alike_everywhere
}

/// A command line that is not understood: exit status 2, the reason on standard error, and nothing else.
#[track_caller]
fn refused(step: &str, args: &[&str], says: &[&str]) {
    let output = run(step, args).exits(2);
    output.check(output.stdout.is_empty(), "prints to standard output too");
    let expected = says.iter().all(|part| output.stderr.contains(part));
    output.check(expected, &format!("the message lacks one of {says:?}"));
    output.check(
        output.stderr.starts_with(step),
        "the message does not begin with the program's name",
    );
}

fn main_scene(step: &str) -> String {
    scenes(step)[0].name.clone()
}

fn list_names_every_scene(step: &str) {
    let output = played(step, &["--list"]).exits(0).quiet();
    for scene in scenes(step) {
        let mut lines = output.stdout.lines();
        let names = |line: &&str| {
            let rest = line.strip_prefix("* ").or(line.strip_prefix("  "));
            rest.is_some_and(|rest| rest.split(' ').next() == Some(&scene.name))
        };
        let line = lines.find(names);
        let line = line.unwrap_or_else(|| panic!("{step} --list lacks {}", scene.name));
        output.check(
            line.starts_with('*') == scene.core,
            &format!("{} is marked wrongly", scene.name),
        );
        output.check(
            line.contains("mistake: ") == scene.mistake,
            &format!("{} is called a mistake wrongly", scene.name),
        );
    }
}

fn help_and_version(step: &str) {
    for flag in ["--help", "-h"] {
        let output = run(step, &[flag]).exits(0).quiet();
        for option in [
            "--list",
            "--layer",
            "--predict",
            "--broken",
            "--repaired",
            "--repeat",
            "--json",
            "--plain",
            "--all",
            "--no-lens",
            "--stack",
            "--wire",
            "--no-wire",
            "--share-net",
            "--slow",
            "--pcap",
            "--svg FILE",
            "--html FILE",
            "--no-times",
            "Exit status",
        ] {
            output.check(output.stdout.contains(option), &format!("lacks {option}"));
        }
        output.check(
            output.stdout.contains(&format!("cargo run -p {step} --")),
            "does not say what to type",
        );
    }
    for flag in ["--version", "-V"] {
        let output = run(step, &[flag]).exits(0).quiet();
        let version = env!("CARGO_PKG_VERSION");
        output.check(
            output.stdout == format!("{step} {version}\n"),
            "another version",
        );
    }
}

/// The halves and the commands, as `--help` has them. A half that is gone would be tested nowhere.
fn what_can_be_typed_is_what_its_tests_know(step: &str) {
    let help = played(step, &["--help"]).exits(0).quiet();
    let begins = format!("cargo run -p {step} -- ");
    let typed = help.stdout.lines();
    let typed = typed.filter_map(|line| line.trim().strip_prefix(&begins));
    // What stands far to the right says what it is without more words.
    let typed = typed.map(|typed| typed.split("   ").next().unwrap_or(typed));
    let typed: Vec<&str> = typed
        .skip_while(|typed| *typed == "[SCENE] [OPTIONS]")
        .collect();
    assert_eq!(
        typed,
        asked_of(step).typed,
        "{step}: its tests on the right"
    );
}

fn unknown_words_name_the_nearest(step: &str) {
    for scene in scenes(step) {
        let mut near = scene.name.clone();
        near.push('x');
        let meant = format!("did you mean {}?", scene.name);
        refused(step, &[&near], &[&meant, "--list"]);
    }
    refused(step, &["qqqqqqqq"], &["\"qqqqqqqq\"", "--list"]);
    refused(step, &["--jsom"], &["did you mean --json?", "--help"]);
    refused(step, &["--qqqq"], &["--qqqq", "--help"]);
    refused(step, &["-q"], &["-q", "--help"]);
    let scene = main_scene(step);
    refused(
        step,
        &[&scene, "--layer", "socket"],
        &["did you mean socket2?"],
    );
    refused(
        step,
        &[&scene, "--layer", "qqq"],
        &["libc, nix, socket2, std"],
    );
}

fn values_that_are_missing_or_wrong(step: &str) {
    let scene = main_scene(step);
    refused(step, &["--layer"], &["--layer"]);
    refused(step, &["--repeat"], &["--repeat"]);
    for count in ["0", "-1", "x", "", "99999999999999999999"] {
        refused(step, &[&scene, &format!("--repeat={count}")], &["--repeat"]);
    }
    refused(step, &["--json=x"], &["--json"]);
    // `connect` is a half as well as a scene, and takes an address.
    let scenes = scenes(step);
    if let Some(scene) = scenes.iter().find(|scene| scene.name != "connect") {
        refused(step, &[&scene.name, "extra"], &["\"extra\"", "--help"]);
        refused(step, &[&scene.name, &scene.name], &[&scene.name, "--help"]);
    }
    for form in ["--broken", "--repaired"] {
        for scene in scenes.iter().filter(|scene| !scene.mistake) {
            refused(step, &[&scene.name, form], &["not a mistake", "--list"]);
        }
    }
    refused(step, &["--pcap"], &["--pcap"]);
    refused(
        step,
        &["--slow", "--share-net"],
        &["only a private network"],
    );
    refused(
        step,
        &["--no-lens", "--wire"],
        &["--no-lens", "leave out --wire"],
    );
    refused(
        step,
        &["--no-wire", "--pcap", "x"],
        &["--no-wire", "leave out --pcap"],
    );
    for half in ["serve", "connect"]
        .iter()
        .filter(|half| asked_of(step).has_half(half))
    {
        refused(
            step,
            &[half, "9", "--slow"],
            &["private one", "leave out --slow"],
        );
    }
    if scenes.iter().all(|scene| scene.guests.is_empty()) {
        refused(step, &["--guests"], &["--guests"]);
    }
    let not_text = OsStr::from_bytes(b"\xff\x1b[31m");
    let output = Run::new(step).args([not_text]).output().exits(2);
    output.check(!output.stderr.contains('\x1b'), "sends the terminal an ESC");
}

fn addresses(step: &str) {
    if asked_of(step).takes_paths() {
        for half in ["serve", "connect"] {
            refused(step, &[half, ""], &["\"\"", "/tmp/chat"]);
            refused(step, &[half, "chat", "extra"], &["\"extra\""]);
        }
        return;
    }
    for half in ["serve", "connect"] {
        if !asked_of(step).has_half(half) {
            refused(step, &[half], &[&format!("no `{half}`")]);
            refused(step, &[half, "127.0.0.1:9000"], &[&format!("no `{half}`")]);
            continue;
        }
        // A name is none that is wrong where the resolver is asked for it.
        let asks = asked_of(step).resolves;
        let asked = [
            "127.0.0.1:x",
            "127.0.0:9000",
            "256.0.0.1:9000",
            "[::1]:9000",
            "no..such..name:9000",
        ];
        for wrong in [
            "127.0.0.1",
            "127.0.0.1:",
            "127.0.0.1:x",
            "127.0.0.1:-1",
            "127.0.0.1:65536",
            "127.0.0.1:99999999999",
            "99999",
            "127.0.0:9000",
            "256.0.0.1:9000",
            "::1:9000",
            "[::1]:9000",
            "no..such..name:9000",
            "somewhere",
            "",
        ] {
            if !(asks && asked.contains(&wrong)) {
                refused(step, &[half, wrong], &[":9000"]);
            }
        }
        refused(step, &[half, "127.0.0.1:0", "extra"], &["\"extra\""]);
    }
}

fn pipes_get_plain_text(step: &str) {
    for scene in scenes(step) {
        plain(&played(step, &[&scene.name]).exits(0));
    }
    plain(&played(step, &["--list"]));
    plain(&played(step, &["--help"]));
}

#[track_caller]
fn plain(output: &Output) {
    let raw = |c: char| c.is_control() && c != '\n';
    output.check(
        !output.stdout.contains(raw) && !output.stderr.contains(raw),
        "a control character in plain text",
    );
}

fn colour_is_for_terminals_that_want_it(step: &str) {
    use course_tests::terminal::on_terminal;
    let shown = |how: &str, args: &[&str], env: Option<(&str, &str)>| {
        let mut run = Run::new(step).args(args);
        if let Some((name, value)) = env {
            run = run.env(name, value);
        }
        on_terminal(run, 90, &format!("{step} on a terminal, {how}"))
    };
    let coloured = match shown("in colour", &[], None) {
        Ok(output) => output.exits(0),
        Err(error) => {
            course_tests::not_run("colour on a terminal", &error.to_string());
            return;
        }
    };
    coloured.check(coloured.stdout.contains('\x1b'), "no colour");
    for (how, args, env) in [
        ("--plain", &["--plain"][..], None),
        ("NO_COLOR", &[], Some(("NO_COLOR", "1"))),
        ("TERM=dumb", &[], Some(("TERM", "dumb"))),
    ] {
        if let Ok(output) = shown(how, args, env) {
            plain(&output.exits(0));
        }
    }
    // An empty NO_COLOR is as good as none (no-color.org).
    if let Ok(output) = shown("NO_COLOR=", &[], Some(("NO_COLOR", ""))) {
        output.check(output.stdout.contains('\x1b'), "no colour");
    }
    // The terminal's own width goes before what the environment says of it.
    if let Ok(output) = shown("COLUMNS=200", &["--plain"], Some(("COLUMNS", "200"))) {
        not_wider(&output, 90);
    }
}

fn no_line_is_too_long(step: &str) {
    each_scene(step, |scene| {
        let narrow = played_in("60", step, &[&scene.name]).exits(0);
        not_wider(&narrow, 60);
        one_lane(&narrow);
        // Where nobody says how wide it is. What is not cut here would be too long at 100, too.
        not_wider(&played(step, &[&scene.name]).exits(0), 80);
    });
    // The rows of the other languages, with all that they can have.
    if let Some(scene) = scenes(step).iter().find(|scene| !scene.guests.is_empty()) {
        let narrow = played_in("60", step, &["--guests", "--stack"]).exits(0);
        narrow.check(
            scene.name == main_scene(step),
            "another scene than the main one has guests",
        );
        not_wider(&narrow, 60);
        one_lane(&narrow);
    }
    // More than 100 is 100.
    for (columns, room) in [("80", 80), ("100", 100), ("120", 100)] {
        not_wider(&played_in(columns, step, &[]).exits(0), room);
    }
    // What is no number is no width.
    for columns in ["", "x", "0", "-5"] {
        let run = Run::new(step).args(["--list"]);
        not_wider(&run.env("COLUMNS", columns).output().exits(0), 80);
    }
    for args in [["--list"], ["--help"]] {
        not_wider(&played(step, &args), 100);
    }
}

#[track_caller]
fn not_wider(output: &Output, room: usize) {
    let mut lines = output.stdout.lines();
    let long = lines.find(|line| line.chars().count() > room);
    output.check(long.is_none(), &format!("over {room} columns: {long:?}"));
}

/// Below 80 columns nothing stands beside another lane: no call begins far to the right.
#[track_caller]
fn one_lane(output: &Output) {
    let mut lines = output.stdout.lines();
    let beside = lines.find(|line| line.starts_with(&" ".repeat(24)) && line.contains("socket("));
    output.check(beside.is_none(), &format!("two lanes: {beside:?}"));
}

fn without_the_lens(step: &str) {
    each_scene(step, |scene| {
        let said = |output: &Output| output.stdout.matches('»').count();
        let traced = played(step, &[&scene.name]).exits(0);
        let plain = run(step, &[&scene.name, "--no-lens"]).exits(0).quiet();
        plain.check(
            said(&plain) == said(&traced),
            "does not say what the actors say under the lens",
        );
    });
}

fn predictions_are_marked(step: &str) {
    each_scene(step, |scene| {
        let typed = |more: &[&str], answer: &str| {
            let run = Run::new(step).args([scene.name.as_str(), "--predict"]);
            run.args(more).input(answer).output().exits(0)
        };
        let nothing = typed(&[], "");
        let question = "Will it return";
        if !nothing.stdout.contains(question) {
            return;
        }
        nothing.check(!nothing.stdout.contains("you said"), "marks no answer");
        if nothing.stderr.contains("not traced") {
            return;
        }
        // The question is about one play, and the answers are marked in it: the others need not be played each time.
        let layer = drawn_layer(&nothing, step, scene);
        let one_play = match scene.mistake {
            true => &["--layer", &layer, "--broken"][..],
            false => &["--layer", &layer],
        };
        let asked = |answer: &str| typed(one_play, answer);
        // Whether a call waits may differ from play to play: each is marked by what was seen in it.
        for (answer, right) in [
            ("r\n\n", &["returned"][..]),
            ("w\n", &["waited", "never returned"]),
            ("f\n\n", &["failed with"]),
        ] {
            let output = asked(answer);
            let text = output.stdout.replace("\n", " ");
            let (verdict, did) = match text.split_once(": you said that it ") {
                Some((before, after)) => (before, after.split_once("; ").unwrap_or((after, "")).1),
                None => ("nothing", ""),
            };
            let did = did.split_once(". ").unwrap_or((did, "")).0;
            let late = did.contains("waited") || did.contains("never");
            let is_right =
                right.iter().any(|word| did.contains(word)) && !(answer == "r\n\n" && late);
            let word = if is_right { "Right" } else { "Not quite" };
            output.check(
                verdict.ends_with(word),
                &format!("is not {word:?}: {did:?}"),
            );
        }
        let wrong = asked("f\neNoSuch\n");
        let said = "Not quite: you said that it fails with ENOSUCH";
        wrong.check(
            wrong.stdout.replace('\n', " ").contains(said),
            "believes in an error that does not exist",
        );
        asked("x\n");
        asked("\u{1b}[31m\0\n");
    });
}

/// The layer that a play is drawn in, by its first line.
#[track_caller]
fn drawn_layer(output: &Output, step: &str, scene: &Scene) -> String {
    let begins = format!("{step} · {} · ", scene.name);
    let mut lines = output.stdout.lines();
    let layer = lines.find_map(|line| Some(line.split_once(&begins)?.1));
    output.check(layer.is_some(), "does not say in which layer it is");
    layer.unwrap_or_default().to_owned()
}

fn mistakes_have_hints_and_a_twin(step: &str) {
    each_scene(step, |scene| {
        if !scene.mistake {
            return;
        }
        let broken = |input: &str| {
            let run = Run::new(step).args([scene.name.as_str(), "--broken"]);
            run.input(input).output().exits(0)
        };
        let output = broken("\n\n\n\n\n\n\n\n\n\n");
        if output.stdout.contains("not on this machine") {
            return;
        }
        let last = (2..10).rev().find(|count| {
            output
                .stdout
                .contains(&format!("hint {count} of {count}: "))
        });
        output.check(last.is_some(), "no hints, or not all of them");
        output.check(output.stdout.contains("hint 1 of "), "no first hint");
        output.check(output.stdout.contains("--repaired"), "no word of the twin");
        output.check(
            !output.stdout.contains("Repaired: "),
            "shows the repair unasked",
        );
        let silent = broken("");
        silent.check(!silent.stdout.contains("hint 1"), "a hint nobody asked for");
        let output = run(step, &[&scene.name, "--repaired"]).exits(0);
        output.check(
            output.stdout.contains("Repaired: ") && !output.stdout.contains("\nBroken\n"),
            "not the repaired twin alone",
        );
    });
}

fn repeat_counts_every_play(step: &str) {
    each_scene(step, |scene| {
        let output = run(step, &[&scene.name, "--repeat", "3"]).exits(0);
        let mut blocks: Vec<u32> = Vec::new();
        for line in output.stdout.lines() {
            if line.ends_with(" · 3 times") {
                blocks.push(0);
                continue;
            }
            let count = line
                .get(..5)
                .and_then(|number| number.trim().parse::<u32>().ok());
            if let (Some(count), Some(block)) = (count, blocks.last_mut()) {
                *block += count;
            }
        }
        let forms = if scene.mistake { 2 } else { 1 };
        let missing = output.stdout.contains("not on this machine");
        output.check(
            missing || (blocks.len() == forms && blocks.iter().all(|sum| *sum == 3)),
            &format!("counts {blocks:?}"),
        );
    });
}

/// `| head -1`: whoever reads goes away at once, or after a line. No panic, nothing left behind.
fn a_reader_that_goes_away(step: &str) {
    let scene = main_scene(step);
    let mut lines: Vec<Vec<&str>> = vec![
        vec![&scene],
        vec![&scene, "--json"],
        vec![&scene, "--repeat", "3"],
        vec![&scene, "--predict"],
        vec!["--list"],
        vec!["--help"],
    ];
    let mistakes = scenes(step);
    let mistake = mistakes.iter().find(|scene| scene.mistake);
    if let Some(mistake) = mistake {
        lines.push(vec![&mistake.name, "--broken"]);
    }
    if asked_of(step).has_half("serve") {
        lines.push(vec!["serve", "127.0.0.1:0"]);
    }
    for args in lines {
        closed_early(step, &args, false);
        if args[0] != "serve" {
            closed_early(step, &args, true);
        }
    }
}

#[track_caller]
fn closed_early(step: &str, args: &[&str], after_a_byte: bool) {
    use std::io::Read;
    use std::os::fd::OwnedFd;
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let run = Run::new(step).args(args).input("r\n\n\n\n");
    if !after_a_byte {
        drop(reader);
        let child = run.start(Stdio::from(OwnedFd::from(writer)), Stdio::piped());
        return ended(child, step, args);
    }
    let child = run.start(Stdio::from(OwnedFd::from(writer)), Stdio::piped());
    let mut byte = [0];
    // A program may also end without a word.
    let _ = reader.read(&mut byte);
    drop(reader);
    ended(child, step, args);
}

#[track_caller]
fn ended(mut child: std::process::Child, step: &str, args: &[&str]) {
    use std::os::fd::OwnedFd;
    let stderr = child.stderr.take().map(OwnedFd::from);
    let shown = format!("{step} {} (nobody reads)", args.join(" "));
    course_tests::run::finish(child, None, stderr, shown)
        .exits(0)
        .quiet();
}

/// A standard output that takes nothing is an error, and no panic.
fn a_full_disk(step: &str) {
    let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else {
        return course_tests::not_run("a full disk", "no /dev/full");
    };
    for args in [&["--list"][..], &["--help"], &[], &["--json"]] {
        let full = full.try_clone().expect("a copy of a descriptor");
        let mut child = Run::new(step)
            .args(args)
            .start(Stdio::from(full), Stdio::piped());
        let stderr = child.stderr.take().map(Into::into);
        let shown = format!("{step} {} > /dev/full", args.join(" "));
        let output = course_tests::run::finish(child, None, stderr, shown).exits(1);
        output.check(
            output.complaints().len() == 1 && !output.stderr.contains("panicked"),
            "not one clear line",
        );
    }
}

fn the_layers_are_named_alike_everywhere(step: &str) {
    let scene = main_scene(step);
    for layer in LAYERS {
        let output = played(step, &[&scene, "--layer", layer]).exits(0);
        let names = output.stdout.lines().next().unwrap_or_default().to_owned();
        output.check(
            names.contains(layer) || output.stdout.contains(&format!("not in {layer}")),
            "does not say in which layer it is",
        );
    }
}
