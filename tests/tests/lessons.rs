//! The lessons are held to the code: blocks, links, commands, scenes, diagrams, drawings, the list of steps.

use std::collections::BTreeSet;
use std::sync::Mutex;

use course_tests::lesson::Problem;
use course_tests::listed::{listed_steps, texts};
use course_tests::sync::{Page, Typed, check, pages};
use course_tests::{
    STEPS, assert_same, diagram, drawing, links, matrix, normal_form, not_run, root, scenes,
    side_by_side,
};

#[track_caller]
fn every_page() -> Vec<Page> {
    pages(root()).expect("the pages can be read")
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
    side_by_side(3, every_page(), |page| {
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
    let pages = every_page();
    for step in STEPS {
        let number = &step[4..6];
        let lesson = pages
            .iter()
            .find(|page| page.path.starts_with(&format!("lessons/{number}-")));
        let lesson = lesson.unwrap_or_else(|| panic!("{step} has no lesson"));
        for scene in scenes(step) {
            assert!(
                lesson.text.contains(&scene.name),
                "{} does not name the scene {}",
                lesson.path,
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
    let stale = matrix::check(page, &rows, matrix::lesson_beside);
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
    let readme = std::fs::read_to_string(root().join("README.md")).expect("there is a README");
    let mut packages = Vec::new();
    for step in &steps {
        let package = step["package"].as_str().expect("each has a package");
        let lesson = step["lesson"].as_str().expect("each has a lesson");
        let title = step["title"].as_str().expect("each has a title");
        packages.push(package);
        let text = std::fs::read_to_string(root().join("lessons").join(lesson));
        let text = text.unwrap_or_else(|error| panic!("lessons/{lesson}: {error}"));
        let heading = text
            .lines()
            .find(|line| line.starts_with("# "))
            .unwrap_or_default();
        assert!(
            heading.ends_with(title),
            "lessons/{lesson} begins {heading:?}, the list says {title:?}"
        );
        let row = readme
            .lines()
            .find(|line| line.starts_with("| ") && line.contains(&format!("`{package}`")));
        let row = row.unwrap_or_else(|| panic!("the README's table has no {package}"));
        for call in texts(step, "calls") {
            assert!(
                row.contains(&format!("`{call}`")),
                "the README's row of {package} lacks {call}"
            );
        }
        for needed in texts(step, "needs") {
            assert!(
                packages.contains(&needed),
                "{package} needs {needed}, which does not come before it"
            );
        }
    }
    assert_eq!(
        packages, STEPS,
        "lessons/course.toml has other steps than the workspace"
    );
}

#[test]
fn every_lesson_is_of_the_length_of_a_lesson() {
    for page in every_page()
        .iter()
        .filter(|page| page.path.starts_with("lessons/0") || page.path.starts_with("lessons/1"))
    {
        let mut fenced = false;
        let prose = page.text.lines().filter(|line| {
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
        let least = if page.path.contains("/00-") {
            500
        } else {
            1200
        };
        assert!(
            (least..=2500).contains(&count),
            "{} has {count} words, not {least} to 2500",
            page.path
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
