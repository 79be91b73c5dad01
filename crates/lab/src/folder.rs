//! A folder for the time of a scene, gone afterwards whatever happens.
//!
//! Who is killed cleans nothing up. So a second process, the step's program once more, waits beside the folder
//! at the reading end of a pipe. The other end is this process's alone, and the kernel closes it
//! however the process ends: that is the sign to remove the folder.

use std::fs::DirBuilder;
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::trouble::{Trouble, trouble};

/// The first argument of the process that removes a folder. No learner types it.
pub(crate) const SWEEPER: &str = "__sweeper";

/// A folder of one's own, empty at first and gone with the value.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    sweeper: Child,
}

impl Folder {
    pub(crate) fn new() -> Result<Folder, Trouble> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = path_of(process::id(), number);
        let mut builder = DirBuilder::new();
        let made = builder.mode(0o700).create(&path);
        made.map_err(|error| trouble!("mkdir {}: {error}", path.display()))?;
        let mut sweeper = process::Command::new(std::env::current_exe()?);
        // In a process group of its own: ctrl-C goes to the whole group of the program.
        sweeper
            .arg(SWEEPER)
            .args([process::id(), number].map(|n| n.to_string()));
        sweeper.process_group(0);
        sweeper.stdin(Stdio::piped()).stdout(Stdio::null());
        let started = sweeper.stderr(Stdio::null()).spawn();
        let sweeper = started.inspect_err(|_| remove(&path))?;
        Ok(Folder { path, sweeper })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        remove(&self.path);
        drop(self.sweeper.stdin.take());
        // It ends by itself; how is of no interest any more.
        let _ = self.sweeper.wait();
    }
}

/// Where the folder with these two numbers is. The sweeper is told the numbers and never a path:
/// so whatever it is told, it removes nothing but such a folder.
fn path_of(process: u32, number: u32) -> PathBuf {
    std::env::temp_dir().join(format!("socket-course-folder-{process}-{number}"))
}

/// What the sweeper does: waits for the end of its input, which never brings a byte, and removes the folder.
/// `None` if these are not the two numbers of a folder.
pub(crate) fn sweep(process: &str, number: &str) -> Option<()> {
    let path = path_of(process.parse().ok()?, number.parse().ok()?);
    io::stdin().lock().read_to_end(&mut Vec::new()).ok()?;
    remove(&path);
    Some(())
}

fn remove(path: &Path) {
    // What cannot be removed stays in the system's temporary folder, which the system empties.
    let _ = std::fs::remove_dir_all(path);
}
