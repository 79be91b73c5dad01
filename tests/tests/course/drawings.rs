//! `--svg` and `--html`: what is written, what cannot be drawn, and the page in a real browser.

use std::fs;
use std::path::{Path, PathBuf};

use course_tests::programs::installed;
use course_tests::temp::Temp;
use course_tests::{Output, Run, not_run, run};

use crate::steps::asked_of;

for_each_step! {
    the_main_scene_is_drawn
    what_cannot_be_drawn_says_what_to_type
}

/// What this machine lacks for a drawing with packets, if a run says so.
fn missing(output: &Output) -> Option<String> {
    let lines = ["not traced: ", "no packets: ", "not drawn: "];
    let mut said = output.stderr.lines();
    let line = said.find(|line| lines.iter().any(|words| line.starts_with(words)));
    line.map(str::to_owned)
}

#[track_caller]
fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn the_main_scene_is_drawn(step: &str) {
    let folder = Temp::new();
    let [svg, html] = ["drawing.svg", "drawing.html"].map(|name| folder.path().join(name));
    // What a file held before is gone, also where there was more of it.
    fs::write(&svg, "x".repeat(1_000_000)).expect("the folder can be written to");
    let with = Run::new(step)
        .args(["--wire", "--svg"])
        .args([&svg])
        .args(["--html"])
        .args([&html])
        .output()
        .exits(0);
    if let Some(why) = missing(&with) {
        return not_run(&format!("{step} --svg"), &why);
    }
    let with = with.quiet();
    let (picture, page) = (read(&svg), read(&html));
    with.check(
        picture.starts_with("<svg ") && picture.ends_with("</svg>\n"),
        "is no SVG",
    );
    with.check(
        page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"),
        "is no HTML",
    );
    for text in [&picture, &page] {
        with.check(text.contains("socket(AF_"), "lacks a call");
        with.check(text.contains(step), "does not say what it is of");
        with.check(text.contains(" ms<"), "has no times");
    }
    with.check(
        page.contains("-&gt; the kernel") || page.contains("-\\u003e the kernel"),
        "has no stacks",
    );
    // Who reads it in words is told of the calls that are drawn, not of those that a runtime makes.
    let drawn = picture.matches("<g class=\"call").count();
    with.check(
        picture.contains(&format!("It has {drawn} calls and ")),
        &format!("the description counts other calls than the {drawn} that are drawn"),
    );
    // The text is as it is without a drawing.
    let without = run(step, &["--wire"]).exits(0);
    with.check(
        with.stdout.lines().count() == without.stdout.lines().count(),
        "prints something else than without a drawing",
    );
    Run::new(step)
        .args(["--no-times", "--svg"])
        .args([&svg])
        .output()
        .exits(0)
        .quiet();
    with.check(!read(&svg).contains(" ms<"), "--no-times has times");
}

fn what_cannot_be_drawn_says_what_to_type(step: &str) {
    let folder = Temp::new();
    let file = folder.path().join("drawing.svg");
    let refused = |args: &[&str], says: &[&str]| {
        let output = run(step, args).exits(2);
        let all = says.iter().all(|part| output.stderr.contains(part));
        output.check(all, &format!("the message lacks one of {says:?}"));
    };
    let name = file.to_string_lossy();
    refused(&["--svg"], &["--svg"]);
    refused(&["--html"], &["--html"]);
    refused(&["--no-times"], &["--svg FILE"]);
    refused(
        &["--repeat", "2", "--svg", &name],
        &["--repeat", "leave out --svg"],
    );
    refused(
        &["--no-lens", "--html", &name],
        &["--no-lens", "leave out --html"],
    );
    if asked_of(step).has_half("serve") {
        refused(
            &["serve", "--svg", &name],
            &["a half goes on", "leave out --svg"],
        );
    }
    assert!(!file.exists(), "{step} has made a file for nothing");
    let nowhere = folder.path().join("nowhere").join("drawing.svg");
    let output = Run::new(step).args(["--svg"]).args([&nowhere]).output();
    let output = output.exits(1);
    output.check(
        output.stdout.is_empty() && output.complaints().len() == 1,
        "plays for nothing, or says more than a line",
    );
    output.check(
        output.stderr.contains("cannot write the drawing to")
            && output.stderr.contains(&*nowhere.to_string_lossy()),
        "does not say what it cannot do",
    );
}

fn browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.into_iter().find_map(installed)
}

/// What the page has become when it was loaded and the script has run; and what the browser says of it.
#[track_caller]
fn opened(browser: &Path, page: &str, script: &str, dark: bool) -> Output {
    let folder = Temp::new();
    let file = folder.path().join("page.html");
    let first = "<script>window.wrong = []; window.addEventListener('error', (event) => window.wrong.push(event.message));</script>";
    let last = format!(
        "<p id=\"result\"></p><script>document.getElementById('result').textContent = JSON.stringify((() => {{ {script} }})());</script>"
    );
    let page = page.replacen("<head>", &format!("<head>{first}"), 1);
    let page = page.replacen("</body>", &format!("{last}</body>"), 1);
    fs::write(&file, page).expect("the folder can be written to");
    let scheme = if dark { 0 } else { 1 };
    Run::path(browser.to_owned())
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--enable-logging=stderr",
            "--window-size=1000,800",
            "--dump-dom",
        ])
        .args([
            format!("--user-data-dir={}", folder.path().join("user").display()),
            format!("--blink-settings=preferredColorScheme={scheme}"),
            format!("file://{}", file.display()),
        ])
        .output()
        .exits(0)
}

/// What the script returned.
#[track_caller]
fn result(output: &Output) -> serde_json::Value {
    let text = output
        .stdout
        .split_once("<p id=\"result\">")
        .and_then(|(_, rest)| rest.split_once("</p>"));
    let (text, _) = text.unwrap_or_else(|| panic!("no result\n{}", output.all()));
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Points at a call, goes to the next with the keyboard, and measures how well the text stands out.
const SCRIPT: &str = r#"
    const panel = document.getElementById('panel');
    const hidden = panel.hidden;
    const calls = Array.from(document.querySelectorAll('g.e.call'));
    calls[0].querySelector('text').dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
    const hovered = panel.innerText;
    document.querySelector('h1').dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
    const left = panel.hidden;
    calls[1].focus();
    const focused = panel.innerText;
    calls[1].dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
    const moved = document.activeElement !== calls[1] && document.activeElement.matches('g.e');
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    const light = (colour) => {
        const parts = colour.match(/[\d.]+/g).slice(0, 3).map((part) => {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    };
    const paper = light(getComputedStyle(document.querySelector('svg.ladder')).backgroundColor);
    const contrasts = Array.from(document.querySelectorAll('svg.ladder text')).map((text) => {
        const ink = light(getComputedStyle(text).fill);
        return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    });
    const head = getComputedStyle(document.querySelector('.head'));
    return {
        wrong: window.wrong, hidden, hovered, left, focused, moved, escaped: panel.hidden,
        paper, contrast: Math.min(...contrasts), head: head.position, loaded: performance.getEntriesByType('resource').length,
    };
"#;

#[test]
fn the_page_works_in_a_browser_by_light_and_by_dark() {
    let Some(browser) = browser() else {
        return not_run("the page in a browser", "no chromium on this machine");
    };
    let folder = Temp::new();
    let file = folder.path().join("close.html");
    let made = Run::new("step06-close")
        .args(["--html"])
        .args([&file])
        .output();
    let made = made.exits(0);
    if let Some(why) = missing(&made) {
        return not_run("the page in a browser", &why);
    }
    let page = read(&file);
    let mut papers = Vec::new();
    for dark in [false, true] {
        let output = opened(&browser, &page, SCRIPT, dark);
        output.check(!output.stderr.contains("CONSOLE"), "the console has a line");
        let found = result(&output);
        let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
        let is = |key: &str| found[key] == true;
        let none = found["wrong"].as_array().is_some_and(Vec::is_empty);
        output.check(none, "an error in the page");
        output.check(found["loaded"] == 0, "loads something from elsewhere");
        output.check(
            is("hidden"),
            "the panel is there before anybody points at anything",
        );
        for shown in [text("hovered"), text("focused")] {
            output.check(
                shown.contains("entered at") && shown.contains("-> the kernel"),
                &format!("does not tell a call's times and its stack: {shown:?}"),
            );
        }
        output.check(
            text("hovered") != text("focused"),
            "tells the same of two calls",
        );
        output.check(is("left"), "the panel stays when nothing is pointed at");
        output.check(is("moved"), "the arrow keys go nowhere");
        output.check(is("escaped"), "Esc does not close the panel");
        output.check(found["head"] == "sticky", "the head does not stay in sight");
        let contrast = found["contrast"].as_f64().unwrap_or(0.0);
        // What the guidelines for accessible pages ask of small text (WCAG 2.2, 1.4.3).
        output.check(contrast >= 4.5, &format!("a contrast of {contrast}"));
        papers.push(found["paper"].as_f64().unwrap_or(0.5));
    }
    assert!(
        papers[0] > 0.9 && papers[1] < 0.1,
        "not light and dark: {papers:?}"
    );
}
