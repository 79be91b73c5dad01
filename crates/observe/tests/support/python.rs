//! Python itself, not a script that looks for it.

use std::process::Command;

pub(crate) fn python() -> Option<String> {
    let told = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&told.stdout).trim().into())
}
