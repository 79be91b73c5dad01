//! What all threads of a process have in common.

use super::super::descriptors::Descriptors;
use super::super::signals::Signals;
use stack::Code;
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// What all threads of a process have in common.
#[derive(Debug, Default)]
pub(super) struct Process {
    /// The descriptor that stands for it, where the system has such.
    pub(super) descriptor: Option<Arc<OwnedFd>>,
    pub(super) descriptors: Descriptors,
    pub(super) signals: Signals,
    pub(super) code: Code,
}

impl Process {
    /// What another process has of it that it has just made.
    pub(super) fn fork(&self) -> Process {
        Process {
            descriptor: None,
            descriptors: self.descriptors.clone(),
            signals: self.signals.clone(),
            code: self.code.clone(),
        }
    }

    /// It became another program.
    pub(super) fn exec(&mut self, id: i32) {
        self.descriptors.exec();
        self.signals.exec(id);
        self.code.exec();
    }
}
