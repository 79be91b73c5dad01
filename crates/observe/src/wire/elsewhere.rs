//! Where packets cannot be seen: the same functions, which say so.

use crate::refused::Refused;
use crate::wire::how::How;
use std::convert::Infallible;
use std::time::Duration;

/// A network that cannot be.
#[derive(Debug)]
pub struct Network {
    never: Infallible,
}

impl Network {
    /// Says why not.
    ///
    /// # Errors
    ///
    /// Always [`Refused`].
    pub fn open(_: How) -> Result<Network, Refused> {
        let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
        Err(Refused::because(format!(
            "packets can be seen on Linux with x86_64 or aarch64 and glibc, not on {system} with {processor}: \
             run this in a Linux container or virtual machine to see them"
        )))
    }

    /// How long each packet would be on its way.
    pub fn delay(&self) -> Duration {
        match self.never {}
    }

    /// What it could not give.
    pub fn remark(&self) -> Option<&str> {
        match self.never {}
    }
}
