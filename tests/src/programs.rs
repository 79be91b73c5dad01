//! The programs of the workspace, built once.

use std::collections::HashMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The workspace root.
pub fn root() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests)
}

/// A command that is this cargo, in the workspace root.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// Every program of the workspace by its name, in the profile that the tests themselves have.
///
/// `cargo test` builds no other member's programs, and an old one may lie in the target directory.
pub fn programs() -> &'static HashMap<String, PathBuf> {
    static PROGRAMS: OnceLock<HashMap<String, PathBuf>> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let mut cargo = cargo();
        cargo.args(["build", "--workspace", "--bins", "--offline", "--locked"]);
        cargo.arg("--message-format=json");
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        let output = cargo.stderr(Stdio::inherit()).output();
        let output = output.unwrap_or_else(|error| panic!("{cargo:?} cannot be started: {error}"));
        assert!(output.status.success(), "{cargo:?} failed; see above");
        let text = String::from_utf8_lossy(&output.stdout);
        let messages = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let programs = messages.filter_map(|message| {
            let name = message["target"]["name"].as_str()?;
            Some((name.to_owned(), message["executable"].as_str()?.into()))
        });
        programs.collect()
    })
}

/// The path of one program of the workspace.
#[track_caller]
pub fn program(name: &str) -> &'static Path {
    programs()
        .get(name)
        .unwrap_or_else(|| panic!("the workspace has no program {name}"))
}

/// A program of the machine, looked for in PATH.
pub fn installed(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Python's interpreter, if `python3` is on this machine.
///
/// A version manager's `python3` is a shell script that starts a dozen programs before the interpreter.
/// What they do is shown too, rightly, and it is not what the tests are about.
pub fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| {
        let mut python = Command::new(installed("python3")?);
        python.args(["-c", "import sys; print(sys.executable)"]);
        let output = python.stderr(Stdio::null()).output().ok()?;
        Some(String::from_utf8(output.stdout).ok()?.trim_end().into())
    });
    found.as_deref()
}

/// PATH with the interpreter's own folder in front.
pub fn path_to_python() -> Option<&'static OsStr> {
    static PATH: OnceLock<Option<OsString>> = OnceLock::new();
    let found = PATH.get_or_init(|| {
        let folder = python()?.parent()?.to_owned();
        let path = env::var_os("PATH")?;
        env::join_paths(std::iter::once(folder).chain(env::split_paths(&path))).ok()
    });
    found.as_deref()
}
