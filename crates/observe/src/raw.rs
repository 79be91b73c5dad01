//! What is copied at the two stops of a call, before anything is understood.
//!
//! At a stop the traced thread waits, so nothing is decoded there: registers and memory are copied,
//! the thread goes on, and [`crate::decode`] reads the copies later.

use record::event::{Time, Who};
use stack::memory::Piece;

/// One system call as it was copied.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    /// The thread that made it.
    pub who: Who,
    /// The system call's number on this architecture (`libc::SYS_accept4`).
    pub number: i64,
    /// The six argument registers.
    pub args: [u64; 6],
    /// When it was entered.
    pub entered: Time,
    /// When it was left and what it returned: zero or more, or minus the errno.
    pub left: Option<(Time, i64)>,
    /// The memory that was copied before the call.
    pub before: Vec<Piece>,
    /// The memory that was copied after it.
    pub after: Vec<Piece>,
}
