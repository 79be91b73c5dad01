//! `cargo course sync`: writes what the list of steps, the code and the programs say now into whatever repeats it.

use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

use course_tests::{diagram, drawing, matrix, root, sync, tables};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["sync"] => report(renew(true)),
        ["check"] => report(renew(false)),
        _ => {
            eprintln!(
                "course: type `cargo course sync` to renew the lessons, or `cargo course check` to see what is stale"
            );
            ExitCode::from(2)
        }
    }
}

fn report(result: Result<usize, String>) -> ExitCode {
    match result {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("course: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Renews whatever repeats something else, or only says what is stale. Gives the number of problems that are left.
///
/// The tables of steps come first: they need no program, and the pages that they stand in are read after them.
fn renew(write: bool) -> Result<usize, String> {
    let mut files = Files { write, left: 0 };
    for table in tables::all(root())? {
        files.renew(&root().join(table.path), &table.old, &table.now)?;
    }
    for (path, svg) in diagram::all(root())? {
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        files.renew(&path, &old, &svg)?;
    }
    let pages = sync::pages(root()).map_err(|error| error.to_string())?;
    for shown in drawing::all(&pages) {
        match &shown.now {
            Err(why) => println!("not run: {}: {why}", shown.path.display()),
            Ok(svg) if shown.is_stale() => files.renew(&shown.path, &shown.old, svg)?,
            Ok(_) => {}
        }
    }
    let rows = matrix::play()?;
    for mut page in pages {
        if let Some(problem) = matrix::check(&page, &rows) {
            if write {
                page.text = matrix::renew(&page, &rows).unwrap_or(page.text);
                save(&root().join(&page.path), &page.text)?;
            } else {
                files.problem(&problem);
            }
        }
        let checked = sync::check(&page, root());
        if write && checked.renewed != page.text {
            save(&root().join(&page.path), &checked.renewed)?;
        }
        let stale = |what: &str| what.contains("`cargo course sync` renews it");
        for problem in checked.problems {
            if !(write && stale(&problem.what)) {
                files.problem(&problem);
            }
        }
        for (line, what) in checked.skipped {
            println!("not run: {}:{line}: {what}", page.path);
        }
    }
    Ok(files.left)
}

/// The files that are renewed, or looked at.
struct Files {
    write: bool,
    /// What is wrong and was not put right.
    left: usize,
}

impl Files {
    fn renew(&mut self, path: &Path, old: &str, now: &str) -> Result<(), String> {
        if old == now {
            return Ok(());
        }
        if self.write {
            return save(path, now);
        }
        self.problem(&format!("stale: {}", path.display()));
        Ok(())
    }

    fn problem(&mut self, what: &dyn Display) {
        println!("{what}");
        self.left += 1;
    }
}

fn save(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("renewed {}", path.display());
    Ok(())
}
