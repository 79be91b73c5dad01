//! What a page points to: other files, their headings, and the scenes of the steps.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::lesson::Problem;
use crate::sync::{Page, Typed};

/// Finds links that lead nowhere: to a file that is not there, to a heading that the file does not have.
/// Addresses on other machines are not looked at: the course needs no network.
pub fn dead_links(page: &Page, root: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (offset, target) in links(&page.text) {
        if target.contains("://") || target.starts_with("mailto:") {
            continue;
        }
        let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
        let problem = |what: String| Problem {
            file: page.path.clone(),
            line: line_of(&page.text, offset),
            what,
        };
        if path.is_empty() {
            if !headings(&page.text).contains(anchor) {
                problems.push(problem(format!("this page has no heading #{anchor}")));
            }
            continue;
        }
        let file = beside(&page.path, path);
        if !root.join(&file).exists() {
            problems.push(problem(format!(
                "the link {target:?} leads to {}, which is not there",
                file.display()
            )));
            continue;
        }
        if anchor.is_empty() {
            continue;
        }
        let text = std::fs::read_to_string(root.join(&file)).unwrap_or_default();
        if !headings(&text).contains(anchor) {
            problems.push(problem(format!(
                "{} has no heading #{anchor}",
                file.display()
            )));
        }
    }
    problems
}

/// The commands of the course that a page shows anywhere, with their lines.
pub fn commands(page: &Page) -> Vec<(usize, Typed)> {
    let mut found = Vec::new();
    for (index, line) in page.text.lines().enumerate() {
        let in_comment = line.trim_start().starts_with("<!--");
        let text = line
            .trim_start_matches("<!-- output:")
            .trim_start()
            .trim_start_matches("$ ");
        if text.starts_with("cargo ") {
            let command = text
                .split(" | ")
                .next()
                .unwrap_or(text)
                .trim_end_matches("-->");
            // In a block to type, what stands far to the right explains the command.
            let command = command.split("   ").next().unwrap_or(command);
            found.extend(Typed::parse(command.trim()).map(|typed| (index + 1, typed)));
        }
        if !in_comment {
            let inline = line.split('`').skip(1).step_by(2).filter_map(Typed::parse);
            found.extend(inline.map(|typed| (index + 1, typed)));
        }
    }
    found
}

fn links(text: &str) -> Vec<(usize, String)> {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter();
    let mut found: Vec<(usize, String)> = Vec::new();
    for (event, range) in events {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                found.push((range.start, dest_url.into_string()));
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                for attribute in ["src=\"", "srcset=\"", "href=\""] {
                    let values = html
                        .split(attribute)
                        .skip(1)
                        .filter_map(|rest| rest.split('"').next());
                    found.extend(values.map(|value| (range.start, value.to_owned())));
                }
            }
            _ => {}
        }
    }
    found
}

/// The anchors of a page's headings, as forges make them.
pub fn headings(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                found.extend(heading.take().map(|text| anchor(&text)))
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            _ => {}
        }
    }
    found
}

fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// A path as it stands in a page, from the workspace root.
fn beside(page: &str, path: &str) -> PathBuf {
    let mut found = PathBuf::from(page);
    found.pop();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                found.pop();
            }
            Component::Normal(part) => found.push(part),
            _ => {}
        }
    }
    found
}

fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Page {
        Page {
            path: "lessons/03-accept.md".into(),
            text: text.into(),
        }
    }

    #[test]
    fn links_and_anchors_are_followed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let good = page(
            "# One heading, `code` too\n[a](#one-heading-code-too) [b](../README.md) [c](https://x.invalid/)\n",
        );
        assert_eq!(dead_links(&good, &root), []);
        let bad = page(
            "# One\n\n[a](#two)\n[b](../nowhere.md)\n<picture><img src=\"no.svg\"></picture>\n",
        );
        let lines: Vec<usize> = dead_links(&bad, &root)
            .iter()
            .map(|problem| problem.line)
            .collect();
        assert!(lines.len() >= 2 && lines.contains(&3), "{lines:?}");
    }

    #[test]
    fn commands_are_found_in_blocks_lines_and_comments() {
        let text = "Type `cargo step03 --list`.\n\n    cargo run -p step03-accept -- x      what it does\n\n<!-- output: cargo step03 y | from \"A\" -->\n```text\n```\n";
        let found: Vec<(usize, String)> = commands(&page(text))
            .into_iter()
            .map(|(line, typed)| (line, typed.args.join(" ")))
            .collect();
        assert_eq!(
            found,
            [
                (1, "--list".to_owned()),
                (3, "x".to_owned()),
                (5, "y".to_owned())
            ]
        );
    }
}
