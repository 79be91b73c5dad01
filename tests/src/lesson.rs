//! A lesson as the tests read it: blocks of code that come from a source file, blocks of output that come from a command.
//!
//! What a block shows is named in a comment on the line above it:
//!
//! ```text
//! <!-- source: crates/step03-accept/src/with_libc.rs fn accept -->
//! <!-- source: crates/step03-accept/src/scenes.rs "let listener" to "stage.say" -->
//! <!-- output: cargo run -p step03-accept -- forgot-listen | from "Broken" | to "Why:" | needs python3 -->
//! <!-- free: an exercise -->
//! ```
//!
//! A source is a whole file, an item (`fn NAME`, `def NAME`; without its documentation), or the lines from the first
//! that contains a text to the next that contains another.
//! An output may be cut: `from` the first line that begins with a text, `to` before the next that begins with another.
//! It may need programs (`needs python3 cc`), and `needs debug-build` is for what an optimised build shows otherwise.
//! `free` is for a block that stands for nothing in the repository, and says why.
//! Blocks of `c`, `sh` and `mermaid` need no comment: a prototype from a manual page, a command to type.

use std::ops::Range;

/// Where a block's text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Lines of a source file.
    Source {
        /// The file, from the workspace root.
        file: String,
        /// Which lines.
        region: Region,
    },
    /// What a command prints.
    Output {
        /// The command, as it is typed in the workspace root.
        command: String,
        /// The line it begins with.
        from: Option<String>,
        /// The line it ends before.
        to: Option<String>,
        /// The programs that the machine must have, or `debug-build`.
        needs: Vec<String>,
    },
    /// Nothing in the repository; the reason.
    Free(String),
}

/// Which lines of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Region {
    /// All of them.
    Whole,
    /// The item that begins with these words, such as `fn accept`.
    Item(String),
    /// From the first line that contains the one to the next that contains the other, both included.
    Lines(String, String),
}

/// A block of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The number of the line the block's fence stands on, from 1.
    pub line: usize,
    /// The language after the opening fence.
    pub language: String,
    /// Where it comes from; `None` where nothing is said.
    pub origin: Option<Origin>,
    /// The places of its lines in the lesson's lines, from 0, without the fences.
    pub lines: Range<usize>,
}

/// What is wrong with a lesson, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The lesson's path from the workspace root.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// A sentence, with a difference below it where there is one.
    pub what: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// Finds the blocks of a lesson.
///
/// # Errors
///
/// A comment that is not understood, or a fence that is not closed: the line and what is wrong.
pub fn blocks(text: &str) -> Result<Vec<Block>, (usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut blocks = Vec::new();
    let mut origin = None;
    let mut index = 0;
    while index < lines.len() {
        let line = lines[index].trim();
        if let Some(language) = line.strip_prefix("```") {
            let close = lines[index + 1..]
                .iter()
                .position(|line| line.trim() == "```");
            let Some(length) = close else {
                return Err((index + 1, "this block is never closed".to_owned()));
            };
            blocks.push(Block {
                line: index + 1,
                language: language.trim().to_owned(),
                origin: origin.take(),
                lines: index + 1..index + 1 + length,
            });
            index += length + 2;
            continue;
        }
        if let Some(comment) = line
            .strip_prefix("<!--")
            .and_then(|line| line.strip_suffix("-->"))
        {
            origin = parse_comment(comment.trim()).map_err(|what| (index + 1, what))?;
        } else if !line.is_empty()
            && let Some(stray) = origin.take()
        {
            return Err((index + 1, format!("after {stray:?} a block must follow")));
        }
        index += 1;
    }
    Ok(blocks)
}

fn parse_comment(comment: &str) -> Result<Option<Origin>, String> {
    let Some((kind, rest)) = comment.split_once(':') else {
        return Ok(None);
    };
    let rest = rest.trim();
    Ok(Some(match kind {
        "source" => {
            let (file, region) = rest.split_once(' ').unwrap_or((rest, ""));
            Origin::Source {
                file: file.to_owned(),
                region: parse_region(region.trim())?,
            }
        }
        "output" => {
            let mut parts = rest.split(" | ");
            let command = parts.next().unwrap_or_default().trim().to_owned();
            let (mut from, mut to, mut needs) = (None, None, Vec::new());
            for part in parts.map(str::trim) {
                match part.split_once(' ') {
                    Some(("from", text)) => from = Some(quoted(text)?),
                    Some(("to", text)) => to = Some(quoted(text)?),
                    Some(("needs", programs)) => {
                        needs = programs.split_whitespace().map(str::to_owned).collect()
                    }
                    _ => {
                        return Err(format!(
                            "{part:?} is none of from \"…\", to \"…\", needs PROGRAM"
                        ));
                    }
                }
            }
            Origin::Output {
                command,
                from,
                to,
                needs,
            }
        }
        "free" => Origin::Free(rest.to_owned()),
        _ => return Ok(None),
    }))
}

fn parse_region(text: &str) -> Result<Region, String> {
    if text.is_empty() {
        return Ok(Region::Whole);
    }
    if !text.starts_with('"') {
        return Ok(Region::Item(text.to_owned()));
    }
    let (from, to) = text
        .split_once("\" to \"")
        .ok_or_else(|| format!("{text} is not \"…\" to \"…\""))?;
    Ok(Region::Lines(
        from.trim_start_matches('"').to_owned(),
        to.trim_end_matches('"').to_owned(),
    ))
}

fn quoted(text: &str) -> Result<String, String> {
    let inner = text
        .trim()
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    inner
        .map(str::to_owned)
        .ok_or_else(|| format!("{text} is not in quotation marks"))
}

/// The lines of a region, without the indentation they share.
///
/// # Errors
///
/// When the file has no such region.
pub fn region(source: &str, region: &Region) -> Result<Vec<String>, String> {
    let lines: Vec<&str> = source.lines().collect();
    let range = match region {
        Region::Whole => 0..lines.len(),
        Region::Item(words) => {
            item(&lines, words).ok_or_else(|| format!("the file has no item `{words}`"))?
        }
        Region::Lines(from, to) => {
            let start = lines.iter().position(|line| line.contains(from.as_str()));
            let start = start.ok_or_else(|| format!("no line of the file contains {from:?}"))?;
            let length = lines[start..]
                .iter()
                .position(|line| line.contains(to.as_str()));
            start
                ..start + 1 + length.ok_or_else(|| format!("no line after that contains {to:?}"))?
        }
    };
    let shown = &lines[range];
    let indents = shown
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len());
    let indent = indents.min().unwrap_or(0);
    Ok(shown
        .iter()
        .map(|line| line.get(indent..).unwrap_or("").to_owned())
        .collect())
}

/// The lines of an item: from the one that has these words to the one that closes it,
/// which in Rust and C is as deep as the first, and in Python the last that is deeper.
fn item(lines: &[&str], words: &str) -> Option<Range<usize>> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let begins = |line: &&str| {
        let code = line.trim_start();
        !code.starts_with("//")
            && !code.starts_with('#')
            && code.find(words).is_some_and(|at| {
                let ends = !code[at + words.len()..].starts_with(is_name);
                ends && code[..at].split_whitespace().all(|word| {
                    matches!(
                        word,
                        "pub"
                            | "pub(crate)"
                            | "pub(super)"
                            | "unsafe"
                            | "const"
                            | "static"
                            | "async"
                            | "int"
                            | "void"
                    )
                })
            })
    };
    let start = lines.iter().position(begins)?;
    let depth = |line: &str| line.len() - line.trim_start().len();
    let indent = depth(lines[start]);
    let first = lines[start].trim_end();
    if first.ends_with([';', '}']) && !first.ends_with("{}") || first.ends_with("{}") {
        return Some(start..start + 1);
    }
    if lines[start].trim_start().starts_with("def ")
        || lines[start].trim_start().starts_with("class ")
    {
        let body = lines[start + 1..]
            .iter()
            .take_while(|line| line.trim().is_empty() || depth(line) > indent);
        let mut end = start + 1 + body.count();
        while lines[end - 1].trim().is_empty() {
            end -= 1;
        }
        return Some(start..end);
    }
    let closes = |line: &&str| depth(line) == indent && line.trim_start().starts_with('}');
    let length = lines[start + 1..].iter().position(closes)?;
    Some(start..start + 2 + length)
}

/// The part of an output that a block shows.
///
/// # Errors
///
/// When no line begins with what it should begin or end with.
pub fn cut(output: &str, from: Option<&str>, to: Option<&str>) -> Result<Vec<String>, String> {
    let lines: Vec<&str> = output.lines().collect();
    let start = match from {
        None => 0,
        Some(from) => lines
            .iter()
            .position(|line| line.starts_with(from))
            .ok_or_else(|| format!("no line of the output begins with {from:?}"))?,
    };
    let end = match to {
        None => lines.len(),
        Some(to) => lines[start..]
            .iter()
            .position(|line| line.starts_with(to))
            .map(|length| start + length)
            .ok_or_else(|| format!("no line of the output after that begins with {to:?}"))?,
    };
    let mut shown: Vec<String> = lines[start..end]
        .iter()
        .map(|line| (*line).to_owned())
        .collect();
    while shown.last().is_some_and(|line| line.trim().is_empty()) {
        shown.pop();
    }
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_knows_its_source_and_its_place() {
        let text = "Text.\n\n<!-- source: a/b.rs fn accept -->\n```rust\nfn accept() {\n}\n```\n";
        let found = blocks(text).expect("the lesson is well formed");
        let origin = Origin::Source {
            file: "a/b.rs".into(),
            region: Region::Item("fn accept".into()),
        };
        assert_eq!(
            found,
            [Block {
                line: 4,
                language: "rust".into(),
                origin: Some(origin),
                lines: 4..6
            }]
        );
    }

    #[test]
    fn an_output_can_be_cut_and_can_need_programs() {
        let text = "<!-- output: cargo run -p x -- y | from \"A\" | to \"B\" | needs python3 nc -->\n```text\n```";
        let found = blocks(text).expect("the lesson is well formed");
        let expected = Origin::Output {
            command: "cargo run -p x -- y".into(),
            from: Some("A".into()),
            to: Some("B".into()),
            needs: vec!["python3".into(), "nc".into()],
        };
        assert_eq!(found[0].origin, Some(expected));
        assert_eq!(
            cut("x\nA 1\nmore\n\nB 2\n", Some("A"), Some("B")).expect("both are there"),
            ["A 1", "more"]
        );
        assert!(cut("x", Some("A"), None).is_err());
    }

    #[test]
    fn what_is_not_understood_names_its_line() {
        assert_eq!(
            blocks("a\n```rust\nfn x() {}\n")
                .expect_err("never closed")
                .0,
            2
        );
        assert_eq!(
            blocks("<!-- output: x | form \"A\" -->\n")
                .expect_err("a misspelt word")
                .0,
            1
        );
        assert_eq!(
            blocks("<!-- free: x -->\ntext\n")
                .expect_err("no block follows")
                .0,
            2
        );
    }

    #[test]
    fn items_are_found_by_name_in_rust_and_python() {
        let rust = "/// fn accept is here\npub fn accept_peer() {\n}\n\nimpl X {\n    pub unsafe fn accept(\n        a: u8,\n    ) {\n        body();\n    }\n}\n";
        let found = region(rust, &Region::Item("fn accept".into())).expect("there is one");
        assert_eq!(
            found,
            [
                "pub unsafe fn accept(",
                "    a: u8,",
                ") {",
                "    body();",
                "}"
            ]
        );
        let python = "def a():\n    one()\n\n    two()\n\n\ndef b():\n    pass\n";
        let found = region(python, &Region::Item("def a".into())).expect("there is one");
        assert_eq!(found, ["def a():", "    one()", "", "    two()"]);
        assert!(region(rust, &Region::Item("fn connect".into())).is_err());
        let lines = Region::Lines("one()".into(), "two()".into());
        assert_eq!(
            region(python, &lines).expect("there are such lines"),
            ["one()", "", "two()"]
        );
    }
}
