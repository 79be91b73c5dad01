//! Where packets cannot be seen: the same functions, which say so.

use super::How;
use crate::tracer::Refused;
use std::convert::Infallible;
use std::time::Duration;

/// A network that cannot be.
#[derive(Debug)]
pub(crate) struct Network {
    never: Infallible,
}

impl Network {
    pub(super) fn open(_: How) -> Result<Network, Refused> {
        let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
        Err(Refused::because(format!(
            "packets can be seen on Linux with x86_64 or aarch64 and glibc, not on {system} with {processor}: \
             run this in a Linux container or virtual machine to see them"
        )))
    }

    pub(super) fn delay(&self) -> Duration {
        match self.never {}
    }

    pub(super) fn remark(&self) -> Option<&str> {
        match self.never {}
    }
}
