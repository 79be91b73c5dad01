//! The lessons are held to the code: blocks, links, commands, scenes, diagrams, drawings, the list of steps.

use std::collections::BTreeSet;
use std::sync::Mutex;

use course_tests::lesson::Problem;
use course_tests::listed::{lesson, listed_steps, minutes, number, texts, word};
use course_tests::side_by_side::AT_ONCE;
use course_tests::sync::{Page, Typed, check, pages};
use course_tests::{
    STEPS, assert_same, diagram, drawing, links, matrix, normal_form, not_run, played, root,
    scenes, side_by_side, tables,
};

#[track_caller]
fn every_page() -> Vec<Page> {
    pages(root()).expect("the pages can be read")
}

/// A file by its path from the workspace root.
#[track_caller]
fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[track_caller]
fn none(problems: &[Problem]) {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(
        problems.is_empty(),
        "{} problems\n{}",
        problems.len(),
        lines.join("\n")
    );
}

#[test]
fn every_block_is_what_its_source_or_its_command_says_now() {
    let problems = Mutex::new(Vec::new());
    side_by_side(AT_ONCE, every_page(), |page| {
        let checked = check(&page, root());
        for (line, what) in checked.skipped {
            not_run(&format!("{}:{line}", page.path), &what);
        }
        let mut problems = problems.lock().expect("nobody panics with it");
        problems.extend(checked.problems);
    });
    let mut problems = problems.into_inner().expect("nobody panicked with it");
    problems.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
    none(&problems);
}

#[test]
fn every_link_leads_somewhere() {
    let problems: Vec<Problem> = every_page()
        .iter()
        .flat_map(|page| links::dead_links(page, root()))
        .collect();
    none(&problems);
}

#[test]
fn every_command_names_a_program_a_scene_and_options_that_are_there() {
    let mut problems = Vec::new();
    for page in every_page() {
        for (line, typed) in links::commands(&page) {
            if let Err(what) = understood(&typed) {
                problems.push(Problem {
                    file: page.path.clone(),
                    line,
                    what,
                });
            }
        }
    }
    none(&problems);
}

/// Whether a step has what a command asks of it, by the step's own lists.
fn understood(typed: &Typed) -> Result<(), String> {
    if typed.program == "lens" {
        return Ok(());
    }
    let Some(step) = STEPS.iter().find(|step| **step == typed.program) else {
        return Err(format!("the course has no program {}", typed.program));
    };
    let help = course_tests::run(step, &["--help"]).exits(0).stdout;
    let mut args = typed.args.iter();
    let mut words = Vec::new();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--layer" | "--repeat" | "--me" | "--peer" | "--svg" | "--html" | "--pcap" => {
                args.next();
            }
            flag if flag.starts_with("--")
                && !help.contains(&format!("{flag} "))
                && !help.contains(&format!("{flag},")) =>
            {
                return Err(format!("{step} has no option {flag}"));
            }
            flag if flag.starts_with('-') => {}
            word => words.push(word),
        }
    }
    match words.first() {
        None => Ok(()),
        // A half, or a command of the step's own.
        Some(name) if help.contains(&format!("-p {step} -- {name} [")) => Ok(()),
        Some(name) if scenes(step).iter().any(|scene| scene.name == **name) => Ok(()),
        Some(name) => Err(format!("{step} has no scene {name}")),
    }
}

#[test]
fn every_scene_is_named_in_its_lesson() {
    for step in STEPS {
        let path = format!("lessons/{}", lesson(step));
        let text = read(&path);
        for scene in scenes(step) {
            assert!(
                text.contains(&scene.name),
                "{path} does not name the scene {}",
                scene.name
            );
        }
    }
}

#[test]
fn the_matrix_is_what_the_mistakes_do_now() {
    let rows = matrix::play().expect("every mistake goes as announced");
    let missing = |row: &&matrix::Row| row.cells.iter().any(|cell| cell == "-");
    for row in rows.iter().filter(missing) {
        not_run(
            &format!("{} in some layer", row.mistake),
            "the machine lacks what it needs",
        );
    }
    let pages = every_page();
    let page = pages
        .iter()
        .find(|page| page.path == "lessons/mistakes.md")
        .expect("there is a page of mistakes");
    assert!(
        page.text.contains("<!-- matrix -->"),
        "lessons/mistakes.md has a matrix"
    );
    let stale = matrix::check(page, &rows);
    none(&stale.into_iter().collect::<Vec<_>>());
    for row in rows {
        // Once in the matrix and once in the index by symptom.
        let command = format!("-p {} -- {}`", row.step, row.mistake);
        assert!(
            page.text.contains(&command),
            "the index by symptom lacks {}",
            row.mistake
        );
    }
}

#[test]
fn every_diagram_is_what_its_text_says() {
    for (path, svg) in diagram::all(root()).expect("the diagrams can be drawn") {
        let now = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            now == svg,
            "{} is stale; `cargo course sync` renews it",
            path.display()
        );
    }
}

#[test]
fn every_drawing_is_what_its_step_draws_now() {
    for shown in drawing::all(&every_page()) {
        let path = shown.path.display().to_string();
        match &shown.now {
            Err(why) => not_run(&path, why),
            Ok(now) => assert_same(
                &normal_form(&shown.old),
                &normal_form(now),
                &format!("{path}, which `cargo course sync` renews"),
            ),
        }
    }
}

#[test]
fn the_list_of_steps_is_the_one_the_course_has() {
    let steps = listed_steps();
    let packages: Vec<&str> = steps.iter().map(|step| word(step, "package")).collect();
    assert_eq!(packages, STEPS, "as the tests were made, on the right");
    for (index, step) in steps.iter().enumerate() {
        let package = packages[index];
        assert_eq!(number(package), index, "{package} does not follow");
        for needed in texts(step, "needs") {
            assert!(
                packages[..index].contains(&needed),
                "{package} needs {needed}, which does not come before it"
            );
        }
    }
    // Nothing lies about that the list lacks: it would be in no test.
    let names = packages.iter().map(|package| &package[..6]);
    assert_eq!(stems("crates", "step"), packages);
    assert_eq!(
        stems("tests/tests/steps", "step"),
        names.collect::<Vec<_>>()
    );
    let lessons = packages.iter().map(|package| &package["step".len()..]);
    let numbered = |stem: &String| stem.starts_with(|c: char| c.is_ascii_digit());
    let mut found = stems("lessons", "");
    found.retain(numbered);
    assert_eq!(found, lessons.collect::<Vec<_>>());
}

/// The names in a folder that begin so, without what follows the dot, each once.
fn stems(folder: &str, begin: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder)).expect("the folder is there");
    let names = entries.flatten().map(|entry| entry.file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    let stems = names.map(|name| name.split('.').next().unwrap_or_default().to_owned());
    let stems: BTreeSet<String> = stems.filter(|stem| stem.starts_with(begin)).collect();
    stems.into_iter().collect()
}

#[test]
fn a_step_is_called_the_same_everywhere() {
    for step in listed_steps() {
        let (package, title) = (word(&step, "package"), word(&step, "title"));
        let lesson = format!("lessons/{}", lesson(package));
        let text = read(&lesson);
        let heading = text.lines().find(|line| line.starts_with("# "));
        let expected = format!("# {}. {title}", number(package));
        assert_eq!(heading, Some(&*expected), "{lesson}");
        let list = played(package, &["--list"]).exits(0);
        assert_eq!(list.stdout.lines().next(), Some(title), "{}", list.shown);
        let manifest = read(&format!("crates/{package}/Cargo.toml"));
        let line = format!("description = {title:?}");
        assert!(manifest.contains(&line), "{package} lacks {line}");
        let main = played(package, &[]).exits(0);
        main.check(main.stdout.contains(&lesson), "names another lesson");
    }
}

#[test]
fn what_repeats_the_list_of_steps_is_what_it_says() {
    for file in tables::all(root()).expect("each has a place for it") {
        let what = format!("{}, which `cargo course sync` renews", file.path);
        assert_same(&file.old, &file.now, &what);
    }
}

/// How many words a lesson of so many minutes has at least. None has more than 2500.
fn least_words(minutes: i64) -> usize {
    if minutes < 30 { 500 } else { 1200 }
}

#[test]
fn every_lesson_is_of_the_length_of_a_lesson() {
    for step in listed_steps() {
        let path = format!("lessons/{}", lesson(word(&step, "package")));
        let mut fenced = false;
        let text = read(&path);
        let prose = text.lines().filter(|line| {
            let fence = line.starts_with("```");
            fenced ^= fence;
            !(fence || fenced || line.starts_with('|') || line.starts_with("<!--"))
        });
        // What stands in `code` is not counted, nor are numbers.
        let words = prose
            .flat_map(|line| line.split('`').step_by(2))
            .flat_map(str::split_whitespace);
        let count = words
            .filter(|word| word.contains(char::is_alphabetic))
            .count();
        let least = least_words(minutes(&step));
        assert!(
            (least..=2500).contains(&count),
            "{path} has {count} words, not {least} to 2500"
        );
    }
}

#[test]
fn lessons_are_plain_markdown_without_includes() {
    let allowed = [
        "details", "/details", "summary", "/summary", "picture", "/picture", "source", "img", "!--",
    ];
    for page in every_page() {
        let mut fenced = false;
        for (index, line) in page.text.lines().enumerate() {
            fenced ^= line.trim_start().starts_with("```");
            assert!(
                !line.contains("{{#"),
                "{}:{}: an include directive",
                page.path,
                index + 1
            );
            if fenced || line.starts_with("    ") {
                continue;
            }
            // What stands in `code` is no HTML.
            let prose: String = line.split('`').step_by(2).collect();
            for tag in prose.split('<').skip(1) {
                let name: String = tag
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || matches!(c, '/' | '!' | '-'))
                    .collect();
                let is_tag = !name.is_empty() && !tag.starts_with("http");
                assert!(
                    !is_tag || allowed.iter().any(|a| name.starts_with(a)),
                    "{}:{}: <{name}>",
                    page.path,
                    index + 1
                );
            }
        }
    }
}

// The sync itself: each thing that can go stale makes it fail and name the place.

fn a_page(text: &str) -> Page {
    Page {
        path: "lessons/a.md".into(),
        text: text.into(),
    }
}

const SOURCE: &str =
    "# A\n\n<!-- source: crates/step01-socket/src/with_libc.rs fn cvt -->\n```rust\n```\n";
const OUTPUT: &str = "# A\n\n<!-- output: cargo run -p step03-accept -- --list -->\n```text\n```\n";

/// A page as `sync` writes it, which `check` finds nothing wrong with.
#[track_caller]
fn renewed(text: &str) -> String {
    let text = check(&a_page(text), root()).renewed;
    none(&check(&a_page(&text), root()).problems);
    text
}

#[test]
fn one_changed_line_of_a_region_is_found() {
    let good = renewed(SOURCE);
    let stale = good.replacen("last_os_error", "last_os_mistake", 1);
    assert_ne!(good, stale, "the region has that line");
    let checked = check(&a_page(&stale), root());
    let [problem] = checked.problems.as_slice() else {
        panic!("{:?}", checked.problems)
    };
    assert_eq!((problem.file.as_str(), problem.line), ("lessons/a.md", 4));
    assert!(
        problem.what.contains("last_os_mistake") && problem.what.contains("\n+"),
        "{problem}"
    );
    assert_eq!(checked.renewed, good);
}

#[test]
fn one_changed_line_of_an_output_is_found() {
    let good = renewed(OUTPUT);
    let stale = good.replacen("forgot-listen", "forgot-lisp", 1);
    assert_ne!(good, stale, "the output has that line");
    let checked = check(&a_page(&stale), root());
    let [problem] = checked.problems.as_slice() else {
        panic!("{:?}", checked.problems)
    };
    assert_eq!(problem.line, 4);
    assert!(
        problem.what.contains("- ") && problem.what.contains("forgot-lisp"),
        "{problem}"
    );
    assert_eq!(checked.renewed, good);
}

#[test]
fn another_port_is_not_another_output() {
    let text = "<!-- output: cargo run -p step03-accept -- accept --layer std -->\n```text\n```\n";
    let once = renewed(text);
    // The second run has other ports, and nothing is renewed for that.
    assert_eq!(check(&a_page(&once), root()).renewed, once);
}

#[test]
fn what_is_missing_is_named_with_its_line() {
    let cases = [
        (
            "\n<!-- source: crates/none.rs -->\n```rust\n```\n",
            3,
            "crates/none.rs",
        ),
        (
            "<!-- source: crates/step01-socket/src/with_libc.rs fn none -->\n```rust\n```\n",
            2,
            "fn none",
        ),
        (
            "<!-- output: cargo run -p step03-accept -- --list | from \"Never\" -->\n```text\n```\n",
            2,
            "Never",
        ),
        (
            "<!-- output: cat /etc/passwd -->\n```text\n```\n",
            2,
            "own programs",
        ),
        ("```rust\nfn x() {}\n```\n", 1, "neither a source"),
    ];
    for (text, line, part) in cases {
        let problems = check(&a_page(text), root()).problems;
        assert!(
            matches!(problems.as_slice(), [p] if p.line == line && p.what.contains(part)),
            "{text}: {problems:?}"
        );
    }
}

#[test]
fn a_command_that_is_not_there_is_found() {
    let text = "`cargo run -p step03-accept -- no-such-scene` and `cargo step03 --no-such-flag` and `cargo run -p step99-x`\n";
    let commands = links::commands(&a_page(text));
    assert_eq!(commands.len(), 3);
    let wrong: BTreeSet<String> = commands
        .iter()
        .filter_map(|(_, typed)| understood(typed).err())
        .collect();
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    assert!(
        understood(
            &Typed::parse("cargo step03 forgot-listen --layer nix --plain").expect("a command")
        )
        .is_ok()
    );
}
