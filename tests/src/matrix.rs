//! The matrix of all mistakes against all layers, worked out by playing each mistake in each layer.

use serde_json::Value;

use crate::listed::lesson;
use crate::scenes::{LAYERS, STEPS, scenes};
use crate::written::between;
use crate::{Run, lesson::Problem, sync::Page};

/// The comment lines between which the matrix stands in a page.
const BEGIN: &str = "<!-- matrix -->";
const END: &str = "<!-- end of matrix -->";
/// What a cell says where the machine lacks what the mistake needs.
const MISSING: &str = "-";

/// One mistake: its step, its name, and what becomes of it in each layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The step's package.
    pub step: String,
    /// The mistake's name.
    pub mistake: String,
    /// `happens`, `handled`, `ruled out`, or `-` where the machine lacks something.
    pub cells: [String; 4],
}

/// Plays every mistake, broken, in every layer.
///
/// # Errors
///
/// A mistake that did not go as announced: its name and what the program said.
pub fn play() -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for step in STEPS {
        for scene in scenes(step).into_iter().filter(|scene| scene.mistake) {
            let output = Run::new(step)
                .args([&scene.name, "--broken", "--json"])
                .output();
            if !output.status.success() {
                return Err(format!("{step} {}: {}", scene.name, output.all()));
            }
            let mut cells = [(); 4].map(|()| MISSING.to_owned());
            let heads = output
                .stdout
                .lines()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok());
            for head in heads.filter(|line| line["kind"] == "play") {
                let layer = LAYERS.iter().position(|layer| head["layer"] == **layer);
                if let (Some(layer), Some(word)) = (layer, head["in_layer"].as_str()) {
                    cells[layer] = word.to_owned();
                }
            }
            rows.push(Row {
                step: step.to_owned(),
                mistake: scene.name,
                cells,
            });
        }
    }
    Ok(rows)
}

/// The matrix as a Markdown table, each mistake with a link to its lesson.
pub fn table(rows: &[Row]) -> String {
    let mut out = format!(
        "| mistake | lesson | {} |\n|---|---|{}\n",
        LAYERS.join(" | "),
        "---|".repeat(LAYERS.len())
    );
    for row in rows {
        let number = &row.step[4..6];
        out += &format!(
            "| `{}` | [{number}]({}) | {} |\n",
            row.mistake,
            lesson(&row.step),
            row.cells.join(" | ")
        );
    }
    out
}

/// The page with the matrix made new, where it has one. A cell that this machine cannot fill stays as it is.
pub fn renew(page: &Page, rows: &[Row]) -> Option<String> {
    let (before, old, after) = between(&page.text, BEGIN, END)?;
    let mut rows = rows.to_vec();
    for row in &mut rows {
        let known = old
            .lines()
            .find(|line| line.starts_with(&format!("| `{}` |", row.mistake)));
        let known: Vec<&str> = known
            .map(|line| line.split(" | ").collect())
            .unwrap_or_default();
        for (cell, known) in row.cells.iter_mut().zip(known.iter().skip(2)) {
            if cell == MISSING {
                *cell = known.trim_end_matches(" |").to_owned();
            }
        }
    }
    Some(format!("{before}\n\n{}\n{after}", table(&rows)))
}

/// What is stale in a page's matrix.
pub fn check(page: &Page, rows: &[Row]) -> Option<Problem> {
    let renewed = renew(page, rows)?;
    let line = page
        .text
        .lines()
        .position(|line| line == BEGIN)
        .map_or(1, |index| index + 1);
    (renewed != page.text).then(|| Problem {
        file: page.path.clone(),
        line,
        what: format!(
            "the matrix is not what the mistakes do now; `cargo course sync` renews it\n{}",
            crate::diff::difference(&page.text, &renewed)
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: [&str; 4]) -> Row {
        Row {
            step: "step03-accept".into(),
            mistake: "forgot-listen".into(),
            cells: cells.map(str::to_owned),
        }
    }

    #[test]
    fn a_matrix_is_renewed_and_a_missing_cell_is_kept() {
        let empty = Page {
            path: "lessons/mistakes.md".into(),
            text: format!("A\n\n{BEGIN}\n{END}\n\nB\n"),
        };
        let rows = [row(["happens", "happens", "handled", "ruled out"])];
        let full = renew(&empty, &rows).expect("the page has a matrix");
        assert!(full.contains(
            "| `forgot-listen` | [03](03-accept.md) | happens | happens | handled | ruled out |\n"
        ));
        let page = Page {
            text: full.clone(),
            ..empty.clone()
        };
        assert_eq!(check(&page, &rows), None);
        assert_eq!(check(&page, &[row(["-", "-", "-", "-"])]), None);
        let stale = check(
            &page,
            &[row(["happens", "happens", "happens", "ruled out"])],
        );
        assert_eq!(stale.map(|problem| problem.line), Some(3));
    }
}
