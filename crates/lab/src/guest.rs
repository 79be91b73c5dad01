//! The same scene in other languages.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::scene::Guest;
use crate::stage::Stage;
use crate::trouble::{Played, Trouble};

impl Guest {
    /// Whether the program that runs it is on this machine.
    pub(crate) fn is_here(&self) -> bool {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|folder| folder.join(self.program).is_file())
    }

    /// Becomes the guest. An actor that calls waits here until the first actor sleeps in accept,
    /// because the guest itself knows nothing of cues.
    pub(crate) fn play(&self, stage: &mut Stage, actor: &str, first: &str) -> Played {
        let address = if actor == first {
            crate::ANY_PORT
        } else {
            let address = stage.wait_address("listening")?;
            stage.wait_asleep(first, "accept");
            address
        };
        let file = Path::new(self.folder).join(self.file);
        let error = Command::new(self.program)
            .arg(&file)
            .arg(actor)
            .arg(address.to_string())
            .exec();
        Err(Trouble::new(format!(
            "{} {}: {error}",
            self.program,
            file.display()
        )))
    }
}
