//! What there is to read of a stopped thread: its registers, and its program's memory.

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

/// The registers that lead outwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    /// The instruction after the one that called the kernel.
    pub instruction: u64,
    /// The stack pointer.
    pub stack: u64,
    /// The frame pointer: rbp, x29.
    pub frame: u64,
    /// The return address, where it has a register: x30.
    pub link: u64,
}
