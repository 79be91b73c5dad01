//! A folder for the time of a test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::programs::program;
use crate::run::Run;

/// A folder that everybody may read, gone when the value is.
#[derive(Debug)]
pub struct Temp {
    path: PathBuf,
}

impl Temp {
    /// A new, empty folder.
    #[track_caller]
    pub fn new() -> Temp {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("course-tests-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let temp = Temp { path };
        temp.open_to_all(&temp.path);
        temp
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A program of the workspace, copied to where every user can run it.
    #[track_caller]
    pub fn copy_of(&self, name: &str) -> PathBuf {
        let path = self.path.join(name);
        if path.exists() {
            // What has just ended may still be open for a moment, and cannot be written to.
            return path;
        }
        // Not by this process: a child that another test starts meanwhile would inherit the file open for
        // writing, and a file that is open for writing cannot be run.
        Run::path("cp".into())
            .args(["-f".as_ref(), program(name), &path])
            .output()
            .exits(0);
        self.open_to_all(&path);
        path
    }

    fn open_to_all(&self, path: &Path) {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

impl Default for Temp {
    fn default() -> Temp {
        Temp::new()
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        // What cannot be removed stays in the system's temporary folder, which the system empties.
        let _ = fs::remove_dir_all(&self.path);
    }
}
