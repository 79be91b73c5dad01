//! State diagrams: from a text that stands in `lessons/diagrams` to an SVG beside it.
//!
//! The base has the boxes and the arrows; a lesson's file names its base and the arrows that its scenes pass along:
//!
//! ```text
//! base tcp.states
//! title What the picture shows
//! desc The same in words, for who does not see it.
//! pass CLOSED -> LISTEN
//! ```
//!
//! An arrow that is marked as passed is one that a scene of the step was seen to pass: a test plays them.

use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The size of a box.
const BOX: (f64, f64) = (128.0, 34.0);
/// The size of the picture.
const SIZE: (f64, f64) = (760.0, 664.0);

struct State {
    name: String,
    x: f64,
    y: f64,
}

struct Arrow {
    from: String,
    to: String,
    text: String,
}

/// Draws the diagram that a `.states` file describes.
///
/// # Errors
///
/// A line that is not understood or names an unknown state or arrow, or a base that cannot be read.
pub fn draw(file: &Path) -> Result<String, String> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let word = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
    };
    let base = word("base").ok_or("there is no line `base FILE`")?;
    let (title, desc) = (
        word("title").ok_or("there is no title")?,
        word("desc").ok_or("there is no desc")?,
    );
    let base = file.with_file_name(base);
    let base =
        std::fs::read_to_string(&base).map_err(|error| format!("{}: {error}", base.display()))?;
    let (states, arrows) = read_base(&base)?;
    let passed = passed(&text)?;
    for (from, to) in &passed {
        if !arrows
            .iter()
            .any(|arrow| (arrow.from.as_str(), arrow.to.as_str()) == (from, to))
        {
            return Err(format!("the base has no arrow {from} -> {to}"));
        }
    }
    let mut svg = head(title, desc);
    for arrow in &arrows {
        let seen = passed.contains(&(&arrow.from, &arrow.to));
        draw_arrow(&mut svg, &states, arrow, seen)?;
    }
    for state in &states {
        let seen = passed
            .iter()
            .any(|(from, to)| *from == state.name || *to == state.name);
        draw_state(&mut svg, state, seen);
    }
    svg += "</svg>\n";
    Ok(svg)
}

/// The arrows that a `.states` file says are passed, from state to state.
///
/// # Errors
///
/// A line that names no arrow.
pub fn passed(text: &str) -> Result<Vec<(&str, &str)>, String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("pass "));
    lines
        .map(|line| {
            line.split_once(" -> ")
                .ok_or(format!("`pass {line}` has no arrow"))
        })
        .collect()
}

fn read_base(text: &str) -> Result<(Vec<State>, Vec<Arrow>), String> {
    let (mut states, mut arrows) = (Vec::new(), Vec::new());
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let wrong = || format!("`{line}` is neither a state nor an arrow");
        if let Some(rest) = line.strip_prefix("state ") {
            let mut words = rest.split_whitespace();
            let mut next = || words.next().ok_or_else(wrong);
            let (name, x, y) = (next()?, next()?, next()?);
            let number = |word: &str| word.parse::<f64>().map_err(|_| wrong());
            states.push(State {
                name: name.to_owned(),
                x: number(x)?,
                y: number(y)?,
            });
        } else if let Some(rest) = line.strip_prefix("arrow ") {
            let (ends, text) = rest.split_once(" : ").ok_or_else(wrong)?;
            let (from, to) = ends.split_once(" -> ").ok_or_else(wrong)?;
            arrows.push(Arrow {
                from: from.to_owned(),
                to: to.to_owned(),
                text: text.to_owned(),
            });
        } else {
            return Err(wrong());
        }
    }
    Ok((states, arrows))
}

fn head(title: &str, desc: &str) -> String {
    let (width, height) = SIZE;
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d">
<title id="t">{}</title>
<desc id="d">{}</desc>
<style>
svg {{ --ink: #57606a; --paper: #ffffff; --seen: #0a58ca; --fill: #e7f0ff; background: var(--paper); }}
@media (prefers-color-scheme: dark) {{ svg {{ --ink: #9aa4ae; --paper: #0d1117; --seen: #79b8ff; --fill: #10305a; }} }}
text {{ font: 13px system-ui, sans-serif; fill: var(--ink); text-anchor: middle; dominant-baseline: central; }}
rect.state {{ fill: var(--paper); stroke: var(--ink); rx: 8px; }}
line {{ stroke: var(--ink); marker-end: url(#a); }}
rect.label {{ fill: var(--paper); }}
.seen rect.state {{ fill: var(--fill); stroke: var(--seen); stroke-width: 2.5; }}
.seen line {{ stroke: var(--seen); stroke-width: 2.5; marker-end: url(#b); }}
.seen text {{ fill: var(--seen); font-weight: 600; }}
#a path {{ fill: var(--ink); }}
#b path {{ fill: var(--seen); }}
</style>
<defs>
<marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker>
<marker id="b" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="12" markerHeight="12" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker>
</defs>
"##,
        escape(title),
        escape(desc)
    )
}

fn draw_state(svg: &mut String, state: &State, seen: bool) {
    let (x, y) = (state.x - BOX.0 / 2.0, state.y - BOX.1 / 2.0);
    let class = if seen { r#" class="seen""# } else { "" };
    let (width, height) = BOX;
    let name = escape(state.name.trim_matches(['(', ')']));
    // Writing to a String cannot fail.
    let _ = writeln!(
        svg,
        r#"<g{class}><rect class="state" x="{x}" y="{y}" width="{width}" height="{height}"/><text x="{}" y="{}">{name}</text></g>"#,
        state.x, state.y
    );
}

fn draw_arrow(svg: &mut String, states: &[State], arrow: &Arrow, seen: bool) -> Result<(), String> {
    let find = |name: &str| {
        states
            .iter()
            .find(|state| state.name == name)
            .ok_or(format!("there is no state {name}"))
    };
    let (from, to) = (find(&arrow.from)?, find(&arrow.to)?);
    let (x1, y1) = border(from, to);
    let (x2, y2) = border(to, from);
    let (x, y) = ((x1 + x2) / 2.0, (y1 + y2) / 2.0);
    let width = arrow.text.chars().count() as f64 * 7.0 + 6.0;
    let class = if seen { r#" class="seen""# } else { "" };
    // Writing to a String cannot fail.
    let _ = writeln!(
        svg,
        r#"<g{class}><line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}"/><rect class="label" x="{:.1}" y="{:.1}" width="{width:.1}" height="18"/><text x="{x:.1}" y="{y:.1}">{}</text></g>"#,
        x - width / 2.0,
        y - 9.0,
        escape(&arrow.text)
    );
    Ok(())
}

/// Where the line from the middle of one box to the middle of another leaves the first.
fn border(of: &State, towards: &State) -> (f64, f64) {
    let (dx, dy) = (towards.x - of.x, towards.y - of.y);
    let scale = (BOX.0 / 2.0 / dx.abs()).min(BOX.1 / 2.0 / dy.abs());
    (of.x + dx * scale, of.y + dy * scale)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The text of every diagram of the lessons.
///
/// # Errors
///
/// A folder that cannot be read.
pub fn files(root: &Path) -> Result<Vec<PathBuf>, String> {
    let folder = root.join("lessons/diagrams");
    let entries =
        std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.retain(|file| {
        file.extension().is_some_and(|end| end == "states") && !file.ends_with("tcp.states")
    });
    files.sort();
    Ok(files)
}

/// Every diagram of the lessons: where its SVG stands, and what it should be.
///
/// # Errors
///
/// The first one that cannot be drawn, with its file.
pub fn all(root: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let files = files(root)?;
    let draw = |file: PathBuf| {
        let svg = draw(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok((file.with_extension("svg"), svg))
    };
    files.into_iter().map(draw).collect()
}
