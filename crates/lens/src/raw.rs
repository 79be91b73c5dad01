//! What is copied at the two stops of a call, before anything is understood.
//!
//! At a stop the traced thread waits, so nothing is decoded there: registers and memory are copied,
//! the thread goes on, and [`crate::decode`] reads the copies later.

use crate::event::{Time, Who};

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

/// A piece of the program's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it began in the program's memory.
    pub address: u64,
    /// What lay there; shorter than was asked for when the memory ends or the copy was cut.
    pub bytes: Vec<u8>,
}

/// A way to read another program's memory.
pub trait Memory {
    /// Reads up to `length` bytes at `address`; fewer, or none, where the memory cannot be read.
    fn read(&self, address: u64, length: usize) -> Vec<u8>;

    /// Reads several pieces, one behind the other; fewer bytes where one of them cannot be read.
    fn read_all(&self, pieces: &[(u64, usize)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (address, length) in pieces {
            let piece = self.read(*address, *length);
            let is_whole = piece.len() == *length;
            bytes.extend(piece);
            if !is_whole {
                break;
            }
        }
        bytes
    }
}
