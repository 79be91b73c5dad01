//! Keeping the lessons true: each block is what its source or its command says now.

use std::collections::BTreeSet;
use std::path::Path;

use crate::diff::difference;
use crate::lesson::{Block, Origin, Problem, blocks, cut, region};
use crate::normal::{asked, normal_form_of_part};
use crate::programs::installed;
use crate::run::Run;

/// What a block needs that is otherwise in an optimised build.
const DEBUG_BUILD: &str = "debug-build";

/// A lesson, or another page that is held to the code.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its path from the workspace root.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What a look at a page gave.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The blocks that could not be checked on this machine: line, and what is missing.
    pub skipped: Vec<(usize, String)>,
    /// The text with each stale block made new.
    pub renewed: String,
}

/// Holds every block of a page against its source or its command.
pub fn check(page: &Page, root: &Path) -> Checked {
    let mut checked = Checked {
        renewed: page.text.clone(),
        ..Checked::default()
    };
    let found = match blocks(&page.text) {
        Ok(found) => found,
        Err((line, what)) => {
            checked.problems.push(Problem {
                file: page.path.clone(),
                line,
                what,
            });
            return checked;
        }
    };
    let lines: Vec<&str> = page.text.lines().collect();
    let mut renewed: Vec<String> = Vec::new();
    let mut copied = 0;
    for block in &found {
        let shown = lines[block.lines.clone()].join("\n");
        let problem = |what: String| Problem {
            file: page.path.clone(),
            line: block.line,
            what,
        };
        match expected(block, root) {
            Expected::Nothing => {}
            Expected::Missing(what) => checked.skipped.push((block.line, what)),
            Expected::Wrong(what) => checked.problems.push(problem(what)),
            Expected::Text(now, whole) => {
                let asked = asked(&whole);
                let form = |text: &str| match block.origin {
                    Some(Origin::Output { .. }) => normal_form_of_part(text, &asked),
                    _ => text.to_owned(),
                };
                let (before, after) = (form(&shown), form(&now));
                if before != after {
                    let what = stale(block, &before, &after);
                    checked.problems.push(problem(what));
                    renewed.extend(
                        lines[copied..block.lines.start]
                            .iter()
                            .map(|line| (*line).to_owned()),
                    );
                    renewed.extend(now.lines().map(str::to_owned));
                    copied = block.lines.end;
                }
            }
        }
    }
    if copied > 0 {
        renewed.extend(lines[copied..].iter().map(|line| (*line).to_owned()));
        checked.renewed = renewed.join("\n") + "\n";
    }
    checked
}

fn stale(block: &Block, before: &str, after: &str) -> String {
    let what = match &block.origin {
        Some(Origin::Output { command, .. }) => format!("`{command}`"),
        Some(Origin::Source { file, .. }) => file.clone(),
        _ => String::new(),
    };
    let difference = difference(before, after);
    format!(
        "this block is not what {what} has now (- the page, + now); `cargo course sync` renews it\n{difference}"
    )
}

enum Expected {
    /// What the block is to have, and the whole that it is cut out of.
    Text(String, String),
    Nothing,
    Missing(String),
    Wrong(String),
}

fn expected(block: &Block, root: &Path) -> Expected {
    match &block.origin {
        Some(Origin::Free(_)) => Expected::Nothing,
        None if matches!(block.language.as_str(), "c" | "sh") => Expected::Nothing,
        None => Expected::Wrong(format!(
            "a block of {:?} names neither a source nor a command",
            block.language
        )),
        Some(Origin::Source {
            file,
            region: which,
        }) => match std::fs::read_to_string(root.join(file)) {
            Err(error) => Expected::Wrong(format!("{file}: {error}")),
            Ok(text) => match region(&text, which) {
                Ok(lines) => Expected::Text(lines.join("\n"), text),
                Err(what) => Expected::Wrong(format!("{file}: {what}")),
            },
        },
        Some(Origin::Output {
            command,
            from,
            to,
            needs,
        }) => {
            let (build, needs): (Vec<_>, Vec<_>) =
                needs.iter().partition(|need| *need == DEBUG_BUILD);
            if !build.is_empty() && !cfg!(debug_assertions) {
                return Expected::Missing(format!("`{command}` is shown as a debug build has it"));
            }
            if let Some(missing) = needs.iter().find(|program| installed(program).is_none()) {
                return Expected::Missing(format!(
                    "`{command}` needs {missing}, which is not on this machine"
                ));
            }
            let text = output(command);
            if let Ok(text) = &text
                && let Some(line) = text.lines().find(|line| line.starts_with("no packets: "))
            {
                return Expected::Missing(format!("`{command}`: {line}"));
            }
            // Another program may just now have the port that a scene must have, say.
            if let Ok(Some(missing)) = text
                .as_ref()
                .map(|text| text.split_once("not on this machine: "))
            {
                return Expected::Missing(format!("`{command}`: {}", missing.1.trim()));
            }
            let cut = text.and_then(|text| {
                let lines = cut(&text, from.as_deref(), to.as_deref())?;
                Ok(Expected::Text(lines.join("\n"), text))
            });
            match cut {
                Ok(expected) => expected,
                Err(what) => Expected::Wrong(format!("`{command}`: {what}")),
            }
        }
    }
}

/// What a command of a page prints, errors included, on 80 columns.
fn output(command: &str) -> Result<String, String> {
    let typed = Typed::parse(command)
        .ok_or("only the course's own programs are run for a block of output")?;
    let output = Run::new(&typed.program)
        .args(&typed.args)
        .env("COLUMNS", "80")
        .output();
    Ok(output.stdout + &output.stderr)
}

/// A command of the course, as it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// The program's name.
    pub program: String,
    /// What stands behind `--`.
    pub args: Vec<String>,
}

impl Typed {
    /// Understands `cargo run -p NAME -- ARGS` and the aliases `cargo stepNN ARGS` and `cargo lens ARGS`.
    pub fn parse(command: &str) -> Option<Typed> {
        let mut words = command.split_whitespace().map(str::to_owned);
        if words.next()? != "cargo" {
            return None;
        }
        let second = words.next()?;
        let rest: Vec<String> = words.collect();
        if second == "run" {
            let rest: Vec<String> = rest
                .into_iter()
                .filter(|word| word != "--quiet" && word != "-q")
                .collect();
            let [flag, program, args @ ..] = rest.as_slice() else {
                return None;
            };
            let args = match args {
                [dashes, args @ ..] if dashes == "--" => args,
                [] => args,
                _ => return None,
            };
            return (flag == "-p").then(|| Typed {
                program: program.clone(),
                args: args.to_vec(),
            });
        }
        let program = if second == "lens" {
            second
        } else {
            let wanted = format!("{second}-");
            crate::STEPS
                .iter()
                .find(|step| step.starts_with(&wanted))?
                .to_string()
        };
        Some(Typed {
            program,
            args: rest,
        })
    }
}

/// The pages that are held to the code: the lessons, and the README.
///
/// # Errors
///
/// A page that cannot be read.
pub fn pages(root: &Path) -> std::io::Result<Vec<Page>> {
    let mut paths = BTreeSet::from(["README.md".to_owned()]);
    for entry in std::fs::read_dir(root.join("lessons"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") {
            paths.insert(format!("lessons/{name}"));
        }
    }
    let read = |path: String| {
        Ok(Page {
            text: std::fs::read_to_string(root.join(&path))?,
            path,
        })
    };
    paths.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::Typed;

    #[test]
    fn commands_are_understood_as_they_are_typed() {
        let typed = |program: &str, args: &[&str]| {
            Some(Typed {
                program: program.into(),
                args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            })
        };
        assert_eq!(
            Typed::parse("cargo run -p step03-accept"),
            typed("step03-accept", &[])
        );
        assert_eq!(
            Typed::parse("cargo run -q -p step03-accept -- x --plain"),
            typed("step03-accept", &["x", "--plain"])
        );
        assert_eq!(
            Typed::parse("cargo step03 --list"),
            typed("step03-accept", &["--list"])
        );
        assert_eq!(Typed::parse("cargo lens true"), typed("lens", &["true"]));
        assert_eq!(Typed::parse("cargo run -p step03-accept x"), None);
        assert_eq!(Typed::parse("nc 127.0.0.1 9000"), None);
    }
}
