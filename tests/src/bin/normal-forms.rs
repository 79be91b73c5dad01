//! Writes down what every scene prints, in a form that two builds share, so that `diff -r` shows what a change
//! of the sources changed for a learner:
//!
//! ```text
//! cargo run -p course-tests --bin normal-forms -- before
//! … change something …
//! cargo run -p course-tests --bin normal-forms -- after
//! diff -r before after
//! ```
//!
//! A file for each scene, in all layers together and in each layer and language alone: the command, its exit status,
//! what it wrote. It is the [normal form](course_tests::normal_form), in which moreover a quoted line of the sources
//! with its place is only `<source>`: a line may move or be written in another way, and what it does is the same.
//!
//! `--programs FOLDER` plays the programs of another build, such as another worktree's `target/debug`.
//! What stands behind the folder is added to every command: `--stack`, or `--wire --json`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use course_tests::programs::programs;
use course_tests::scenes::LAYERS;
use course_tests::{Output, Run, normal_form, side_by_side};
use serde_json::Value;

const USAGE: &str = "normal-forms: type `cargo run -p course-tests --bin normal-forms -- [--programs FOLDER] OUT [FLAG…]`; \
                     OUT is a folder that is not there yet";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (folder, out, flags) = match words.as_slice() {
        ["--programs", folder, out, flags @ ..] => (Some(Path::new(*folder)), *out, flags),
        [out, flags @ ..] if !out.starts_with('-') => (None, *out, flags),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match write_all(folder, Path::new(out), flags) {
        Ok(count) => {
            println!("normal-forms: {count} in {out}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("normal-forms: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One command to play, and the file for what comes of it.
struct Asked {
    program: PathBuf,
    args: Vec<String>,
    file: PathBuf,
}

/// Plays everything and gives the number of files.
fn write_all(folder: Option<&Path>, out: &Path, flags: &[&str]) -> Result<usize, String> {
    // What an earlier run left would hide that a scene is gone.
    fs::create_dir(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let mut asked = Vec::new();
    for program in steps(folder)? {
        let step = file_name(&program);
        let folder = out.join(&step);
        fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let list = played(&program, &["--list", "--json"]);
        if !list.status.success() {
            return Err(format!("{step} lists no scenes\n{}", list.all()));
        }
        for line in list.stdout.lines() {
            let listed: Value =
                serde_json::from_str(line).map_err(|error| format!("{step}: {error}: {line}"))?;
            let scene = listed["scene"].as_str().unwrap_or_default();
            let guests = listed["guests"].as_array().into_iter().flatten();
            let alone = LAYERS.into_iter().chain(guests.filter_map(Value::as_str));
            for layer in std::iter::once("").chain(alone) {
                let mut args = vec![scene];
                let mut name = scene.to_owned();
                if !layer.is_empty() {
                    args.extend(["--layer", layer]);
                    name += &format!(".{layer}");
                }
                args.extend(flags);
                asked.push(Asked {
                    program: program.clone(),
                    args: args.into_iter().map(str::to_owned).collect(),
                    file: folder.join(name).with_added_extension("txt"),
                });
            }
        }
    }
    let count = asked.len();
    // Some of them wait for a clock. Three at a time, as in the tests.
    side_by_side(3, asked, |asked| {
        let text = form(&played(&asked.program, &asked.args));
        if let Err(error) = fs::write(&asked.file, text) {
            panic!("{}: {error}", asked.file.display());
        }
    });
    Ok(count)
}

/// The steps' programs: those of a folder, or the workspace's own.
fn steps(folder: Option<&Path>) -> Result<Vec<PathBuf>, String> {
    let mut found: Vec<PathBuf> = match folder {
        None => programs().values().cloned().collect(),
        Some(folder) => {
            let wrong = |error| format!("{}: {error}", folder.display());
            // The programs run in another folder than this one.
            let folder = folder.canonicalize().map_err(wrong)?;
            let entries = fs::read_dir(&folder).map_err(wrong)?;
            entries.filter_map(|e| Some(e.ok()?.path())).collect()
        }
    };
    found.retain(|path| {
        let name = file_name(path);
        path.is_file() && name.starts_with("step") && !name.contains('.')
    });
    found.sort();
    if found.is_empty() {
        return Err("there are no steps".to_owned());
    }
    Ok(found)
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn played<S: AsRef<std::ffi::OsStr>>(program: &Path, args: &[S]) -> Output {
    Run::path(program.to_owned()).args(args).output()
}

/// What is compared of a run.
fn form(output: &Output) -> String {
    let (program, args) = output.shown.split_once(' ').unwrap_or((&output.shown, ""));
    let command = format!("{} {args}", file_name(Path::new(program)));
    let written = masked(&normal_form(&output.stdout));
    let complaints = masked(&normal_form(&output.stderr));
    format!(
        "$ {command}\n{}\n--- standard output\n{written}--- standard error\n{complaints}",
        output.status
    )
}

/// Puts `<source>` in place of a quoted line with its place, `with_libc.rs:49 cvt(…)`, in a comparison,
/// and of a place alone elsewhere.
///
/// A quotation that is broken over lines goes on at its own indentation; then comes a label or another place.
fn masked(text: &str) -> String {
    let mut out = String::new();
    let mut quoting = false;
    for line in text.split_inclusive('\n') {
        let (head, rest) = line.split_at_checked(QUOTED).unwrap_or((line, ""));
        let is_set_in = head.trim().is_empty() && rest.starts_with(|c: char| !c.is_whitespace());
        if is_name(head) && rest.split_whitespace().next().is_some_and(is_place) {
            quoting = true;
            out += &format!("{head}<source>\n");
            continue;
        }
        quoting &= is_set_in && !LABELS.iter().any(|label| rest.starts_with(label));
        if !quoting {
            out += &places_masked(line);
        }
    }
    out
}

/// The column that a comparison begins its quotations and its labels in.
const QUOTED: usize = 9;
const LABELS: [&str; 3] = ["kernel ", "stack ", "adds "];

/// Whether this is the name of a layer or a language as far as the quotations, or the room below one.
fn is_name(head: &str) -> bool {
    head.ends_with(' ')
        && head.split_whitespace().count() <= 1
        && (head.trim().is_empty() || !head.starts_with(' '))
}

fn places_masked(line: &str) -> String {
    let words = line.split_inclusive(char::is_whitespace);
    words
        .map(|word| {
            let bare = word.trim_end();
            match is_place(bare) {
                true => format!("<source>{}", &word[bare.len()..]),
                false => word.to_owned(),
            }
        })
        .collect()
}

/// `src/main.rs:12`, or `main.rs:12:5:` as the Rust runtime writes it.
fn is_place(word: &str) -> bool {
    let mut parts = word.split(':');
    let file = parts.next().unwrap_or_default();
    let is_source = [".rs", ".c", ".py", ".java"]
        .iter()
        .any(|end| file.ends_with(end));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = parts.peekable();
    is_source && parts.peek().is_some_and(|line| !line.is_empty()) && parts.all(is_number)
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_quotation_goes_with_its_further_lines_and_nothing_else_does() {
        let text = "\
libc     with_libc/peer.rs:42 unsafe { getsockopt(fd, level, option, value, &raw
         mut length) }?;
         kernel getsockopt(4, SOL_SOCKET, SO_PEERCRED, {pid=1, uid=0,
                gid=0}, 12) = 0
c        guests/a.c:7 socket(
         guests/a.c:9 bind(
         adds   nothing: the same call

std      ruled out: std has no such call
         of its own
";
        let expected = "\
libc     <source>
         kernel getsockopt(4, SOL_SOCKET, SO_PEERCRED, {pid=1, uid=0,
                gid=0}, 12) = 0
c        <source>
         <source>
         adds   nothing: the same call

std      ruled out: std has no such call
         of its own
";
        assert_eq!(masked(text), expected);
    }

    #[test]
    fn a_place_alone_is_masked_wherever_it_stands() {
        assert_eq!(
            masked("    -> accept  yours  crates/a/src/b.rs:115\nat src/main.rs:12:5:\n"),
            "    -> accept  yours  <source>\nat <source>\n"
        );
        let other = "127.0.0.1:9000 b.rs b.rs: no line nix:3\n";
        assert_eq!(masked(other), other);
    }
}
