//! What repeats the list of steps and is written from it: the tables of the two READMEs, and the short commands.

use std::fs;
use std::path::Path;

use toml::Table;

use crate::listed::{lesson, listed_steps, minutes, number, texts, word};
use crate::written::between;

/// A file that repeats the list of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// Its path from the workspace root.
    pub path: &'static str,
    /// What is there.
    pub old: String,
    /// What should be there.
    pub now: String,
}

/// A file, the lines between which the list stands in it, what stands above it there, and the line of a step.
type Place = (
    &'static str,
    [&'static str; 2],
    &'static str,
    fn(&Table) -> String,
);

const PLACES: [Place; 3] = [
    (
        "README.md",
        ["<!-- steps -->", "<!-- end of steps -->"],
        "\n| step | calls | what you see |\n|---|---|---|\n",
        in_readme,
    ),
    (
        "lessons/README.md",
        ["<!-- steps -->", "<!-- end of steps -->"],
        "\n| lesson | calls | minutes |\n|---|---|---|\n",
        in_lessons,
    ),
    (
        ".cargo/config.toml",
        [
            "# The steps, by `cargo course sync`:",
            "# End of the steps.",
        ],
        "",
        in_aliases,
    ),
];

/// Every file that repeats the list of steps.
///
/// # Errors
///
/// A file that cannot be read, or in which the place of the list is not marked.
pub fn all(root: &Path) -> Result<Vec<Repeated>, String> {
    let steps = listed_steps();
    let repeated = |(path, [begin, end], head, line): &Place| {
        let old =
            fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))?;
        let (before, _, after) = between(&old, begin, end)
            .ok_or_else(|| format!("{path}: no line `{begin}` with a line `{end}` after it"))?;
        let lines: String = steps.iter().map(|step| line(step) + "\n").collect();
        // A table is a paragraph of its own.
        let space = if head.is_empty() { "" } else { "\n" };
        let now = format!("{before}\n{head}{lines}{space}{after}");
        Ok(Repeated { path, old, now })
    };
    PLACES.iter().map(repeated).collect()
}

fn in_readme(step: &Table) -> String {
    let optional = if is_core(step) { "" } else { " (optional)" };
    format!(
        "| `{}` | {} | {}{optional} |",
        word(step, "package"),
        calls(step),
        word(step, "sees")
    )
}

fn in_lessons(step: &Table) -> String {
    let package = word(step, "package");
    // The title begins with what it is about.
    let title = word(step, "title");
    let name = title.split(':').next().unwrap_or(title);
    let optional = if is_core(step) { "" } else { ", optional" };
    format!(
        "| [{}. {name}]({}){optional} | {} | {} |",
        number(package),
        lesson(package),
        calls(step),
        minutes(step)
    )
}

fn in_aliases(step: &Table) -> String {
    let package = word(step, "package");
    let name = package.split('-').next().unwrap_or(package);
    format!("{name} = \"run --quiet --package {package} --\"")
}

fn is_core(step: &Table) -> bool {
    step["core"].as_bool() == Some(true)
}

fn calls(step: &Table) -> String {
    match step.get("calls_in_words").and_then(toml::Value::as_str) {
        Some(words) => words.to_owned(),
        None => {
            let calls = texts(step, "calls").into_iter();
            calls
                .map(|call| format!("`{call}`"))
                .collect::<Vec<_>>()
                .join(", ")
        }
    }
}
