//! The house stands as it was drawn: who leans on whom, what each crate holds, how long a file is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use course_tests::circles::circles;
use course_tests::listed::{listed_steps, texts};
use course_tests::programs::cargo;
use course_tests::{STEPS, root};
use serde_json::Value;

/// The most lines of a file of a step: what can be read in one sitting.
const LINES: usize = 180;

/// The arrows between the crates, beside those of the steps: whom each may depend on.
///
/// One vocabulary, the record, at the bottom. What observes a run writes it, and what shows one reads it: neither knows
/// the other, nor the course. The programs and the stage stand on all three.
const ARROWS: &[(&str, &[&str])] = &[
    ("record", &[]),
    ("stack", &["record"]),
    ("observe", &["record", "stack"]),
    ("show", &["record"]),
    ("lens", &["observe", "record", "show"]),
    ("lab", &["lab-macros", "observe", "record", "show"]),
    ("lab-macros", &[]),
    ("grader", &["observe", "record", "show"]),
    // It plays the programs from outside.
    ("course-tests", &[]),
];

/// What tests may take besides: what is observed is easier to read where it is shown.
const ARROWS_OF_TESTS: &[(&str, &str)] = &[("observe", "show")];

/// One dependency inside the course.
struct Arrow {
    to: String,
    optional: bool,
    without_defaults: bool,
    for_tests: bool,
}

/// The dependencies inside the course, by package.
fn arrows() -> BTreeMap<String, Vec<Arrow>> {
    let output = cargo()
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--locked",
            "--format-version=1",
        ])
        .output()
        .expect("cargo can be started");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let ours: BTreeSet<String> = packages.iter().map(name).collect();
    let arrows = packages.iter().map(|package| {
        let all = package["dependencies"].as_array().into_iter().flatten();
        let inside = all.filter(|dependency| ours.contains(&name(dependency)));
        let inside = inside.map(|dependency| Arrow {
            to: name(dependency),
            optional: dependency["optional"] == true,
            without_defaults: dependency["uses_default_features"] == false,
            for_tests: dependency["kind"] == "dev",
        });
        (name(package), inside.collect())
    });
    arrows.collect()
}

/// A step's library stands on the libraries of earlier steps, its program on the stage besides; the others as in the
/// table. A crate that is in no table is in nobody's plan.
#[test]
fn only_the_arrows_of_the_plan() {
    let arrows = arrows();
    for step in STEPS {
        assert!(arrows.contains_key(step), "no package {step}");
    }
    let is_step = |name: &str| STEPS.contains(&name);
    for (package, on) in &arrows {
        let row = ARROWS.iter().find(|(name, _)| name == package);
        assert!(
            row.is_some() || is_step(package),
            "no table of arrows has {package}"
        );
        for arrow in on {
            let (from, to) = (package.as_str(), arrow.to.as_str());
            let allowed = match row {
                Some((_, allowed)) => {
                    allowed.contains(&to)
                        || arrow.for_tests && ARROWS_OF_TESTS.contains(&(from, to))
                }
                // The first picture is all scenes and no library.
                None if to == "lab" => arrow.optional || from == STEPS[0],
                None => is_step(to) && to < from && arrow.without_defaults,
            };
            assert!(allowed, "{from} may not depend on {to} in this way");
        }
    }
}

/// Every crate can be read from the bottom up: no file leans on one that leans on it, over whichever way.
/// What leaning is, [`course_tests::circles`] says.
#[test]
fn no_circle_of_files() {
    let mut wrong = Vec::new();
    for (name, source) in sources() {
        let circles = circles(&roots(&source)).unwrap_or_else(|why| panic!("{name}: {why}"));
        for circle in circles {
            let edges = circle.iter().map(|edge| format!("  {edge}"));
            let edges: Vec<String> = edges.collect();
            wrong.push(format!("a circle in {name}:\n{}", edges.join("\n")));
        }
    }
    let wrong = wrong
        .join("\n")
        .replace(&format!("{}/", root().display()), "");
    assert!(wrong.is_empty(), "{wrong}");
}

/// What a test prints, the harness keeps to itself when the test passes: a test that did nothing would look like one
/// that did its work. It says so by `not_run`, which counts it.
#[test]
fn no_test_prints_what_nobody_reads() {
    let mut wrong = Vec::new();
    for (_, source) in sources() {
        for file in files(&source.with_file_name("tests")) {
            let text = read(&file);
            let lines = text.lines().enumerate();
            let prints = |line: &str| {
                // In two pieces, for this is a test too.
                let word = concat!("print", "ln!(");
                line.contains(word) && !line.trim_start().starts_with("//")
            };
            wrong.extend(
                lines
                    .filter(|(_, line)| prints(line))
                    .map(|(number, line)| format!("{}:{}: {line}", file.display(), number + 1)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every crate, with the folder of its sources.
fn sources() -> Vec<(String, PathBuf)> {
    let crates = fs::read_dir(root().join("crates")).expect("crates/");
    let folders = crates.flatten().map(|entry| entry.path());
    let mut found: Vec<(String, PathBuf)> = folders
        .chain([root().join("tests")])
        .map(|folder| {
            let name = folder.file_name().unwrap_or_default();
            (name.to_string_lossy().into_owned(), folder.join("src"))
        })
        .collect();
    found.sort();
    found
}

/// The files that Cargo begins with: the library, the program, and what stands in `bin`.
fn roots(source: &Path) -> Vec<PathBuf> {
    let mut roots = vec![source.join("lib.rs"), source.join("main.rs")];
    roots.extend(
        fs::read_dir(source.join("bin"))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path()),
    );
    roots.retain(|root| root.is_file());
    assert!(!roots.is_empty(), "{}: no crate", source.display());
    roots
}

/// The graph of prerequisites is the one that Cargo knows.
#[test]
fn a_step_needs_the_steps_whose_functions_it_calls() {
    let arrows = arrows();
    for step in listed_steps() {
        let package = step["package"].as_str().expect("each has a package");
        let called = arrows[package].iter().map(|arrow| arrow.to.as_str());
        let called: BTreeSet<&str> = called.filter(|other| other.starts_with("step")).collect();
        let needs = texts(&step, "needs");
        // The first picture has no functions, and comes before everything.
        let needs: BTreeSet<&str> = needs
            .into_iter()
            .filter(|needed| *needed != STEPS[0])
            .collect();
        assert_eq!(
            needs, called,
            "{package}: needs in lessons/course.toml on the left, dependencies on the right"
        );
    }
}

/// What a step teaches, the libraries of later steps call by its functions.
#[test]
fn no_library_makes_a_call_by_hand_that_an_earlier_one_has() {
    let steps = listed_steps();
    let mut taught: Vec<(&str, &str)> = Vec::new();
    let mut twice = Vec::new();
    for step in &steps {
        let package = step["package"].as_str().expect("each has a package");
        for file in files(&root().join("crates").join(package).join("src")) {
            let name = file.strip_prefix(root()).unwrap_or(&file).to_string_lossy();
            if !name.contains("/src/with_") {
                continue;
            }
            let text = read(&file);
            let lines = text.lines().map(str::trim_start).enumerate();
            for (number, line) in lines.filter(|(_, line)| !line.starts_with("//")) {
                for (call, earlier) in &taught {
                    // nix's modules have the names `socket` and `unistd`.
                    let by_hand = ["libc", "socket", "unistd"].map(|of| format!("{of}::{call}("));
                    let made = |of: &String| {
                        line.match_indices(of.as_str())
                            .any(|(at, _)| !line[..at].ends_with('_'))
                    };
                    if by_hand.iter().any(made) {
                        twice.push(format!("{name}:{}: {earlier} has {call}", number + 1));
                    }
                }
            }
        }
        let calls = texts(step, "calls").into_iter();
        taught.extend(calls.map(|call| (call, package)));
    }
    assert!(twice.is_empty(), "written twice:\n{}", twice.join("\n"));
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn a_file_of_a_step_is_read_in_one_sitting() {
    let mut long = Vec::new();
    for step in STEPS {
        let step = root().join("crates").join(step);
        for file in [files(&step.join("src")), files(&step.join("guests"))].concat() {
            let lines = read(&file).lines().count();
            if lines > LINES {
                let name = file.strip_prefix(root()).unwrap_or(&file);
                long.push(format!("{}: {lines} lines", name.display()));
            }
        }
    }
    assert!(long.is_empty(), "over {LINES} lines:\n{}", long.join("\n"));
}

#[test]
fn a_step_holds_what_a_step_holds() {
    for step in STEPS.into_iter().filter(|step| *step != "step00-hello") {
        let folder = root().join("crates").join(step).join("src");
        let library = read(&folder.join("lib.rs"));
        for layer in ["with_libc", "with_nix", "with_socket2", "with_std"] {
            let module = format!("pub mod {layer};");
            assert!(library.contains(&module), "{step}: lib.rs lacks {module}");
            read(&folder.join(layer).with_extension("rs"));
        }
        let program = read(&folder.join("main.rs"));
        for module in ["scenes", "mistakes"] {
            let line = format!("mod {module};");
            assert!(
                program.lines().any(|l| l == line),
                "{step}: main.rs lacks {line}"
            );
            assert!(!library.contains(&line), "{step}: lib.rs has {line}");
            let file = folder.join(module).with_extension("rs");
            assert!(
                file.is_file() || folder.join(module).join("mod.rs").is_file(),
                "{step}: no {module}.rs"
            );
        }
    }
}

/// A step's library knows neither who plays it nor who watches.
#[test]
fn libraries_are_calls_only() {
    for step in STEPS.into_iter().filter(|step| *step != "step00-hello") {
        for file in files(&root().join("crates").join(step).join("src")) {
            let name = file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if name != "lib.rs" && !name.starts_with("with_") {
                continue;
            }
            for (number, line) in read(&file).lines().enumerate() {
                let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
                let word = words.find(|word| matches!(*word, "lab" | "lens"));
                assert_eq!(word, None, "{}:{}", file.display(), number + 1);
            }
        }
    }
}

/// Features stand in the workspace's manifest and nowhere else.
#[test]
fn members_take_their_dependencies_from_the_workspace() {
    let mut manifests: Vec<PathBuf> = fs::read_dir(root().join("crates"))
        .expect("crates/")
        .flatten()
        .map(|entry| entry.path().join("Cargo.toml"))
        .collect();
    manifests.push(root().join("tests/Cargo.toml"));
    for manifest in manifests {
        let text = read(&manifest);
        let mut inside = false;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            if line.starts_with('[') {
                inside = line.contains("dependencies");
                continue;
            }
            let own = inside && !line.starts_with('#') && !line.contains("workspace = true");
            assert!(!own, "{}: {line}", manifest.display());
        }
        assert!(
            text.contains("[lints]\nworkspace = true"),
            "{}: not the workspace's lints",
            manifest.display()
        );
    }
}
