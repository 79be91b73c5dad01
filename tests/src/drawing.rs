//! The drawings beside the lessons: each step's main scene, drawn by the step itself.
//!
//! A lesson that shows `drawings/NN-name.svg` has one; what stands there is what the step draws now, but for ports.
//! What an actor says of the machine is the same everywhere: the host's name is one that it is given ([`host`]),
//! so that no drawing shows where it was drawn.

use std::path::PathBuf;

use crate::host;
use crate::normal_form;
use crate::programs::root;
use crate::run::Run;
use crate::sync::Page;
use crate::temp::Temp;

/// A drawing that a lesson shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Where it stands.
    pub path: PathBuf,
    /// What is there now; empty where nothing is.
    pub old: String,
    /// What the step draws, or what this machine lacks for it.
    pub now: Result<String, String>,
}

impl Shown {
    /// Whether what stands there is not what the step draws.
    pub fn is_stale(&self) -> bool {
        let now = self.now.as_ref();
        now.is_ok_and(|now| normal_form(now) != normal_form(&self.old))
    }
}

/// The drawings that these pages show, drawn anew.
pub fn all(pages: &[Page]) -> Vec<Shown> {
    let mut shown = Vec::new();
    for step in crate::STEPS {
        let (_, name) = step.split_at("step".len());
        let image = format!("drawings/{name}.svg");
        let lesson = format!("lessons/{name}.md");
        let shows = |page: &&Page| page.path == lesson && page.text.contains(&format!("({image})"));
        if pages.iter().any(|page| shows(&page)) {
            let path = root().join("lessons").join(image);
            shown.push(Shown {
                old: std::fs::read_to_string(&path).unwrap_or_default(),
                path,
                now: draw(step),
            });
        }
    }
    shown
}

/// What an actor says of the machine begins so.
const SAYS: &str = "» this machine:";

/// The main scene as its step draws it, with packets and without times.
fn draw(step: &str) -> Result<String, String> {
    let folder = Temp::new();
    let file = folder.path().join("drawing.svg");
    let mut run = Run::new(step)
        .args(["--wire", "--no-times", "--svg"])
        .args([&file]);
    let named = host::name(run.command());
    let output = run.output().exits(0);
    if let Some(why) = output.stderr.lines().next() {
        return Err(why.to_owned());
    }
    let drawing = std::fs::read_to_string(&file)
        .map_err(|error| format!("{step} has written no drawing: {error}"))?;
    if drawing.contains(SAYS) {
        named?;
    }
    if drawing.contains("so 127.0.0.1 is asked for") {
        return Err("localhost is not 127.0.0.1 on this machine".into());
    }
    Ok(drawing)
}
