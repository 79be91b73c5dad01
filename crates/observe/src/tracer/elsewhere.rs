//! Where programs cannot be traced: the same functions, which say so.

use super::{Options, Record, Refused};
use std::convert::Infallible;
use std::io;
use std::process::Command;

/// A run that cannot be.
#[derive(Debug)]
pub(super) struct Run {
    never: Infallible,
}

impl Run {
    pub(super) fn start(_: Vec<Command>, _: &Options) -> io::Result<Run> {
        Err(refused().into())
    }

    pub(super) fn processes(&self) -> &[i32] {
        match self.never {}
    }

    pub(super) fn kill_all(&self) {
        match self.never {}
    }

    pub(super) fn reach(&self) -> Reach {
        match self.never {}
    }

    pub(super) fn wait(self) -> io::Result<Record> {
        match self.never {}
    }
}

/// A way to reach what cannot be.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    never: Infallible,
}

impl Reach {
    pub(super) fn kill_all(&self) {
        match self.never {}
    }

    pub(super) fn signal(&self, _: i32) -> bool {
        match self.never {}
    }
}

pub(super) fn can_trace() -> Result<(), Refused> {
    Err(refused())
}

fn refused() -> Refused {
    let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
    let reason = format!(
        "system calls can be traced on Linux with x86_64 or aarch64 and glibc, not on {system} with {processor}: \
         run this in a Linux container or virtual machine to see them"
    );
    Refused { reason }
}
