//! `cargo course sync`: writes what the code and the programs say now into the lessons.

use std::process::ExitCode;

use course_tests::{diagram, drawing, matrix, root, sync};

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

/// Renews every page, diagram and drawing, or only says what is stale. Gives the number of problems that are left.
fn renew(write: bool) -> Result<usize, String> {
    let mut left = 0;
    for (path, svg) in diagram::all(root())? {
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        if old != svg && write {
            std::fs::write(&path, svg).map_err(|error| format!("{}: {error}", path.display()))?;
            println!("renewed {}", path.display());
        } else if old != svg {
            println!("stale: {}", path.display());
            left += 1;
        }
    }
    let pages = sync::pages(root()).map_err(|error| error.to_string())?;
    for shown in drawing::all(&pages) {
        let path = shown.path.display();
        match &shown.now {
            Err(why) => println!("not run: {path}: {why}"),
            Ok(_) if !shown.is_stale() => {}
            Ok(svg) if write => {
                std::fs::write(&shown.path, svg).map_err(|error| format!("{path}: {error}"))?;
                println!("renewed {path}");
            }
            Ok(_) => {
                println!("stale: {path}");
                left += 1;
            }
        }
    }
    let rows = matrix::play()?;
    for mut page in pages {
        if let Some(problem) = matrix::check(&page, &rows, matrix::lesson_beside) {
            if write {
                page.text = matrix::renew(&page, &rows, matrix::lesson_beside).unwrap_or(page.text);
                let path = root().join(&page.path);
                std::fs::write(&path, &page.text)
                    .map_err(|error| format!("{}: {error}", page.path))?;
                println!("renewed the matrix of {}", page.path);
            } else {
                println!("{problem}");
                left += 1;
            }
        }
        let checked = sync::check(&page, root());
        if write && checked.renewed != page.text {
            let path = root().join(&page.path);
            std::fs::write(&path, &checked.renewed)
                .map_err(|error| format!("{}: {error}", page.path))?;
            println!("renewed {}", page.path);
        }
        let stale = |what: &str| what.contains("`cargo course sync` renews it");
        for problem in checked
            .problems
            .iter()
            .filter(|problem| !(write && stale(&problem.what)))
        {
            println!("{problem}");
            left += 1;
        }
        for (line, what) in checked.skipped {
            println!("not run: {}:{line}: {what}", page.path);
        }
    }
    Ok(left)
}
