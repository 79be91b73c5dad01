//! The first thing a learner reads is what the first command prints.

use std::fs;

use course_tests::{assert_same, normal_form, not_run, root, run};

const COMMAND: &str = "cargo run -p step03-accept";

#[test]
fn the_transcript_is_what_the_command_prints() {
    let Ok(readme) = fs::read_to_string(root().join("README.md")) else {
        return not_run("the README's transcript", "no README.md");
    };
    // The command stands in the text before it stands above its output.
    let blocks = readme.match_indices(COMMAND).filter_map(|(at, _)| {
        let rest = &readme[at..];
        let mut lines = rest.lines().skip(1).peekable();
        while lines.peek().is_some_and(|line| line.is_empty()) {
            lines.next();
        }
        lines.next().filter(|line| line.starts_with("```"))?;
        let block = lines.take_while(|line| !line.starts_with("```"));
        Some(block.map(|line| format!("{line}\n")).collect::<String>())
    });
    let mut blocks = blocks.peekable();
    let Some(block) = blocks.next() else {
        panic!("README.md has no block behind a line with {COMMAND}");
    };
    if block.trim().is_empty() {
        return not_run("the README's transcript", "its block is still empty");
    }
    let printed = run("step03-accept", &[]).exits(0);
    if !printed.stderr.is_empty() {
        return not_run("the README's transcript", printed.stderr.trim());
    }
    assert_same(
        &normal_form(&block),
        &normal_form(&printed.stdout),
        "README.md and the program",
    );
}
