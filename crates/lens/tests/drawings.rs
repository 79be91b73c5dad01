//! `lens --svg FILE` and `lens --html FILE`, as programs.

#[path = "../../observe/tests/support/python.rs"]
mod python;
#[path = "../../../tests/src/skip.rs"]
mod skip;

use python::python;
use skip::not_run;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A folder of this test's own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("lens-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder can be made");
        Folder(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn lens(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lens"))
        .args(args)
        .output()
        .expect("lens can be started")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_run_is_drawn_into_files_that_were_there_or_not() {
    let folder = Folder::new("drawn");
    let (svg, html) = (folder.file("a.svg"), folder.file("a.html"));
    fs::write(&svg, "x".repeat(500_000)).expect("the folder can be written to");
    let output = lens(&[
        "--svg",
        &svg.to_string_lossy(),
        "--html",
        &html.to_string_lossy(),
        env!("CARGO_BIN_EXE_lens"),
        "--version",
    ]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    if said.contains("running without a look") {
        not_run("drawings of a run", said.trim());
        assert!(!html.exists(), "a file was made for nothing");
        return;
    }
    let picture = fs::read_to_string(&svg).expect("there is a picture");
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
    let page = fs::read_to_string(&html).expect("there is a page");
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    // The report is there besides, and without the stacks that only the page wants.
    assert!(said.contains("no socket calls"), "{said}");
}

#[test]
fn a_drawing_that_cannot_be_written_is_said_before_the_command_runs() {
    let folder = Folder::new("nowhere");
    let made = folder.file("made-by-the-command");
    let nowhere = folder.file("nowhere").join("a.svg");
    let nowhere = nowhere.to_string_lossy();
    let output = lens(&["--svg", &nowhere, "touch", &made.to_string_lossy()]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("cannot write the drawing to") && said.contains(&*nowhere),
        "{said}"
    );
    assert!(!made.exists(), "the command has run");
}

#[test]
fn no_times_is_for_drawings() {
    let output = lens(&["--no-times", "true"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("--svg FILE"), "{said}");
}

/// Datagrams with sendmsg and recvmsg between two processes: the picture has the send above the receive that it woke.
#[test]
fn a_receive_stands_below_its_send_whatever_the_calls_are_called() {
    const PROGRAM: &str = r#"
import os, socket
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 0))
address = receiver.getsockname()
if os.fork() == 0:
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.sendmsg([b"hello"], [], 0, address)
    os._exit(0)
receiver.recvmsg(100)
os.wait()
"#;
    let Some(python) = python() else {
        return not_run("datagrams of a program", "no python3");
    };
    let folder = Folder::new("datagrams");
    let svg = folder.file("a.svg");
    let path = svg.to_string_lossy();
    let output = lens(&["--no-times", "--svg", &path, &python, "-c", PROGRAM]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    if said.contains("running without a look") {
        not_run("datagrams of a program", said.trim());
        return;
    }
    let picture = fs::read_to_string(&svg).expect("there is a picture");
    // Its description has all rows as sentences, in their order.
    let (rows, _) = picture.split_once("</desc>").expect("it is described");
    let rows: Vec<&str> = rows.lines().collect();
    let sent = rows.iter().position(|row| row.contains(": sendmsg("));
    let received = rows
        .iter()
        .rposition(|row| row.contains("recvmsg(") && row.contains("hello"));
    assert!(sent.is_some() && sent < received, "{rows:#?}");
}
